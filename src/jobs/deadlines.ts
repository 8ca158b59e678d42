/** When something must be looked at again: one timer at the earliest of them, never a poll. */
import type { Clock, Instant } from '../base/clock.ts'

export interface Deadlines {
  /** One deadline per id; undefined takes it away. */
  set(id: string, at: Instant | undefined): void
  /** Waits for a look that is under way. */
  stop(): Promise<void>
}

/** A longer delay would overflow `setTimeout`; the timer just fires once in vain. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/** @param reached gets the ids whose deadline is over, each once; must not reject */
export function createDeadlines(clock: Clock, reached: (ids: readonly string[]) => Promise<void>): Deadlines {
  const deadlines = new Map<string, Instant>()
  let timer: NodeJS.Timeout | undefined
  let timerAt = Infinity
  let looking = Promise.resolve()
  let stopped = false

  return {
    set(id, at) {
      // a timer that is now too early is left to fire in vain: leases are extended far more often than they end
      if (at === undefined) return void deadlines.delete(id)
      deadlines.set(id, at)
      if (at < timerAt) arm(at)
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await looking
    },
  }

  function arm(at: Instant): void {
    if (stopped) return
    clearTimeout(timer)
    timerAt = at
    timer = setTimeout(look, Math.min(Math.max(at - clock.now(), 0), LONGEST_DELAY_MS))
    timer.unref() // whoever wants the process to go on holds it open by other means
  }

  function look(): void {
    const now = clock.now()
    const over: string[] = []
    let next = Infinity
    for (const [id, at] of deadlines) {
      if (at <= now) over.push(id)
      else next = Math.min(next, at)
    }
    for (const id of over) deadlines.delete(id)
    timerAt = Infinity
    if (next !== Infinity) arm(next)
    if (over.length > 0) looking = looking.then(() => reached(over))
  }
}
