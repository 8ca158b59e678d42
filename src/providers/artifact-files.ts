/** Artifacts between the artifact store, which is reached as any S3 bucket, and this machine. Nothing large stays in memory. */
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ActionOrder, ArtifactLocation, ErrorDetails } from '../core/execution/execution.ts'
import { FORMAT_METADATA, REVISION_METADATA } from './clone-reference.ts'
import { isMissing } from './failure.ts'
import type { ActionContext } from './provider.ts'

/** Stores an output artifact under the key the order gives it; again after a crash replaces it with the same. */
export async function putArtifact(
  order: ActionOrder,
  context: ActionContext,
  artifact: { readonly content: Readable | string; readonly revision: string; readonly format?: string },
): Promise<void> {
  const [output] = order.action.outputArtifacts
  if (output === undefined) return
  await using body =
    typeof artifact.content === 'string'
      ? asBody(Buffer.from(artifact.content))
      : await spool(artifact.content, context.signal)
  const put = new PutObjectCommand({
    Bucket: output.bucket,
    Key: output.key,
    Body: body.content(),
    ContentLength: body.size,
    ContentType: artifact.format === undefined ? 'application/zip' : 'application/json',
    Metadata: {
      [REVISION_METADATA]: artifact.revision,
      ...(artifact.format !== undefined && { [FORMAT_METADATA]: artifact.format }),
    },
    ...encryption(order.encryptionKeyId),
  })
  await transferring(context, () => context.client(S3Client).send(put, { abortSignal: context.signal }))
}

/** Told apart from the action's own work where whoever runs it cares. */
export const transferring = <Result>(context: ActionContext, work: () => Promise<Result>): Promise<Result> =>
  context.transfer === undefined ? work() : context.transfer(work)

export interface FetchedArtifact extends AsyncDisposable {
  readonly path: string
  readonly metadata: Readonly<Record<string, string>>
}

/** @returns the artifact as a file, removed on disposal, and what the store knows about it */
export const fetchArtifact = (
  order: ActionOrder,
  context: ActionContext,
  artifact: ArtifactLocation,
): Promise<FetchedArtifact> => transferring(context, () => fetchToFile(order, context, artifact))

async function fetchToFile(
  order: ActionOrder,
  context: ActionContext,
  artifact: ArtifactLocation,
): Promise<FetchedArtifact> {
  const { Body, Metadata = {} } = await context
    .client(S3Client)
    .send(new GetObjectCommand({ Bucket: artifact.bucket, Key: artifact.key }), { abortSignal: context.signal })
    .catch((error: unknown) => {
      throw isMissing(error) ? new ArtifactMissing(order, artifact) : error
    })
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-artifact-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const path = join(folder, 'artifact')
    await pipeline(Body as Readable, createWriteStream(path, { mode: 0o600 }), { signal: context.signal })
    return { path, metadata: Metadata, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

export class ArtifactMissing extends Error {
  override readonly name = 'ArtifactMissing'
  readonly details: ErrorDetails
  constructor({ executionId }: ActionOrder, { name }: ArtifactLocation) {
    const message = `The artifact ${name} of execution ${executionId} no longer exists in the artifact store.`
    super(message)
    this.details = { code: 'ConfigurationError', message }
  }
}

export const encryption = (keyId: string | undefined) =>
  keyId === undefined ? {} : ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyId } as const)

/** A length is needed before the first byte is sent, so a stream is read to its end first: small in memory, large on disk. */
export interface Spooled extends AsyncDisposable {
  readonly size: number
  /** opens it; may be called again */
  content(): Buffer | Readable
}

const IN_MEMORY_BYTES = 5 * 1024 * 1024

export async function spool(source: Readable, signal: AbortSignal): Promise<Spooled> {
  const chunks: Buffer[] = []
  let size = 0
  const iterator = source.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
  while (size <= IN_MEMORY_BYTES) {
    if (signal.aborted) source.destroy()
    signal.throwIfAborted()
    const { done, value } = await iterator.next()
    if (done) return asBody(Buffer.concat(chunks))
    chunks.push(value)
    size += value.length
  }
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-spool-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const path = join(folder, 'content')
    async function* whole() {
      yield* chunks
      yield* { [Symbol.asyncIterator]: () => iterator }
    }
    await pipeline(whole, createWriteStream(path, { mode: 0o600 }), { signal })
    const { size } = await stat(path)
    return { size, content: () => createReadStream(path), [Symbol.asyncDispose]: remove }
  } catch (error) {
    source.destroy()
    await remove()
    throw error
  }
}

const asBody = (content: Buffer): Spooled => ({
  size: content.length,
  content: () => content,
  [Symbol.asyncDispose]: async () => undefined,
})
