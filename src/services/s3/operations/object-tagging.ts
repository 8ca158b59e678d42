import {
  DeleteObjectTagging$,
  GetObjectTagging$,
  PutObjectTagging$,
  type DeleteObjectTaggingCommandInput,
  type DeleteObjectTaggingCommandOutput,
  type GetObjectTaggingCommandInput,
  type GetObjectTaggingCommandOutput,
  type PutObjectTaggingCommandInput,
  type PutObjectTaggingCommandOutput,
} from '@aws-sdk/client-s3'
import { operation, type Call } from '../../../wire/wire.ts'
import { objectArn } from '../arns.ts'
import { requireBucket } from '../buckets.ts'
import type { S3Dependencies } from '../dependencies.ts'
import { documentOf, requireObject, requireTags, versionMember } from '../objects.ts'
import { requireKey } from './put-object.ts'

interface Target {
  readonly Bucket?: string | undefined
  readonly Key?: string | undefined
  readonly VersionId?: string | undefined
}

async function find(deps: S3Dependencies, call: Call, input: Target) {
  const bucket = await requireBucket(deps.store, call, input.Bucket)
  return { bucket, row: await requireObject(deps, bucket, requireKey(input.Key), input.VersionId) }
}

async function replaceTags(deps: S3Dependencies, call: Call, input: Target, tags: Record<string, string>) {
  const { bucket, row } = await find(deps, call, input)
  await deps.store.write((tx) => tx.objects.describe(row, { ...documentOf(row), tags }))
  return versionMember(row, bucket)
}

export const getObjectTagging = (deps: S3Dependencies) =>
  operation<GetObjectTaggingCommandInput, GetObjectTaggingCommandOutput>(
    GetObjectTagging$,
    { action: 's3:GetObjectTagging', resource: objectArn },
    async (input, call) => {
      const { bucket, row } = await find(deps, call, input)
      return {
        ...versionMember(row, bucket),
        TagSet: Object.entries(documentOf(row).tags).map(([Key, Value]) => ({ Key, Value })),
      }
    },
  )

export const putObjectTagging = (deps: S3Dependencies) =>
  operation<PutObjectTaggingCommandInput, PutObjectTaggingCommandOutput>(
    PutObjectTagging$,
    { action: 's3:PutObjectTagging', resource: objectArn },
    async (input, call) => {
      const tags = input.Tagging?.TagSet ?? []
      return replaceTags(deps, call, input, requireTags(tags.map(({ Key = '', Value = '' }) => [Key, Value])))
    },
  )

export const deleteObjectTagging = (deps: S3Dependencies) =>
  operation<DeleteObjectTaggingCommandInput, DeleteObjectTaggingCommandOutput>(
    DeleteObjectTagging$,
    { action: 's3:DeleteObjectTagging', resource: objectArn },
    (input, call) => replaceTags(deps, call, input, {}),
  )
