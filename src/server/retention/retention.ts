/** Keeps what nobody may ask for any more from growing for ever: now, and every hour. */
import type { BlobStore } from '../../artifacts/artifacts.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { LogFiles } from '../../journal/journal.ts'
import type { Store } from '../../store/store.ts'
import { deleteUnusedBlobs } from './blobs.ts'
import { forgetBuilds } from './builds.ts'
import { DAY_MS } from './day.ts'
import { forgetEvents } from './events.ts'
import { forgetHistory, removeDeleted } from './history.ts'
import { forgetLogs } from './logs.ts'

export interface RetentionDependencies {
  readonly store: Store
  readonly logFiles: LogFiles
  readonly blobs: BlobStore
  readonly clock: Clock
  readonly log: Log
  /** that ended executions and builds are kept */
  readonly historyDays: number
  /** that logs of groups without a retention policy are kept; undefined: for ever */
  readonly logDays: number | undefined
}

/** Executions are kept for 12 months, builds for one year. Source: CodePipeline and CodeBuild user guides, "Quotas". */
export const DEFAULT_HISTORY_DAYS = 365

const INTERVAL_MS = 3600_000

/** What forgets something, by what it forgets; they take turns. @returns how many it forgot */
const SWEEPS: Readonly<Record<string, (dependencies: RetentionDependencies, signal: AbortSignal) => Promise<number>>> =
  {
    events: forgetEvents,
    jobs: ({ store, clock }) => store.write((tx) => tx.jobs.prune(clock.now() - JOBS_KEPT_MS)),
    'deleted pipelines': removeDeleted,
    executions: forgetHistory,
    builds: forgetBuilds,
    logs: forgetLogs,
    blobs: deleteUnusedBlobs,
  }

/** A worker that reports on a job this old is told that there is no such job. */
const JOBS_KEPT_MS = 7 * DAY_MS

export function startRetention(dependencies: RetentionDependencies): AsyncDisposable {
  const stop = new AbortController()
  let sweeping = sweepAll(dependencies, stop.signal)
  const timer = setInterval(() => {
    sweeping = sweeping.then(() => sweepAll(dependencies, stop.signal))
  }, INTERVAL_MS).unref()
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      stop.abort()
      await sweeping
    },
  }
}

/** One that fails keeps none of the others from its work, and has its next turn in an hour. */
async function sweepAll(dependencies: RetentionDependencies, signal: AbortSignal): Promise<void> {
  const { log } = dependencies
  for (const [what, sweep] of Object.entries(SWEEPS)) {
    if (signal.aborted) return
    try {
      const forgotten = await sweep(dependencies, signal)
      if (forgotten > 0) log.info({ what, forgotten }, 'what is too old was forgotten')
    } catch (error) {
      log.error({ err: error, what }, 'forgetting what is too old failed')
    }
  }
}
