import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Bus } from '../../journal/journal.ts'
import type { Store } from '../../store/store.ts'
import type { AlarmClock } from './alarm-clock.ts'

export interface CloudWatchDependencies {
  readonly store: Store
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  /** the one of this server; made on the first call */
  readonly alarmClock: () => Promise<AlarmClock>
}
