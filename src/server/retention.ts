import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Store } from '../store/store.ts'

/** Enough to catch up from after any stop, and to look at; older ones are told to nobody again. */
const EVENTS_KEPT = 100_000
/** A worker that reports on a job this old is told that there is no such job. */
const JOBS_KEPT_MS = 7 * 24 * 3600_000
const INTERVAL_MS = 3600_000

/** Keeps the bus' journal and the ended jobs from growing for ever: now, and every hour. */
export function startRetention({ store, clock, log }: { store: Store; clock: Clock; log: Log }): Disposable {
  const sweep = (): void => {
    store
      .write(async (tx) => ({
        events: await tx.events.prune(EVENTS_KEPT),
        jobs: await tx.jobs.prune(clock.now() - JOBS_KEPT_MS),
      }))
      .then(
        (pruned) => log.debug(pruned, 'forgot old events and jobs'),
        (error: unknown) => log.error({ err: error }, 'forgetting old events and jobs failed'),
      )
  }
  sweep()
  const timer = setInterval(sweep, INTERVAL_MS).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
