/**
 * The bucket sub-resources that are put, read back and deleted whole. What each does beyond being stored is said where it is
 * read: `encryption` in objects.ts, `website` in website.ts; the others are kept for the tools that set and compare them.
 */
import * as S3 from '@aws-sdk/client-s3'
import type { StaticOperationSchema } from '@smithy/types'
import { operation, ServiceError, type Operation } from '../../../wire/wire.ts'
import { bucketArn } from '../arns.ts'
import { bucketKey, requireBucket } from '../buckets.ts'
import type { S3Dependencies } from '../dependencies.ts'

interface Setting {
  readonly name: string
  /** the input member that is kept, and the output member that gives it back; the same name unless said otherwise */
  readonly member: string
  readonly output?: string
  /** the output is the setting itself, not a member that holds it */
  readonly spread?: true
  readonly get: StaticOperationSchema
  readonly put: StaticOperationSchema
  readonly remove?: StaticOperationSchema
  /** @throws what S3 says about a value that cannot be meant */
  readonly check?: (value: unknown) => void
  /** what reading an unset one answers: an error of S3's, or this default */
  readonly unset: { readonly error: string; readonly message: string } | { readonly value: unknown }
}

const missing = (error: string, message: string) => ({ error, message })

const SETTINGS: readonly Setting[] = [
  {
    name: 'policy',
    member: 'Policy',
    get: S3.GetBucketPolicy$,
    put: S3.PutBucketPolicy$,
    remove: S3.DeleteBucketPolicy$,
    check: requireJsonPolicy,
    unset: missing('NoSuchBucketPolicy', 'The bucket policy does not exist'),
  },
  {
    name: 'encryption',
    member: 'ServerSideEncryptionConfiguration',
    get: S3.GetBucketEncryption$,
    put: S3.PutBucketEncryption$,
    remove: S3.DeleteBucketEncryption$,
    // since 2023 every bucket has a default
    unset: {
      value: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }] },
    },
  },
  {
    name: 'publicAccessBlock',
    member: 'PublicAccessBlockConfiguration',
    get: S3.GetPublicAccessBlock$,
    put: S3.PutPublicAccessBlock$,
    remove: S3.DeletePublicAccessBlock$,
    unset: missing('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'),
  },
  {
    name: 'notification',
    member: 'NotificationConfiguration',
    spread: true,
    get: S3.GetBucketNotificationConfiguration$,
    put: S3.PutBucketNotificationConfiguration$,
    unset: { value: {} },
  },
  {
    name: 'tagging',
    member: 'Tagging',
    spread: true,
    get: S3.GetBucketTagging$,
    put: S3.PutBucketTagging$,
    remove: S3.DeleteBucketTagging$,
    unset: missing('NoSuchTagSet', 'The TagSet does not exist'),
  },
  {
    name: 'website',
    member: 'WebsiteConfiguration',
    spread: true,
    get: S3.GetBucketWebsite$,
    put: S3.PutBucketWebsite$,
    remove: S3.DeleteBucketWebsite$,
    unset: missing('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'),
  },
  {
    name: 'lifecycle',
    member: 'LifecycleConfiguration',
    spread: true,
    get: S3.GetBucketLifecycleConfiguration$,
    put: S3.PutBucketLifecycleConfiguration$,
    remove: S3.DeleteBucketLifecycle$,
    unset: missing('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'),
  },
  {
    name: 'cors',
    member: 'CORSConfiguration',
    spread: true,
    get: S3.GetBucketCors$,
    put: S3.PutBucketCors$,
    remove: S3.DeleteBucketCors$,
    unset: missing('NoSuchCORSConfiguration', 'The CORS configuration does not exist'),
  },
  {
    name: 'ownershipControls',
    member: 'OwnershipControls',
    get: S3.GetBucketOwnershipControls$,
    put: S3.PutBucketOwnershipControls$,
    remove: S3.DeleteBucketOwnershipControls$,
    unset: missing('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'),
  },
  {
    name: 'logging',
    member: 'BucketLoggingStatus',
    spread: true,
    get: S3.GetBucketLogging$,
    put: S3.PutBucketLogging$,
    unset: { value: {} },
  },
]

function requireJsonPolicy(policy: unknown): void {
  try {
    const parsed: unknown = JSON.parse(String(policy))
    if (typeof parsed === 'object' && parsed !== null) return
  } catch {
    // said below
  }
  throw new ServiceError('MalformedPolicy', 'This policy contains invalid Json', { statusCode: 400 })
}

type Input = Readonly<Record<string, unknown>> & { readonly Bucket?: string }

export const bucketSettings = (deps: S3Dependencies): readonly Operation[] =>
  SETTINGS.flatMap((setting) => [
    read(deps, setting),
    write(deps, setting, setting.put, (input) => {
      setting.check?.(input[setting.member])
      return input[setting.member]
    }),
    ...(setting.remove ? [write(deps, setting, setting.remove, () => undefined)] : []),
  ])

function read({ store }: S3Dependencies, { name, member, output, spread, get, unset }: Setting) {
  return operation<Input, Record<string, unknown>>(
    get,
    { action: `s3:${get[2]}`, resource: bucketArn },
    async (input, call) => {
      const bucket = await requireBucket(store, call, input.Bucket)
      const value = bucket.settings[name] ?? ('value' in unset ? unset.value : undefined)
      if (value === undefined && 'error' in unset) {
        throw new ServiceError(unset.error, unset.message, { statusCode: 404, fields: { BucketName: bucket.name } })
      }
      return spread ? (value as Record<string, unknown>) : { [output ?? member]: value }
    },
  )
}

function write(
  { store }: S3Dependencies,
  { name }: Setting,
  schema: StaticOperationSchema,
  valueOf: (input: Input) => unknown,
) {
  return operation<Input, Record<string, unknown>>(
    schema,
    { action: `s3:${schema[2]}`, resource: bucketArn },
    async (input, call) => {
      const value = valueOf(input)
      await store.write(async (tx) => {
        const bucket = await requireBucket({ read: tx }, call, input.Bucket)
        const { [name]: _before, ...others } = bucket.settings
        const settings = value === undefined ? others : { ...others, [name]: value }
        await tx.resources.put(bucketKey(call.account, bucket.name), { ...bucket, settings })
      })
      return {}
    },
  )
}
