import type { Call } from '../../wire/wire.ts'
import type { Reader, ResourceKey } from '../../store/store.ts'
import { s3Error } from './errors.ts'

export interface Bucket {
  readonly name: string
  readonly account: string
  readonly region: string
  readonly createdAt: number
  readonly versioning: 'Off' | 'Enabled' | 'Suspended'
  /** sub-resource name (`policy`, `encryption`, `website`, …) -> what was put, as the SDK gives it */
  readonly settings: Readonly<Record<string, unknown>>
}

/** Bucket names are global, as on AWS: the record's region is part of the document, not of its key. */
export const bucketKey = (account: string, name: string): ResourceKey => ({
  account,
  region: '',
  service: 's3',
  type: 'bucket',
  name,
})

/**
 * The bucket a call names. Another account's bucket is refused whatever its policy says (cross-account access by bucket policy
 * comes with policy enforcement). @throws NoSuchBucket, AccessDenied
 */
export async function requireBucket(store: { read: Reader }, call: Call, name: string | undefined): Promise<Bucket> {
  const found = name === undefined ? undefined : await store.read.resources.find<Bucket>('s3', 'bucket', name)
  if (!found) throw s3Error('NoSuchBucket', { BucketName: name })
  if (found.document.account !== call.account) throw s3Error('AccessDenied')
  return found.document
}

/** Source: S3 user guide, "Bucket naming rules". */
export const isBucketName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
  !name.includes('..') &&
  !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
  !name.startsWith('xn--') &&
  !name.endsWith('-s3alias')
