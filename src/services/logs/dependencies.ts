import type { Clock } from '../../base/clock.ts'
import type { LogFiles } from '../../journal/journal.ts'
import type { Store } from '../../store/store.ts'

export interface LogsDependencies {
  readonly store: Store
  readonly logFiles: LogFiles
  readonly clock: Clock
}
