import {
  ListObjectVersions$,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3'
import { operation } from '../../../wire/wire.ts'
import { bucketArn } from '../arns.ts'
import { requireBucket } from '../buckets.ts'
import type { S3Dependencies } from '../dependencies.ts'
import { quote } from '../objects.ts'
import { encoder } from './list-objects.ts'

const MAX_KEYS = 1000

/** Delimiters are not folded here: every version is listed. */
export const listObjectVersions = (deps: S3Dependencies) =>
  operation<ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput>(
    ListObjectVersions$,
    { action: 's3:ListBucketVersions', resource: bucketArn },
    async (input, call) => {
      const { objects } = deps.store.read
      const bucket = await requireBucket(deps.store, call, input.Bucket)
      const limit = Math.min(input.MaxKeys ?? MAX_KEYS, MAX_KEYS)
      const marker =
        input.KeyMarker === undefined || input.VersionIdMarker === undefined
          ? undefined
          : await objects.version(bucket.name, input.KeyMarker, input.VersionIdMarker)
      const rows = await objects.versions(bucket.name, {
        limit: limit + 1,
        ...(input.Prefix && { prefix: input.Prefix }),
        ...(input.KeyMarker && { after: { key: input.KeyMarker, ...(marker && { sequence: marker.sequence }) } }),
      })
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      const encode = encoder(input.EncodingType)
      const described = page.map((row) => ({
        deleteMarker: row.deleteMarker,
        entry: {
          Key: encode(row.key),
          VersionId: row.versionId,
          IsLatest: row.isLatest,
          LastModified: new Date(row.lastModified),
        },
        content: { ETag: quote(row.etag), Size: row.size, StorageClass: 'STANDARD' as const },
      }))
      return {
        Name: bucket.name,
        Prefix: encode(input.Prefix ?? ''),
        KeyMarker: encode(input.KeyMarker ?? ''),
        VersionIdMarker: input.VersionIdMarker ?? '',
        MaxKeys: limit,
        ...(input.EncodingType !== undefined && { EncodingType: input.EncodingType }),
        IsTruncated: rows.length > limit,
        ...(rows.length > limit && last && { NextKeyMarker: encode(last.key), NextVersionIdMarker: last.versionId }),
        Versions: described.flatMap(({ deleteMarker, entry, content }) =>
          deleteMarker ? [] : [{ ...entry, ...content }],
        ),
        DeleteMarkers: described.flatMap(({ deleteMarker, entry }) => (deleteMarker ? [entry] : [])),
      }
    },
  )
