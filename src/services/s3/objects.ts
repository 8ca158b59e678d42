import { Readable } from 'node:stream'
import type { Call } from '../../wire/wire.ts'
import { trailersOf } from '../../wire/wire.ts'
import type { StoredBlob } from '../../artifacts/artifacts.ts'
import type { ObjectRow } from '../../store/store.ts'
import { requireBucket, type Bucket } from './buckets.ts'
import type { S3Dependencies } from './dependencies.ts'
import { s3Error } from './errors.ts'

/** What an object carries besides its bytes: the headers and metadata it was put with. */
export interface ObjectDocument {
  readonly headers: Readonly<Partial<Record<StoredHeader, string>>>
  readonly metadata: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly checksums: Readonly<Record<string, string>>
  readonly encryption: { readonly algorithm: string; readonly keyId?: string }
  /** number of parts of a multipart upload */
  readonly parts?: number
}

/** Input members of PutObject, CopyObject and CreateMultipartUpload that are given back by GetObject and HeadObject. */
export const STORED_HEADERS = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'WebsiteRedirectLocation',
  'StorageClass',
] as const
export type StoredHeader = (typeof STORED_HEADERS)[number]

const CHECKSUMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const

/** The part of the PUT-like inputs that says what to keep beside the bytes. */
export interface PutAttributes extends Partial<Record<StoredHeader, string | undefined>> {
  readonly Metadata?: Record<string, string> | undefined
  readonly Tagging?: string | undefined
  readonly ServerSideEncryption?: string | undefined
  readonly SSEKMSKeyId?: string | undefined
}

export function describeObject(input: PutAttributes, bucket: Bucket): ObjectDocument {
  return {
    headers: Object.fromEntries(
      STORED_HEADERS.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]])),
    ),
    metadata: input.Metadata ?? {},
    tags: parseTagging(input.Tagging),
    checksums: {},
    encryption: encryptionOf(input, bucket),
  }
}

/** `x-amz-tagging: a=1&b=2` */
export function parseTagging(tagging: string | undefined): Record<string, string> {
  return requireTags([...new URLSearchParams(tagging ?? '')])
}

/** Source: S3 user guide, "Categorizing your objects using tags". @throws BadRequest, InvalidTag */
export function requireTags(pairs: readonly (readonly [key: string, value: string])[]): Record<string, string> {
  const tags = Object.fromEntries(pairs)
  const invalid = (message: string) => s3Error('InvalidTag', {}, { message })
  if (pairs.length > 10) throw s3Error('BadRequest', {}, { message: 'Object tags cannot be greater than 10' })
  if (Object.keys(tags).length < pairs.length) throw invalid('Cannot provide multiple Tags with the same key')
  for (const [key, value] of pairs) {
    if (key === '' || key.length > 128) throw invalid('The TagKey you have provided is invalid')
    if (value.length > 256) throw invalid('The TagValue you have provided is invalid')
  }
  return tags
}

/** Everything is encrypted with its own data key anyway; what the caller asked for is kept and echoed. */
function encryptionOf(input: PutAttributes, bucket: Bucket): ObjectDocument['encryption'] {
  if (input.ServerSideEncryption !== undefined) {
    return {
      algorithm: input.ServerSideEncryption,
      ...(input.SSEKMSKeyId !== undefined && { keyId: input.SSEKMSKeyId }),
    }
  }
  const configured = bucket.settings['encryption'] as
    | { Rules?: readonly { ApplyServerSideEncryptionByDefault?: { SSEAlgorithm?: string; KMSMasterKeyID?: string } }[] }
    | undefined
  const rule = configured?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
  return {
    algorithm: rule?.SSEAlgorithm ?? 'AES256',
    ...(rule?.KMSMasterKeyID !== undefined && { keyId: rule.KMSMasterKeyID }),
  }
}

/** Members of answers that tell how the object is encrypted. */
export const encryptionMembers = ({ encryption }: ObjectDocument): Record<string, unknown> => ({
  ServerSideEncryption: encryption.algorithm,
  ...(encryption.keyId !== undefined && { SSEKMSKeyId: encryption.keyId }),
})

/** Stores a request body. An absent body is an empty object. @throws the wire layer's error when signature or checksum fail */
export async function receive(
  { blobs }: S3Dependencies,
  body: unknown,
  call: Call,
): Promise<{ blob: StoredBlob; trailers: ReadonlyMap<string, string> }> {
  if (body instanceof Readable) {
    const blob = await blobs.put(body, { signal: call.signal })
    return { blob, trailers: trailersOf(body) }
  }
  const bytes = body instanceof Uint8Array ? body : typeof body === 'string' ? Buffer.from(body) : new Uint8Array()
  return { blob: await blobs.put(bytes, { signal: call.signal }), trailers: new Map() }
}

/** Checksums the client sent as members or as trailers (both were verified on the way in), under their API member names. */
export function checksumsOf(input: object, trailers: ReadonlyMap<string, string>): Record<string, string> {
  const given = input as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    CHECKSUMS.flatMap((algorithm) => {
      const member = `Checksum${algorithm}`
      const value = given[member] ?? trailers.get(`x-amz-checksum-${algorithm.toLowerCase()}`)
      return typeof value === 'string' ? [[member, value]] : []
    }),
  )
}

export interface CommitObject {
  readonly bucket: Bucket
  readonly key: string
  readonly blob: StoredBlob
  readonly etag: string
  readonly document: ObjectDocument
  readonly reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload'
  /** conditional writes: `If-None-Match: *` and `If-Match: <etag>` */
  readonly ifNoneMatch?: string | undefined
  readonly ifMatch?: string | undefined
}

/** Makes a stored blob the latest version of a key: row and event in one commit. Blobs it replaced are deleted afterwards. */
export async function commitObject(deps: S3Dependencies, call: Call, object: CommitObject): Promise<ObjectRow> {
  const { store, blobs, bus, clock, newId } = deps
  const { bucket, key, blob } = object
  const row: Omit<ObjectRow, 'sequence'> = {
    bucket: bucket.name,
    key,
    versionId: bucket.versioning === 'Enabled' ? newId().replaceAll('-', '') : 'null',
    deleteMarker: false,
    blobId: blob.id,
    size: blob.size,
    etag: object.etag,
    lastModified: clock.now(),
    document: object.document,
  }
  try {
    const { replaced, events } = await store.write(async (tx) => {
      // while the bytes came in, the bucket may have been deleted: nothing may be left for the next owner of its name
      await requireBucket({ read: tx }, call, bucket.name)
      if (object.ifNoneMatch !== undefined || object.ifMatch !== undefined) {
        const latest = await tx.objects.latest(bucket.name, key)
        const exists = latest !== undefined && !latest.deleteMarker
        if (object.ifNoneMatch !== undefined && exists)
          throw s3Error('PreconditionFailed', { Condition: 'If-None-Match' })
        if (object.ifMatch !== undefined && (!exists || unquote(object.ifMatch) !== latest.etag))
          throw s3Error('PreconditionFailed', { Condition: 'If-Match' })
      }
      const replaced = await tx.objects.put(row)
      return { replaced, events: await bus.append(tx, [objectCreated(call, bucket, row, object.reason)]) }
    })
    bus.published(events)
    await Promise.all(replaced.flatMap(({ blobId }) => (blobId === undefined ? [] : [blobs.delete(blobId)])))
    return { ...row, sequence: 0 }
  } catch (error) {
    await blobs.delete(blob.id)
    throw error
  }
}

/**
 * Published for every write: change detection of S3 sources listens to it. Rules of users must look at the bucket's
 * EventBridge switch (`settings.notification`) before they see it.
 */
function objectCreated(call: Call, bucket: Bucket, row: Omit<ObjectRow, 'sequence'>, reason: string) {
  return {
    account: bucket.account,
    region: bucket.region,
    time: row.lastModified,
    source: 'aws.s3',
    detailType: 'Object Created',
    resources: [`arn:aws:s3:::${bucket.name}`],
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      object: {
        key: row.key,
        size: row.size,
        etag: row.etag,
        ...(row.versionId !== 'null' && { 'version-id': row.versionId }),
        sequencer: row.lastModified.toString(16).toUpperCase().padStart(16, '0'),
      },
      'request-id': call.requestId,
      requester: call.account,
      'source-ip-address': call.sourceAddress,
      reason,
    },
  }
}

/** The version a read names, or the latest. @throws NoSuchKey, NoSuchVersion, MethodNotAllowed (a delete marker by id) */
export async function requireObject(
  { store }: S3Dependencies,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): Promise<ObjectRow & { readonly blobId: string }> {
  const row =
    versionId === undefined
      ? await store.read.objects.latest(bucket.name, key)
      : await store.read.objects.version(bucket.name, key, versionId)
  if (!row) {
    throw versionId === undefined
      ? s3Error('NoSuchKey', { Key: key })
      : s3Error('NoSuchVersion', { Key: key, VersionId: versionId })
  }
  if (row.deleteMarker) {
    const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': row.versionId }
    throw versionId === undefined
      ? s3Error('NoSuchKey', { Key: key }, { headers })
      : s3Error('MethodNotAllowed', { Method: 'GET', ResourceType: 'DeleteMarker' }, { headers })
  }
  return row as ObjectRow & { readonly blobId: string }
}

export const documentOf = (row: ObjectRow): ObjectDocument => row.document as ObjectDocument

export const quote = (etag: string): string => `"${etag}"`

export const unquote = (etag: string): string => etag.replace(/^(?:W\/)?"?/, '').replace(/"$/, '')

/** `VersionId` member: absent in a bucket that never had versions; objects from before have the version `null`. */
export const versionMember = (row: Pick<ObjectRow, 'versionId'>, { versioning }: Bucket): { VersionId?: string } =>
  versioning === 'Off' ? {} : { VersionId: row.versionId }
