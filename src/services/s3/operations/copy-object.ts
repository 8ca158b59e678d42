import { CopyObject$, type CopyObjectCommandInput, type CopyObjectCommandOutput } from '@aws-sdk/client-s3'
import { operation, type Call } from '../../../wire/wire.ts'
import { objectArn } from '../arns.ts'
import { requireBucket } from '../buckets.ts'
import { unmetCondition } from '../conditions.ts'
import type { S3Dependencies } from '../dependencies.ts'
import { s3Error } from '../errors.ts'
import {
  commitObject,
  describeObject,
  documentOf,
  encryptionMembers,
  quote,
  requireObject,
  versionMember,
  type ObjectDocument,
} from '../objects.ts'
import { requireKey } from './put-object.ts'

export const copyObject = (deps: S3Dependencies) =>
  operation<CopyObjectCommandInput, CopyObjectCommandOutput>(
    CopyObject$,
    { action: 's3:PutObject', resource: objectArn, also: readsCopySource },
    async (input, call) => {
      const target = await requireBucket(deps.store, call, input.Bucket)
      const key = requireKey(input.Key)
      const { source, bucket, versionId } = await findCopySource(deps, call, input)
      if (bucket.name === target.name && source.key === key && versionId === undefined && !changesSomething(input)) {
        throw s3Error('InvalidRequest', {}, { message: ONTO_ITSELF })
      }
      const kept = documentOf(source)
      const fresh = describeObject(input, target)
      const document: ObjectDocument = {
        ...(input.MetadataDirective === 'REPLACE'
          ? { headers: fresh.headers, metadata: fresh.metadata }
          : { headers: kept.headers, metadata: kept.metadata }),
        tags: input.TaggingDirective === 'REPLACE' ? fresh.tags : kept.tags,
        checksums: kept.checksums,
        encryption: fresh.encryption,
      }
      // read and written again rather than linked: every object has its own data key
      const blob = await deps.blobs.put(await deps.blobs.get(source.blobId), { signal: call.signal })
      const row = await commitObject(deps, call, {
        bucket: target,
        key,
        blob,
        etag: blob.md5,
        document,
        reason: 'CopyObject',
      })
      return {
        CopyObjectResult: { ETag: quote(row.etag), LastModified: new Date(row.lastModified), ...document.checksums },
        ...versionMember(row, target),
        ...(bucket.versioning !== 'Off' && { CopySourceVersionId: source.versionId }),
        ...encryptionMembers(document),
      }
    },
  )

const ONTO_ITSELF =
  "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."

const changesSomething = (input: CopyObjectCommandInput): boolean =>
  input.MetadataDirective === 'REPLACE' ||
  input.TaggingDirective === 'REPLACE' ||
  input.StorageClass !== undefined ||
  input.WebsiteRedirectLocation !== undefined ||
  input.ServerSideEncryption !== undefined

interface CopySourceInput {
  readonly CopySource?: string | undefined
  readonly CopySourceIfMatch?: string | undefined
  readonly CopySourceIfNoneMatch?: string | undefined
  readonly CopySourceIfModifiedSince?: Date | undefined
  readonly CopySourceIfUnmodifiedSince?: Date | undefined
}

/** Source: S3 API reference, CopyObject: "You must have read access to the source object and write access to the destination". */
export const readsCopySource = ({ CopySource }: CopySourceInput) => [
  { action: 's3:GetObject', resource: `arn:aws:s3:::${sourcePath(CopySource)}` },
]

/** `x-amz-copy-source: /bucket/key?versionId=…`, percent-encoded */
export async function findCopySource(deps: S3Dependencies, call: Call, input: CopySourceInput) {
  const path = sourcePath(input.CopySource)
  const slash = path.indexOf('/')
  if (slash <= 0) throw s3Error('InvalidArgument', { ArgumentName: 'x-amz-copy-source' })
  const versionId = new URLSearchParams(input.CopySource?.split('?')[1] ?? '').get('versionId') ?? undefined
  const bucket = await requireBucket(deps.store, call, path.slice(0, slash))
  const source = await requireObject(deps, bucket, path.slice(slash + 1), versionId)
  const conditions = {
    IfMatch: input.CopySourceIfMatch,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  }
  // a write cannot be answered with 304
  const unmet = unmetCondition(source, conditions)
  if (unmet) throw s3Error('PreconditionFailed', { Condition: `x-amz-copy-source-${unmet}` })
  return { source, bucket, versionId }
}

function sourcePath(copySource: string | undefined): string {
  try {
    return decodeURIComponent((copySource ?? '').split('?')[0] ?? '').replace(/^\//, '')
  } catch {
    throw s3Error('InvalidArgument', { ArgumentName: 'x-amz-copy-source' })
  }
}
