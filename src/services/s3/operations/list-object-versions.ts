import {
  ListObjectVersions$,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3'
import type { ObjectRow } from '../../../store/store.ts'
import { operation } from '../../../wire/wire.ts'
import { bucketArn } from '../arns.ts'
import { requireBucket, type Bucket } from '../buckets.ts'
import type { S3Dependencies } from '../dependencies.ts'
import { s3Error } from '../errors.ts'
import { collate, type Cursor } from '../listing.ts'
import { quote } from '../objects.ts'
import { encoder } from './list-objects.ts'

export const listObjectVersions = (deps: S3Dependencies) =>
  operation<ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput>(
    ListObjectVersions$,
    { action: 's3:ListBucketVersions', resource: bucketArn },
    async (input, call) => {
      const bucket = await requireBucket(deps.store, call, input.Bucket)
      const { items, prefixes, next, limit } = await collate<Version>(
        (after, limit) =>
          deps.store.read.objects.versions(bucket.name, {
            limit,
            ...(input.Prefix && { prefix: input.Prefix }),
            ...(after && { after: { key: after.key, ...(after.row && { sequence: after.row.sequence }) } }),
          }),
        { ...input, after: await begin(deps, bucket, input) },
      )
      const encode = encoder(input.EncodingType)
      const entry = (row: Version) => ({
        Key: encode(row.key),
        VersionId: row.versionId,
        IsLatest: row.isLatest,
        LastModified: new Date(row.lastModified),
      })
      const content = (row: Version) => ({ ETag: quote(row.etag), Size: row.size, StorageClass: 'STANDARD' as const })
      return {
        Name: bucket.name,
        Prefix: encode(input.Prefix ?? ''),
        ...(input.Delimiter !== undefined && { Delimiter: encode(input.Delimiter) }),
        KeyMarker: encode(input.KeyMarker ?? ''),
        VersionIdMarker: input.VersionIdMarker ?? '',
        MaxKeys: limit,
        ...(input.EncodingType !== undefined && { EncodingType: input.EncodingType }),
        IsTruncated: next !== undefined,
        ...(next && { NextKeyMarker: encode(next.key) }),
        ...(next?.row && { NextVersionIdMarker: `${next.row.versionId}.${next.row.sequence}` }),
        Versions: items.flatMap((row) => (row.deleteMarker ? [] : [{ ...entry(row), ...content(row) }])),
        DeleteMarkers: items.flatMap((row) => (row.deleteMarker ? [entry(row)] : [])),
        CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      }
    },
  )

type Version = ObjectRow & { readonly isLatest: boolean }

/**
 * Behind which version the page begins. Our own markers carry the version's place besides its id: whoever empties a bucket page
 * by page has deleted the version by then.
 */
async function begin(
  { store }: S3Dependencies,
  bucket: Bucket,
  { KeyMarker, VersionIdMarker }: ListObjectVersionsCommandInput,
): Promise<Cursor<Version> | undefined> {
  if (!KeyMarker) return undefined
  if (!VersionIdMarker) return { key: KeyMarker }
  const [versionId = '', place] = VersionIdMarker.split('.')
  const sequence = place === undefined ? undefined : Number(place)
  const row =
    sequence === undefined
      ? await store.read.objects.version(bucket.name, KeyMarker, versionId)
      : Number.isSafeInteger(sequence)
        ? { sequence }
        : undefined
  if (!row) throw s3Error('InvalidArgument', { ArgumentName: 'version-id-marker', ArgumentValue: VersionIdMarker })
  // only its place is looked at
  return { key: KeyMarker, row: row as Version }
}
