/** S3: buckets and objects, streamed, versioned and encrypted at rest; and static web sites out of buckets. */
import * as S3 from '@aws-sdk/client-s3'
import { operationSchemas, type ServiceDefinition } from '../../wire/wire.ts'
import type { S3Dependencies } from './dependencies.ts'
import { bucketSettings } from './operations/bucket-settings.ts'
import { getBucketVersioning, putBucketVersioning } from './operations/bucket-versioning.ts'
import {
  createBucket,
  deleteBucket,
  getBucketAcl,
  getBucketLocation,
  headBucket,
  listBuckets,
} from './operations/buckets.ts'
import { copyObject } from './operations/copy-object.ts'
import { deleteObject, deleteObjects } from './operations/delete-objects.ts'
import { getObject, headObject } from './operations/get-object.ts'
import { listObjectVersions } from './operations/list-object-versions.ts'
import { listObjects, listObjectsV2 } from './operations/list-objects.ts'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './operations/multipart.ts'
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './operations/object-tagging.ts'
import { putObject } from './operations/put-object.ts'

export const createS3Service = (deps: S3Dependencies): ServiceDefinition => ({
  name: 's3',
  signingNames: ['s3'],
  protocols: ['restXml'],
  xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
  schemas: operationSchemas(S3),
  operations: [
    createBucket,
    headBucket,
    deleteBucket,
    listBuckets,
    getBucketLocation,
    getBucketAcl,
    getBucketVersioning,
    putBucketVersioning,
    putObject,
    getObject,
    headObject,
    copyObject,
    deleteObject,
    deleteObjects,
    listObjects,
    listObjectsV2,
    listObjectVersions,
    getObjectTagging,
    putObjectTagging,
    deleteObjectTagging,
    createMultipartUpload,
    uploadPart,
    uploadPartCopy,
    completeMultipartUpload,
    abortMultipartUpload,
    listParts,
    listMultipartUploads,
  ]
    .map((make) => make(deps) as ServiceDefinition['operations'][number])
    .concat(bucketSettings(deps)),
})

export type { S3Dependencies } from './dependencies.ts'
export { createWebsites, type Websites } from './website.ts'
