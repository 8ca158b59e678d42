/** One `setTimeout` for the earliest timer row, however many there are. */
import type { Clock } from '../base/clock.ts'
import type { Store, Timer } from '../store/store.ts'

export interface Timers extends Disposable {
  /** Looks at the rows and waits for the earliest. */
  start(): Promise<void>
  /** A row for this instant was committed. */
  set(at: number): void
}

/** Calls back once after the delay (ms). @returns cancel */
export type Schedule = (delayMs: number, callback: () => void) => () => void

export const systemSchedule: Schedule = (delayMs, callback) => {
  const timeout = setTimeout(callback, delayMs)
  timeout.unref()
  return () => clearTimeout(timeout)
}

/** `setTimeout` counts in 32 bits: a longer delay would fire at once. 24.8 days. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

const BATCH = 100

export interface TimersDependencies {
  readonly store: Store
  readonly clock: Clock
  readonly schedule: Schedule
  /** resolves when the row is gone */
  readonly fire: (timer: Timer) => Promise<void>
  readonly failed: (error: unknown) => void
}

export function createTimers({ store, clock, schedule, fire, failed }: TimersDependencies): Timers {
  let armed: { readonly at: number; readonly cancel: () => void } | undefined
  let disposed = false
  /** while rows are fired none is looked at a second time: it would happen twice */
  let looking = false

  function arm(at: number): void {
    if (disposed || looking || (armed !== undefined && armed.at <= at)) return
    armed?.cancel()
    const delay = Math.max(at - clock.now(), 0)
    armed = { at, cancel: schedule(Math.min(delay, LONGEST_DELAY_MS), () => void look()) }
  }

  async function look(): Promise<void> {
    if (looking || disposed) return
    armed = undefined
    looking = true
    try {
      for (;;) {
        const due = await store.read.timers.due(clock.now(), BATCH)
        if (disposed || due.length === 0) break
        await Promise.all(due.map(fire))
      }
      // from here on a new row is armed by itself; those that came meanwhile are read
      looking = false
      const next = await store.read.timers.next()
      if (next !== undefined) arm(next)
    } catch (error) {
      looking = false
      failed(error)
      arm(clock.now() + RETRY_MS)
    }
  }

  return {
    start: look,
    set: arm,
    [Symbol.dispose]() {
      disposed = true
      armed?.cancel()
    },
  }
}

/** after a failure of the store or the reducer: late is better than never, but not in a busy loop */
const RETRY_MS = 5_000
