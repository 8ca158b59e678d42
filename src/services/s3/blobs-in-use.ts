import type { StoredBlob } from '../../artifacts/artifacts.ts'
import type { ResourceReader } from '../../store/store.ts'

/** One part of an upload that is neither completed nor aborted. */
export interface Part {
  readonly blob: StoredBlob
  readonly at: number
}

export const PART_TYPE = 'part'

/** The blobs of all parts of open uploads; those of objects are in the objects' rows. */
export async function blobsOfParts(resources: ResourceReader): Promise<ReadonlySet<string>> {
  const parts = await resources.everywhere<Part>('s3', PART_TYPE)
  return new Set(parts.map(({ document }) => document.blob.id))
}
