import {
  GetObject$,
  HeadObject$,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3'
import type { ObjectRow } from '../../../store/store.ts'
import { operation } from '../../../wire/wire.ts'
import { objectArn } from '../arns.ts'
import { requireBucket, type Bucket } from '../buckets.ts'
import { checkConditions } from '../conditions.ts'
import type { S3Dependencies } from '../dependencies.ts'
import { documentOf, encryptionMembers, quote, requireObject, versionMember } from '../objects.ts'
import { parseRange } from '../range.ts'
import { requireKey } from './put-object.ts'

export const getObject = (deps: S3Dependencies) =>
  operation<GetObjectCommandInput, GetObjectCommandOutput>(
    GetObject$,
    { action: 's3:GetObject', resource: objectArn },
    async (input, call) => {
      const { row, range, members } = await inspect(deps, input, call)
      const body = await deps.blobs.get(row.blobId, range)
      // the SDK types a body as its own client sees it; the wire layer takes any Readable
      const output = { ...members, Body: body } as unknown as Omit<GetObjectCommandOutput, '$metadata'>
      return output
    },
  )

export const headObject = (deps: S3Dependencies) =>
  operation<HeadObjectCommandInput, HeadObjectCommandOutput>(
    HeadObject$,
    { action: 's3:GetObject', resource: objectArn },
    async (input, call) => {
      return (await inspect(deps, input, call)).members
    },
  )

async function inspect(
  deps: S3Dependencies,
  input: GetObjectCommandInput | HeadObjectCommandInput,
  call: Parameters<typeof requireBucket>[1],
) {
  const bucket = await requireBucket(deps.store, call, input.Bucket)
  const row = await requireObject(deps, bucket, requireKey(input.Key), input.VersionId)
  checkConditions(row, input)
  const range = parseRange(input.Range, row.size)
  return { row, range, members: describe(row, bucket, input, range) }
}

function describe(
  row: ObjectRow,
  bucket: Bucket,
  input: GetObjectCommandInput | HeadObjectCommandInput,
  range: { start: number; end: number } | undefined,
): Omit<HeadObjectCommandOutput, '$metadata'> {
  const document = documentOf(row)
  const tagCount = Object.keys(document.tags).length
  const members = {
    AcceptRanges: 'bytes',
    LastModified: new Date(row.lastModified),
    ETag: quote(row.etag),
    ...versionMember(row, bucket),
    ContentType: 'binary/octet-stream',
    ...document.headers,
    ...overrides(input),
    ContentLength: range ? range.end - range.start + 1 : row.size,
    ...(range && { ContentRange: `bytes ${range.start}-${range.end}/${row.size}` }),
    Metadata: document.metadata,
    ...encryptionMembers(document),
    ...(tagCount > 0 && { TagCount: tagCount }),
    // a checksum is of the whole object: sent with a part of it, clients would compare it with that part
    ...(input.ChecksumMode === 'ENABLED' && !range && document.checksums),
  }
  // headers are kept as the strings they came as; the SDK types some of them (StorageClass) as enums
  return members as Omit<HeadObjectCommandOutput, '$metadata'>
}

/** `response-content-type=…` and its sisters in the query of a (presigned) GET. */
function overrides(input: GetObjectCommandInput | HeadObjectCommandInput) {
  const table = {
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    ContentType: input.ResponseContentType,
  }
  return Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined))
}
