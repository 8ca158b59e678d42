import {
  CreateBucket$,
  DeleteBucket$,
  GetBucketAcl$,
  GetBucketLocation$,
  HeadBucket$,
  ListBuckets$,
  type CreateBucketCommandInput,
  type CreateBucketCommandOutput,
  type DeleteBucketCommandInput,
  type DeleteBucketCommandOutput,
  type GetBucketAclCommandInput,
  type GetBucketAclCommandOutput,
  type GetBucketLocationCommandInput,
  type GetBucketLocationCommandOutput,
  type HeadBucketCommandInput,
  type HeadBucketCommandOutput,
  type ListBucketsCommandInput,
  type ListBucketsCommandOutput,
} from '@aws-sdk/client-s3'
import { operation } from '../../../wire/wire.ts'
import { bucketArn } from '../arns.ts'
import { bucketKey, isBucketName, requireBucket, type Bucket } from '../buckets.ts'
import type { S3Dependencies } from '../dependencies.ts'
import { s3Error } from '../errors.ts'
import { discardUploads } from './multipart.ts'

/** Its buckets have no location constraint, and creating one's own bucket there again succeeds. */
const CLASSIC_REGION = 'us-east-1'

export const createBucket = ({ store, clock }: S3Dependencies) =>
  operation<CreateBucketCommandInput, CreateBucketCommandOutput>(
    CreateBucket$,
    { action: 's3:CreateBucket', resource: bucketArn },
    async (input, call) => {
      const name = input.Bucket ?? ''
      if (!isBucketName(name)) throw s3Error('InvalidBucketName', { BucketName: name })
      const region = input.CreateBucketConfiguration?.LocationConstraint ?? call.region
      await store.write(async (tx) => {
        const found = await tx.resources.find<Bucket>('s3', 'bucket', name)
        if (found && found.document.account !== call.account) throw s3Error('BucketAlreadyExists', { BucketName: name })
        if (found && region !== CLASSIC_REGION) throw s3Error('BucketAlreadyOwnedByYou', { BucketName: name })
        if (found) return
        const bucket: Bucket = {
          name,
          account: call.account,
          region,
          createdAt: clock.now(),
          versioning: 'Off',
          settings: {},
        }
        await tx.resources.put(bucketKey(call.account, name), bucket)
      })
      return { Location: `/${name}` }
    },
  )

export const headBucket = ({ store }: S3Dependencies) =>
  operation<HeadBucketCommandInput, HeadBucketCommandOutput>(
    HeadBucket$,
    { action: 's3:ListBucket', resource: bucketArn },
    async (input, call) => {
      const { region } = await requireBucket(store, call, input.Bucket)
      return { BucketRegion: region, AccessPointAlias: false }
    },
  )

export const deleteBucket = (deps: S3Dependencies) =>
  operation<DeleteBucketCommandInput, DeleteBucketCommandOutput>(
    DeleteBucket$,
    { action: 's3:DeleteBucket', resource: bucketArn },
    async (input, call) => {
      const bucket = await requireBucket(deps.store, call, input.Bucket)
      const { name } = bucket
      await deps.store.write(async (tx) => {
        if (!(await tx.objects.isEmpty(name))) throw s3Error('BucketNotEmpty', { BucketName: name })
        await tx.resources.delete(bucketKey(call.account, name))
      })
      await discardUploads(deps, bucket)
      return {}
    },
  )

export const listBuckets = ({ store }: S3Dependencies) =>
  operation<ListBucketsCommandInput, ListBucketsCommandOutput>(
    ListBuckets$,
    { action: 's3:ListAllMyBuckets', resource: '*' },
    async (input, call) => {
      const buckets = await store.read.resources.list<Bucket>({
        account: call.account,
        region: '',
        service: 's3',
        type: 'bucket',
        ...(input.Prefix && { namePrefix: input.Prefix }),
      })
      return {
        Owner: { ID: call.account },
        Buckets: buckets.map(({ document }) => ({
          Name: document.name,
          CreationDate: new Date(document.createdAt),
          BucketRegion: document.region,
        })),
      }
    },
  )

export const getBucketLocation = ({ store }: S3Dependencies) =>
  operation<GetBucketLocationCommandInput, GetBucketLocationCommandOutput>(
    GetBucketLocation$,
    { action: 's3:GetBucketLocation', resource: bucketArn },
    async (input, call) => {
      const { region } = await requireBucket(store, call, input.Bucket)
      const constraint = region as NonNullable<GetBucketLocationCommandOutput['LocationConstraint']>
      return region === CLASSIC_REGION ? {} : { LocationConstraint: constraint }
    },
  )

export const getBucketAcl = ({ store }: S3Dependencies) =>
  operation<GetBucketAclCommandInput, GetBucketAclCommandOutput>(
    GetBucketAcl$,
    { action: 's3:GetBucketAcl', resource: bucketArn },
    async (input, call) => {
      const { account } = await requireBucket(store, call, input.Bucket)
      return {
        Owner: { ID: account },
        Grants: [{ Grantee: { Type: 'CanonicalUser', ID: account }, Permission: 'FULL_CONTROL' }],
      }
    },
  )
