import { createHash } from 'node:crypto'
import { constants, createReadStream, createWriteStream } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isOk, readText, send } from '../http.ts'
import type { ArtifactReport, JobArtifacts, UploadRequest, UploadTarget } from '../protocol.ts'
import type { ArtifactFile } from './collect-artifacts.ts'
import { messageOf, PhaseFailure } from './failure.ts'
import { patiently } from './patience.ts'

export interface UploadContext {
  /** where archives are made */
  readonly control: string
  readonly target: (request: UploadRequest) => Promise<UploadTarget>
  readonly signal: AbortSignal
}

const FILES_AT_ONCE = 8

/** @returns where it is now; streams, so that size does not matter */
export async function uploadArtifacts(
  context: UploadContext,
  artifacts: JobArtifacts,
  files: readonly ArtifactFile[],
  name: string | undefined,
): Promise<ArtifactReport> {
  const { identifier } = artifacts
  const request = { identifier, ...(name === undefined ? {} : { name }) }
  if (artifacts.packaging === 'ZIP') return await uploadZip(context, request, files)
  const queue = files.values()
  let location = ''
  const worker = async (): Promise<void> => {
    for (const { path, content } of queue) {
      if (content.type === 'Link') continue // an object cannot be a link
      const target = await put(context, { ...request, path }, () => openFile(content.hostPath), content.size)
      location = target.location.slice(0, -path.length - 1)
    }
  }
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker))
  return { identifier, location }
}

async function uploadZip(
  context: UploadContext,
  request: UploadRequest,
  files: readonly ArtifactFile[],
): Promise<ArtifactReport> {
  const { zipEntries } = await import('../../artifacts/artifacts.ts')
  const archive = join(context.control, `artifact-${request.identifier}.zip`)
  const md5 = createHash('md5')
  const sha256 = createHash('sha256')
  const digest = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      md5.update(chunk)
      sha256.update(chunk)
      done(null, chunk)
    },
  })
  const entries = files.map(({ path, mode, content }) => ({
    path,
    mode,
    content: content.type === 'Link' ? content.target : () => openFile(content.hostPath),
  }))
  await pipeline(zipEntries(entries), digest, createWriteStream(archive, { mode: 0o600 }), { signal: context.signal })
  const sums = { md5: md5.digest('hex'), sha256: sha256.digest('hex') }
  const { size } = await stat(archive)
  const target = await put(context, { ...request, ...sums }, async () => createReadStream(archive), size)
  await rm(archive)
  return { identifier: request.identifier, location: target.location, ...sums }
}

/** Never through a link that appeared after we looked, and never waiting for the writer of a pipe. */
async function openFile(path: string): Promise<Readable> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  return handle.createReadStream()
}

/** @param open may be called again */
const put = (
  context: UploadContext,
  request: UploadRequest,
  open: () => Promise<Readable>,
  size: number,
): Promise<UploadTarget> =>
  patiently(context.signal, async () => {
    const target = await context.target(request)
    await putTo(context, target, await open(), size)
    return target
  })

async function putTo({ signal }: UploadContext, target: UploadTarget, body: Readable, size: number): Promise<void> {
  const answer = await send({
    method: 'PUT',
    url: target.url,
    headers: { ...target.headers, 'content-length': size },
    body,
    signal,
  }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw new PhaseFailure('CLIENT_ERROR', `Cannot upload ${target.location}: ${messageOf(error)}`, { cause: error })
  })
  const document = await readText(answer)
  if (isOk(answer)) return
  const reason = /<Code>([^<]*)<\/Code>\s*<Message>([^<]*)</.exec(document)
  throw new PhaseFailure(
    'CLIENT_ERROR',
    `Cannot upload ${target.location}: ${reason?.[1] ?? ''}: ${reason?.[2] ?? ''} status code: ${answer.statusCode}`,
  )
}
