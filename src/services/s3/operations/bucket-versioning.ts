import {
  GetBucketVersioning$,
  PutBucketVersioning$,
  type GetBucketVersioningCommandInput,
  type GetBucketVersioningCommandOutput,
  type PutBucketVersioningCommandInput,
  type PutBucketVersioningCommandOutput,
} from '@aws-sdk/client-s3'
import { operation } from '../../../wire/wire.ts'
import { bucketArn } from '../arns.ts'
import { bucketKey, requireBucket } from '../buckets.ts'
import type { S3Dependencies } from '../dependencies.ts'
import { s3Error } from '../errors.ts'

export const getBucketVersioning = ({ store }: S3Dependencies) =>
  operation<GetBucketVersioningCommandInput, GetBucketVersioningCommandOutput>(
    GetBucketVersioning$,
    { action: 's3:GetBucketVersioning', resource: bucketArn },
    async (input, call) => {
      const { versioning } = await requireBucket(store, call, input.Bucket)
      return versioning === 'Off' ? {} : { Status: versioning }
    },
  )

export const putBucketVersioning = ({ store }: S3Dependencies) =>
  operation<PutBucketVersioningCommandInput, PutBucketVersioningCommandOutput>(
    PutBucketVersioning$,
    { action: 's3:PutBucketVersioning', resource: bucketArn },
    async (input, call) => {
      const versioning = input.VersioningConfiguration?.Status
      if (versioning !== 'Enabled' && versioning !== 'Suspended') throw s3Error('MalformedXML')
      await store.write(async (tx) => {
        const bucket = await requireBucket({ read: tx }, call, input.Bucket)
        await tx.resources.put(bucketKey(call.account, bucket.name), { ...bucket, versioning })
      })
      return {}
    },
  )
