import { S3Client } from '@aws-sdk/client-s3'
import { perRegion } from './client-config.ts'

export const s3 = perRegion((config) => new S3Client({ ...config, forcePathStyle: true }))
