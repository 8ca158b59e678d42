import { DAY_MS } from './day.ts'
import type { RetentionDependencies } from './retention.ts'

/** Executions a unit of work: few enough for the others who write not to notice. */
const AT_ONCE = 100

/** Ended executions that changed last before the days that are kept. @returns how many */
export async function forgetHistory(
  { store, clock, historyDays }: Pick<RetentionDependencies, 'store' | 'clock' | 'historyDays'>,
  signal: AbortSignal,
): Promise<number> {
  const changedBefore = clock.now() - historyDays * DAY_MS
  let forgotten = 0
  for (const key of await store.read.pipelines.keys()) {
    for (let afterAge: number | undefined = 0; afterAge !== undefined && !signal.aborted;) {
      const page: { changedBefore: number; afterAge: number; limit: number } = {
        changedBefore,
        afterAge,
        limit: AT_ONCE,
      }
      const { executions, afterAge: next } = await store.write((tx) => tx.pipelines.forget(key, page))
      forgotten += executions
      afterAge = next
    }
  }
  return forgotten
}

/** What deleted pipelines with a long history left behind. @returns how many executions */
export async function removeDeleted(
  { store }: Pick<RetentionDependencies, 'store'>,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0
  for (let some = 1; some > 0 && !signal.aborted; removed += some) {
    some = await store.write((tx) => tx.pipelines.removeDeleted(AT_ONCE))
  }
  return removed
}
