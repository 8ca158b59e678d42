import {
  AbortMultipartUpload$,
  CompleteMultipartUpload$,
  CreateMultipartUpload$,
  ListMultipartUploads$,
  ListParts$,
  UploadPart$,
  UploadPartCopy$,
  type AbortMultipartUploadCommandInput,
  type AbortMultipartUploadCommandOutput,
  type CompleteMultipartUploadCommandInput,
  type CompleteMultipartUploadCommandOutput,
  type CreateMultipartUploadCommandInput,
  type CreateMultipartUploadCommandOutput,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  type ListPartsCommandInput,
  type ListPartsCommandOutput,
  type UploadPartCommandInput,
  type UploadPartCommandOutput,
  type UploadPartCopyCommandInput,
  type UploadPartCopyCommandOutput,
} from '@aws-sdk/client-s3'
import { createHash } from 'node:crypto'
import type { StoredBlob } from '../../../artifacts/artifacts.ts'
import type { Resource } from '../../../store/store.ts'
import { operation, type Call } from '../../../wire/wire.ts'
import { bucketArn, objectArn } from '../arns.ts'
import { PART_TYPE, type Part } from '../blobs-in-use.ts'
import { requireBucket, type Bucket } from '../buckets.ts'
import type { S3Dependencies } from '../dependencies.ts'
import { s3Error } from '../errors.ts'
import {
  checksumsOf,
  commitObject,
  describeObject,
  encryptionMembers,
  quote,
  receive,
  unquote,
  versionMember,
  type ObjectDocument,
} from '../objects.ts'
import { parseRange } from '../range.ts'
import { findCopySource, readsCopySource } from './copy-object.ts'
import { requireKey } from './put-object.ts'

interface Upload {
  readonly key: string
  readonly document: ObjectDocument
  readonly startedAt: number
}

/** Every part but the last. Source: S3 user guide, "Multipart upload limits". */
const MIN_PART_BYTES = 5 * 1024 * 1024
const MAX_PARTS = 10_000

export const createMultipartUpload = (deps: S3Dependencies) =>
  operation<CreateMultipartUploadCommandInput, CreateMultipartUploadCommandOutput>(
    CreateMultipartUpload$,
    { action: 's3:PutObject', resource: objectArn },
    async (input, call) => {
      const bucket = await requireBucket(deps.store, call, input.Bucket)
      const key = requireKey(input.Key)
      const document = describeObject(input, bucket)
      const id = deps.newId().replaceAll('-', '')
      const upload: Upload = { key, document, startedAt: deps.clock.now() }
      await deps.store.write((tx) => tx.resources.put(uploadKey(bucket, id), upload, { parent: bucket.name }))
      return { Bucket: bucket.name, Key: key, UploadId: id, ...encryptionMembers(document) }
    },
  )

export const uploadPart = (deps: S3Dependencies) =>
  operation<UploadPartCommandInput, UploadPartCommandOutput>(
    UploadPart$,
    { action: 's3:PutObject', resource: objectArn },
    async (input, call) => {
      const { bucket, id, upload } = await requireUpload(deps, call, input)
      const number = requirePartNumber(input.PartNumber)
      const { blob, trailers } = await receive(deps, input.Body, call)
      await savePart(deps, bucket, id, number, blob)
      return { ETag: quote(blob.md5), ...encryptionMembers(upload.document), ...checksumsOf(input, trailers) }
    },
  )

export const uploadPartCopy = (deps: S3Dependencies) =>
  operation<UploadPartCopyCommandInput, UploadPartCopyCommandOutput>(
    UploadPartCopy$,
    { action: 's3:PutObject', resource: objectArn, also: readsCopySource },
    async (input, call) => {
      const { bucket, id } = await requireUpload(deps, call, input)
      const number = requirePartNumber(input.PartNumber)
      const { source } = await findCopySource(deps, call, input)
      const body = await deps.blobs.get(source.blobId, parseRange(input.CopySourceRange, source.size))
      const blob = await deps.blobs.put(body, { signal: call.signal })
      await savePart(deps, bucket, id, number, blob)
      return { CopyPartResult: { ETag: quote(blob.md5), LastModified: new Date(deps.clock.now()) } }
    },
  )

export const completeMultipartUpload = (deps: S3Dependencies) =>
  operation<CompleteMultipartUploadCommandInput, CompleteMultipartUploadCommandOutput>(
    CompleteMultipartUpload$,
    { action: 's3:PutObject', resource: objectArn },
    async (input, call) => {
      const { bucket, id, upload } = await requireUpload(deps, call, input)
      const parts = await listedParts(deps, bucket, id)
      const chosen = choose(input, parts)
      const blob = await deps.blobs.concat(
        chosen.map(({ blob }) => blob.id),
        { signal: call.signal },
      )
      const digest = createHash('md5')
      for (const part of chosen) digest.update(part.blob.md5, 'hex')
      const row = await commitObject(deps, call, {
        bucket,
        key: upload.key,
        blob,
        etag: `${digest.digest('hex')}-${chosen.length}`,
        document: { ...upload.document, parts: chosen.length },
        reason: 'CompleteMultipartUpload',
        ifNoneMatch: input.IfNoneMatch,
        ifMatch: input.IfMatch,
      })
      await discard(deps, bucket, id, parts)
      return {
        Location: `${call.endpoint}/${bucket.name}/${encodeURIComponent(upload.key)}`,
        Bucket: bucket.name,
        Key: upload.key,
        ETag: quote(row.etag),
        ...versionMember(row, bucket),
        ...encryptionMembers(upload.document),
      }
    },
  )

export const abortMultipartUpload = (deps: S3Dependencies) =>
  operation<AbortMultipartUploadCommandInput, AbortMultipartUploadCommandOutput>(
    AbortMultipartUpload$,
    { action: 's3:AbortMultipartUpload', resource: objectArn },
    async (input, call) => {
      const { bucket, id } = await requireUpload(deps, call, input)
      await discard(deps, bucket, id, await listedParts(deps, bucket, id))
      return {}
    },
  )

export const listParts = (deps: S3Dependencies) =>
  operation<ListPartsCommandInput, ListPartsCommandOutput>(
    ListParts$,
    { action: 's3:ListMultipartUploadParts', resource: objectArn },
    async (input, call) => {
      const { bucket, id, upload } = await requireUpload(deps, call, input)
      const limit = Math.min(input.MaxParts ?? 1000, 1000)
      const marker = Number(input.PartNumberMarker ?? 0)
      const rest = (await listedParts(deps, bucket, id)).filter(({ ordinal }) => ordinal > marker)
      const page = rest.slice(0, limit)
      const last = page.at(-1)
      return {
        Bucket: bucket.name,
        Key: upload.key,
        UploadId: id,
        MaxParts: limit,
        PartNumberMarker: String(marker),
        IsTruncated: rest.length > limit,
        ...(rest.length > limit && last && { NextPartNumberMarker: String(last.ordinal) }),
        Parts: page.map(({ ordinal, document }) => ({
          PartNumber: ordinal,
          ETag: quote(document.blob.md5),
          Size: document.blob.size,
          LastModified: new Date(document.at),
        })),
        StorageClass: 'STANDARD',
      }
    },
  )

export const listMultipartUploads = (deps: S3Dependencies) =>
  operation<ListMultipartUploadsCommandInput, ListMultipartUploadsCommandOutput>(
    ListMultipartUploads$,
    { action: 's3:ListBucketMultipartUploads', resource: bucketArn },
    async (input, call) => {
      const bucket = await requireBucket(deps.store, call, input.Bucket)
      const uploads = await deps.store.read.resources.list<Upload>({ ...uploadScope(bucket), parent: bucket.name })
      return {
        Bucket: bucket.name,
        MaxUploads: 1000,
        IsTruncated: false,
        Uploads: uploads
          .filter(({ document }) => document.key.startsWith(input.Prefix ?? ''))
          .map(({ name, document }) => ({
            UploadId: name,
            Key: document.key,
            Initiated: new Date(document.startedAt),
            StorageClass: 'STANDARD' as const,
          })),
      }
    },
  )

/** The parts a completion names, in its order. @throws MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall */
function choose(input: CompleteMultipartUploadCommandInput, stored: readonly Resource<Part>[]): readonly Part[] {
  const wanted = input.MultipartUpload?.Parts ?? []
  if (wanted.length === 0) throw s3Error('MalformedXML')
  if (wanted.some(({ PartNumber = 0 }, index) => index > 0 && PartNumber <= (wanted[index - 1]?.PartNumber ?? 0))) {
    throw s3Error('InvalidPartOrder')
  }
  const byNumber = new Map(stored.map((part) => [part.ordinal, part.document]))
  return wanted.map(({ PartNumber = 0, ETag = '' }, index) => {
    const part = byNumber.get(PartNumber)
    if (!part || part.blob.md5 !== unquote(ETag)) throw s3Error('InvalidPart', { PartNumber })
    if (index < wanted.length - 1 && part.blob.size < MIN_PART_BYTES) {
      throw s3Error('EntityTooSmall', { PartNumber, ProposedSize: part.blob.size, MinSizeAllowed: MIN_PART_BYTES })
    }
    return part
  })
}

async function savePart(deps: S3Dependencies, bucket: Bucket, uploadId: string, number: number, blob: StoredBlob) {
  const key = partKey(bucket, uploadId, number)
  const part: Part = { blob, at: deps.clock.now() }
  const before = await deps.store.write(async (tx) => {
    const before = await tx.resources.get<Part>(key)
    await tx.resources.put(key, part, { parent: uploadId, ordinal: number })
    return before
  })
  if (before) await deps.blobs.delete(before.document.blob.id)
}

/** Forgets an upload and its parts; blobs go last, so that a crash in between leaves no row without its blob. */
async function discard(deps: S3Dependencies, bucket: Bucket, id: string, parts: readonly Resource<Part>[]) {
  await deps.store.write(async (tx) => {
    await tx.resources.delete(uploadKey(bucket, id))
    for (const part of parts) await tx.resources.delete(partKey(bucket, id, part.ordinal))
  })
  await Promise.all(parts.map(({ document }) => deps.blobs.delete(document.blob.id)))
}

/** When a bucket is deleted, so are the uploads that were begun in it. */
export async function discardUploads(deps: S3Dependencies, bucket: Bucket): Promise<void> {
  const uploads = await deps.store.read.resources.list<Upload>({ ...uploadScope(bucket), parent: bucket.name })
  for (const { name } of uploads) await discard(deps, bucket, name, await listedParts(deps, bucket, name))
}

async function requireUpload(
  deps: S3Dependencies,
  call: Call,
  input: { Bucket?: string | undefined; Key?: string | undefined; UploadId?: string | undefined },
) {
  const bucket = await requireBucket(deps.store, call, input.Bucket)
  const id = input.UploadId ?? ''
  const found = await deps.store.read.resources.get<Upload>(uploadKey(bucket, id))
  if (!found || found.parent !== bucket.name || found.document.key !== input.Key)
    throw s3Error('NoSuchUpload', { UploadId: id })
  return { bucket, id, upload: found.document }
}

const listedParts = ({ store }: S3Dependencies, bucket: Bucket, uploadId: string) =>
  store.read.resources.list<Part>({ ...partScope(bucket), parent: uploadId, order: 'ordinal' })

const uploadScope = ({ account }: Bucket) => ({ account, region: '', service: 's3', type: 'upload' })
const partScope = ({ account }: Bucket) => ({ account, region: '', service: 's3', type: PART_TYPE })
const uploadKey = (bucket: Bucket, id: string) => ({ ...uploadScope(bucket), name: id })
const partKey = (bucket: Bucket, id: string, number: number) => ({ ...partScope(bucket), name: `${id}/${number}` })

function requirePartNumber(number: number | undefined): number {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'partNumber', ArgumentValue: number },
      {
        message: `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`,
      },
    )
  }
  return number
}
