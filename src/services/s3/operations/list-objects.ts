import {
  ListObjects$,
  ListObjectsV2$,
  type ListObjectsCommandInput,
  type ListObjectsCommandOutput,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3'
import type { ObjectRow } from '../../../store/store.ts'
import { operation } from '../../../wire/wire.ts'
import { bucketArn } from '../arns.ts'
import { requireBucket } from '../buckets.ts'
import type { S3Dependencies } from '../dependencies.ts'
import { s3Error } from '../errors.ts'
import { collate, type Page } from '../listing.ts'
import { quote } from '../objects.ts'

export const listObjectsV2 = (deps: S3Dependencies) =>
  operation<ListObjectsV2CommandInput, ListObjectsV2CommandOutput>(
    ListObjectsV2$,
    { action: 's3:ListBucket', resource: bucketArn },
    async (input, call) => {
      const bucket = await requireBucket(deps.store, call, input.Bucket)
      const after = input.ContinuationToken === undefined ? input.StartAfter : decodeToken(input.ContinuationToken)
      const page = await list(deps, bucket.name, { ...input, after })
      const encode = encoder(input.EncodingType)
      return {
        Name: bucket.name,
        Prefix: encode(input.Prefix ?? ''),
        ...(input.Delimiter !== undefined && { Delimiter: encode(input.Delimiter) }),
        ...(input.StartAfter !== undefined && { StartAfter: encode(input.StartAfter) }),
        ...(input.EncodingType !== undefined && { EncodingType: input.EncodingType }),
        MaxKeys: page.limit,
        KeyCount: page.items.length + page.prefixes.length,
        IsTruncated: page.next !== undefined,
        ...(input.ContinuationToken !== undefined && { ContinuationToken: input.ContinuationToken }),
        ...(page.next !== undefined && { NextContinuationToken: Buffer.from(page.next.key).toString('base64url') }),
        Contents: page.items.map((row) => content(row, encode)),
        CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      }
    },
  )

export const listObjects = (deps: S3Dependencies) =>
  operation<ListObjectsCommandInput, ListObjectsCommandOutput>(
    ListObjects$,
    { action: 's3:ListBucket', resource: bucketArn },
    async (input, call) => {
      const bucket = await requireBucket(deps.store, call, input.Bucket)
      const page = await list(deps, bucket.name, { ...input, after: input.Marker })
      const encode = encoder(input.EncodingType)
      return {
        Name: bucket.name,
        Prefix: encode(input.Prefix ?? ''),
        Marker: encode(input.Marker ?? ''),
        ...(input.Delimiter !== undefined && { Delimiter: encode(input.Delimiter) }),
        ...(input.EncodingType !== undefined && { EncodingType: input.EncodingType }),
        MaxKeys: page.limit,
        IsTruncated: page.next !== undefined,
        ...(page.next !== undefined && { NextMarker: encode(page.next.key) }),
        Contents: page.items.map((row) => content(row, encode)),
        CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      }
    },
  )

function list(
  { store }: S3Dependencies,
  bucket: string,
  input: {
    Prefix?: string | undefined
    Delimiter?: string | undefined
    MaxKeys?: number | undefined
    after?: string | undefined
  },
): Promise<Page<ObjectRow>> {
  return collate(
    (after, limit) =>
      store.read.objects.list(bucket, {
        limit,
        ...(input.Prefix && { prefix: input.Prefix }),
        ...(after !== undefined && { after: after.key }),
      }),
    { ...input, after: input.after === undefined ? undefined : { key: input.after } },
  )
}

const content = (row: ObjectRow, encode: (text: string) => string) => ({
  Key: encode(row.key),
  LastModified: new Date(row.lastModified),
  ETag: quote(row.etag),
  Size: row.size,
  StorageClass: 'STANDARD' as const,
})

/** `encoding-type=url`: keys may hold characters XML cannot carry. */
export const encoder =
  (type: string | undefined) =>
  (text: string): string =>
    type === 'url' ? encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+') : text

function decodeToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString()
  if (Buffer.from(key).toString('base64url') !== token) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'continuation-token' },
      { message: 'The continuation token provided is incorrect' },
    )
  }
  return key
}
