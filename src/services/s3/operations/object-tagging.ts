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
import { s3Error } from '../errors.ts'
import { documentOf, requireObject, versionMember } from '../objects.ts'
import { requireKey } from './put-object.ts'

interface Target {
  readonly Bucket?: string | undefined
  readonly Key?: string | undefined
  readonly VersionId?: string | undefined
}

const find = async (deps: S3Dependencies, call: Call, input: Target) =>
  requireObject(deps, await requireBucket(deps.store, call, input.Bucket), requireKey(input.Key), input.VersionId)

async function replaceTags(deps: S3Dependencies, call: Call, input: Target, tags: Record<string, string>) {
  const row = await find(deps, call, input)
  await deps.store.write((tx) => tx.objects.describe(row, { ...documentOf(row), tags }))
  return versionMember(row)
}

export const getObjectTagging = (deps: S3Dependencies) =>
  operation<GetObjectTaggingCommandInput, GetObjectTaggingCommandOutput>(
    GetObjectTagging$,
    { action: 's3:GetObjectTagging', resource: objectArn },
    async (input, call) => {
      const row = await find(deps, call, input)
      return {
        ...versionMember(row),
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
      if (tags.length > 10) throw s3Error('InvalidTag', {}, { message: 'Object tags cannot be greater than 10' })
      return replaceTags(deps, call, input, Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])))
    },
  )

export const deleteObjectTagging = (deps: S3Dependencies) =>
  operation<DeleteObjectTaggingCommandInput, DeleteObjectTaggingCommandOutput>(
    DeleteObjectTagging$,
    { action: 's3:DeleteObjectTagging', resource: objectArn },
    (input, call) => replaceTags(deps, call, input, {}),
  )
