import type { RetentionDependencies } from './retention.ts'

/** Enough to catch up from after any stop, and to look at; older ones are told to nobody again. */
const KEPT = 100_000

/** Events a unit of work: few enough for the others who write not to notice. */
const AT_ONCE = 2000

/** All but the newest events. @returns how many */
export async function forgetEvents(
  { store }: Pick<RetentionDependencies, 'store'>,
  signal: AbortSignal,
  keep: number = KEPT,
): Promise<number> {
  let forgotten = 0
  for (let some = 1; some > 0 && !signal.aborted; forgotten += some) {
    some = await store.write((tx) => tx.events.prune(keep, AT_ONCE))
  }
  return forgotten
}
