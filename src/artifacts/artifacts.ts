/** Objects on disk (or elsewhere): streamed in and out, encrypted at rest in frames, never whole in memory; and safe archives. */
import type { Readable } from 'node:stream'

export interface StoredBlob {
  /** opaque, made by the store */
  readonly id: string
  /** bytes of the clear content */
  readonly size: number
  /** hex MD5 of the clear content (S3's ETag of a single put) */
  readonly md5: string
}

export interface ByteRange {
  /** first byte, inclusive */
  readonly start: number
  /** last byte, inclusive; behind the end of the content it means the end */
  readonly end: number
}

export interface BlobStore {
  /** Durable when it resolves (fsync of file and folder). Leaves nothing behind when the source fails or the signal fires. */
  put(content: Readable | Uint8Array, options?: { signal?: AbortSignal }): Promise<StoredBlob>
  /** @throws BlobNotFound; RangeError when the range starts behind the end. The stream fails with BlobDamaged: every frame is checked */
  get(id: string, range?: ByteRange): Promise<Readable>
  /** Several blobs as one, in order, without copying through memory at once (multipart upload). Sources are kept. */
  concat(ids: readonly string[], options?: { signal?: AbortSignal }): Promise<StoredBlob>
  /** Deleting twice is fine. */
  delete(id: string): Promise<void>
  /** Ids of what was finished before the instant (ms), in portions: to find what nobody names any more. */
  olderThan(instant: number): AsyncIterable<readonly string[]>
}

export { ArchiveRefused, BlobDamaged, BlobNotFound } from './errors.ts'
export { openBlobStore } from './disk/blob-store.ts'
export { readZip, type ArchiveEntry } from './read-zip.ts'
export { unzipTo, type UnzipLimits } from './unzip.ts'
export { zipEntries, zipFolder, type ZipEntry } from './zip.ts'
