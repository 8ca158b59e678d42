import type { Clock } from '../../base/clock.ts'
import type { BlobStore } from '../../artifacts/artifacts.ts'
import type { Bus } from '../../journal/journal.ts'
import type { Store } from '../../store/store.ts'

export interface S3Dependencies {
  readonly store: Store
  readonly blobs: BlobStore
  readonly bus: Bus
  readonly clock: Clock
  readonly newId: () => string
}
