import {
  DeleteObject$,
  DeleteObjects$,
  type DeleteObjectCommandInput,
  type DeleteObjectCommandOutput,
  type DeleteObjectsCommandInput,
  type DeleteObjectsCommandOutput,
} from '@aws-sdk/client-s3'
import { operation, ServiceError } from '../../../wire/wire.ts'
import { bucketArn, objectArn } from '../arns.ts'
import { requireBucket, type Bucket } from '../buckets.ts'
import type { S3Dependencies } from '../dependencies.ts'
import { s3Error } from '../errors.ts'
import { requireKey } from './put-object.ts'

const MAX_DELETES = 1000

export const deleteObject = (deps: S3Dependencies) =>
  operation<DeleteObjectCommandInput, DeleteObjectCommandOutput>(
    DeleteObject$,
    { action: 's3:DeleteObject', resource: objectArn },
    async (input, call) => {
      const bucket = await requireBucket(deps.store, call, input.Bucket)
      const { versionId, deleteMarker } = await remove(deps, bucket, requireKey(input.Key), input.VersionId)
      return {
        ...(versionId !== undefined && { VersionId: versionId }),
        ...(deleteMarker && { DeleteMarker: true }),
      }
    },
  )

export const deleteObjects = (deps: S3Dependencies) =>
  operation<DeleteObjectsCommandInput, DeleteObjectsCommandOutput>(
    DeleteObjects$,
    { action: 's3:DeleteObject', resource: (input) => `${bucketArn(input)}/*` },
    async (input, call) => {
      const bucket = await requireBucket(deps.store, call, input.Bucket)
      const wanted = input.Delete?.Objects ?? []
      if (wanted.length === 0 || wanted.length > MAX_DELETES) throw s3Error('MalformedXML')
      const answers = await Promise.all(
        wanted.map(async ({ Key, VersionId }) => {
          const target = { Key, ...(VersionId !== undefined && { VersionId }) }
          try {
            const { versionId, deleteMarker } = await remove(deps, bucket, requireKey(Key), VersionId)
            return {
              deleted: {
                ...target,
                ...(deleteMarker && { DeleteMarker: true }),
                ...(deleteMarker && versionId !== undefined && { DeleteMarkerVersionId: versionId }),
              },
            }
          } catch (error) {
            if (!(error instanceof ServiceError)) throw error
            return { error: { ...target, Code: error.code, Message: error.message } }
          }
        }),
      )
      return {
        Deleted: input.Delete?.Quiet ? [] : answers.flatMap(({ deleted }) => (deleted ? [deleted] : [])),
        Errors: answers.flatMap(({ error }) => (error ? [error] : [])),
      }
    },
  )

/**
 * With a version id that version goes for good; without one a versioned bucket gets a delete marker on top, an unversioned one
 * loses the object. Deleting what is not there succeeds, as on AWS.
 */
async function remove(
  { store, blobs, clock, newId }: S3Dependencies,
  bucket: Bucket,
  key: string,
  version: string | undefined,
): Promise<{ versionId?: string; deleteMarker: boolean }> {
  const { gone, answer } = await store.write(async (tx) => {
    if (version !== undefined || bucket.versioning === 'Off') {
      const removed = await tx.objects.remove(bucket.name, key, version ?? 'null')
      return {
        gone: removed ? [removed] : [],
        answer: {
          ...(version !== undefined && { versionId: version }),
          deleteMarker: removed?.deleteMarker ?? false,
        },
      }
    }
    const versionId = bucket.versioning === 'Enabled' ? newId().replaceAll('-', '') : 'null'
    const replaced = await tx.objects.put({
      bucket: bucket.name,
      key,
      versionId,
      deleteMarker: true,
      size: 0,
      etag: '',
      lastModified: clock.now(),
      document: null,
    })
    return { gone: replaced, answer: { versionId, deleteMarker: true } }
  })
  await Promise.all(gone.flatMap(({ blobId }) => (blobId === undefined ? [] : [blobs.delete(blobId)])))
  return answer
}
