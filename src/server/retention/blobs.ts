import { blobsOfParts } from '../../services/s3/blobs-in-use.ts'
import type { Store } from '../../store/store.ts'
import { DAY_MS } from './day.ts'
import type { RetentionDependencies } from './retention.ts'

/** A blob is written before the row that names it: one this old whose row is missing was left by a crash in between. */
const GRACE_MS = DAY_MS

/**
 * Deletes contents that nobody names: what a crash left between writing a blob and its row, or between removing a row and its
 * blob. A crash in between leaves the rest for the next time.
 * @returns how many
 */
export async function deleteUnusedBlobs(
  { store, blobs, clock }: Pick<RetentionDependencies, 'store' | 'blobs' | 'clock'>,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0
  for await (const ids of blobs.olderThan(clock.now() - GRACE_MS)) {
    if (signal.aborted) break
    const unused = await unusedOf(store, ids)
    for (const id of unused) await blobs.delete(id)
    deleted += unused.length
  }
  return deleted
}

/** Whoever keeps ids of blobs is asked here. */
async function unusedOf(store: Store, ids: readonly string[]): Promise<readonly string[]> {
  const parts = await blobsOfParts(store.read.resources)
  const objects = await store.read.objects.named(ids)
  return ids.filter((id) => !parts.has(id) && !objects.has(id))
}
