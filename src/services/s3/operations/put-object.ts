import { PutObject$, type PutObjectCommandInput, type PutObjectCommandOutput } from '@aws-sdk/client-s3'
import { operation } from '../../../wire/wire.ts'
import { objectArn } from '../arns.ts'
import { requireBucket } from '../buckets.ts'
import type { S3Dependencies } from '../dependencies.ts'
import { s3Error } from '../errors.ts'
import {
  checksumsOf,
  commitObject,
  describeObject,
  encryptionMembers,
  quote,
  receive,
  versionMember,
} from '../objects.ts'

const MAX_KEY_BYTES = 1024

export const putObject = (deps: S3Dependencies) =>
  operation<PutObjectCommandInput, PutObjectCommandOutput>(
    PutObject$,
    { action: 's3:PutObject', resource: objectArn },
    async (input, call) => {
      const bucket = await requireBucket(deps.store, call, input.Bucket)
      const key = requireKey(input.Key)
      const described = describeObject(input, bucket)
      const { blob, trailers } = await receive(deps, input.Body, call)
      const document = { ...described, checksums: checksumsOf(input, trailers) }
      const row = await commitObject(deps, call, {
        bucket,
        key,
        blob,
        etag: blob.md5,
        document,
        reason: 'PutObject',
        ifNoneMatch: input.IfNoneMatch,
        ifMatch: input.IfMatch,
      })
      return {
        ETag: quote(row.etag),
        ...versionMember(row, bucket),
        ...encryptionMembers(document),
        ...document.checksums,
      }
    },
  )

export function requireKey(key: string | undefined): string {
  if (!key) throw s3Error('InvalidArgument', { ArgumentName: 'Key' })
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw s3Error('KeyTooLongError', { Size: Buffer.byteLength(key), MaxSizeAllowed: MAX_KEY_BYTES })
  }
  return key
}
