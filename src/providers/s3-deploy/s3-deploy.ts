/** Deploy / AWS / S3: an artifact's files, or the artifact itself, into a bucket. Nothing is deleted there. Source: actions.md 5.1. */
import {
  CopyObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  type ObjectCannedACL,
} from '@aws-sdk/client-s3'
import { posix } from 'node:path'
import { text } from 'node:stream/consumers'
import { ArchiveRefused, readZip, type ArchiveEntry } from '../../artifacts/artifacts.ts'
import type { ActionOrder, ArtifactLocation } from '../../core/execution/execution.ts'
import { ArtifactMissing, encryption, fetchArtifact, spool } from '../artifact-files.ts'
import { isCloneReference } from '../clone-reference.ts'
import { isMissing } from '../failure.ts'
import { failed, isTrue } from '../outcomes.ts'
import type { ActionContext, ActionOutcome, ActionProvider } from '../provider.ts'
import { contentTypeOf } from './content-types.ts'

export const s3Deploy: ActionProvider['run'] = async (order, context) => {
  const [artifact] = order.action.inputArtifacts
  if (artifact === undefined) return failed('ConfigurationError', 'The action has no input artifact.')
  const {
    BucketName = '',
    Extract,
    ObjectKey,
    CannedACL,
    CacheControl,
    KMSEncryptionKeyARN,
  } = order.action.resolvedConfiguration
  const target: Target = {
    bucket: BucketName,
    key: fillIn(ObjectKey ?? '', order),
    headers: {
      ...(CannedACL !== undefined && { ACL: CannedACL as ObjectCannedACL }),
      ...(CacheControl !== undefined && { CacheControl }),
      ...encryption(KMSEncryptionKeyARN),
    },
  }
  try {
    const problem = isTrue(Extract)
      ? await deployFiles(order, context, artifact, target)
      : await deployArchive(order, context, artifact, target)
    return (
      problem ?? {
        type: 'Succeeded',
        progress: { summary: 'Deployment Succeeded', ...(target.key !== '' && { externalExecutionId: target.key }) },
      }
    )
  } catch (error) {
    if (error instanceof ArtifactMissing) return { type: 'Failed', error: error.details }
    if (error instanceof ArchiveRefused)
      return failed('JobFailed', `The artifact ${artifact.name} cannot be unpacked: ${error.message}`)
    throw error
  }
}

interface Target {
  readonly bucket: string
  /** of the object, or what all keys begin with */
  readonly key: string
  readonly headers: Partial<ConstructorParameters<typeof PutObjectCommand>[0]>
}

async function deployArchive(
  order: ActionOrder,
  context: ActionContext,
  artifact: ArtifactLocation,
  { bucket, key, headers }: Target,
): Promise<ActionOutcome | undefined> {
  if (key === '') return failed('ConfigurationError', 'ObjectKey is required when Extract is false.')
  const client = context.client(S3Client)
  const options = { abortSignal: context.signal }
  const { Metadata } = await client
    .send(new HeadObjectCommand({ Bucket: artifact.bucket, Key: artifact.key }), options)
    .catch((error: unknown) => {
      throw isMissing(error) ? new ArtifactMissing(order, artifact) : error
    })
  if (isCloneReference(Metadata)) return notAnArchive(artifact)
  await client.send(
    new CopyObjectCommand({
      Bucket: bucket,
      Key: key,
      CopySource: `${encodeURIComponent(artifact.bucket)}/${encodeURIComponent(artifact.key)}`,
      MetadataDirective: 'REPLACE',
      ContentType: contentTypeOf(key),
      ...headers,
    }),
    options,
  )
  return undefined
}

async function deployFiles(
  order: ActionOrder,
  context: ActionContext,
  artifact: ArtifactLocation,
  { bucket, key, headers }: Target,
): Promise<ActionOutcome | undefined> {
  await using archive = await fetchArtifact(order, context, artifact)
  if (isCloneReference(archive.metadata)) return notAnArchive(artifact)
  const client = context.client(S3Client)
  const entries = new Map<string, ArchiveEntry>()
  for await (const entry of readZip(archive.path)) entries.set(entry.path, entry)
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`

  await forEach([...entries.values()], UPLOADS_AT_ONCE, async (entry) => {
    context.signal.throwIfAborted()
    const file = await followLinks(entry, entries)
    if (file === undefined) return
    await using content = await spool(await file.open(), context.signal)
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: prefix + entry.path,
        Body: content.content(),
        ContentLength: content.size,
        ContentType: contentTypeOf(entry.path),
        ...headers,
      }),
      { abortSignal: context.signal },
    )
  })
  return undefined
}

const UPLOADS_AT_ONCE = 16

/** A bucket has no links: what a link leads to is uploaded in its place; a link to a folder or to nothing is left out. */
async function followLinks(
  entry: ArchiveEntry,
  entries: ReadonlyMap<string, ArchiveEntry>,
): Promise<ArchiveEntry | undefined> {
  let current: ArchiveEntry | undefined = entry
  for (let hops = 0; current?.kind === 'link'; hops++) {
    if (hops === MAX_HOPS) return undefined
    current = entries.get(posix.join(posix.dirname(current.path), await text(await current.open())))
  }
  return current
}

const MAX_HOPS = 16

const notAnArchive = ({ name }: ArtifactLocation): ActionOutcome =>
  failed('ConfigurationError', `The artifact ${name} is a CODEBUILD_CLONE_REF: only CodeBuild actions can use it.`)

/** Both come from the order, so that an action that is run again after a crash writes the same keys. */
function fillIn(key: string, { action }: ActionOrder): string {
  const datetime = new Date(action.startedAt).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-')
  return key.replaceAll('{datetime}', datetime).replaceAll('{uuid}', action.id)
}

/** Stops handing out work at the first error, and waits for what is under way before it throws it. */
async function forEach<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]()
  let failed = false
  const worker = async () => {
    for (const item of { [Symbol.iterator]: () => ({ next: () => rest.next() }) }) {
      if (failed) return
      try {
        await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  for (const result of workers) if (result.status === 'rejected') throw result.reason
}
