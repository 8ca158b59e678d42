/** Two clocks, as machines have: one that alarms go by and that only time itself moves, and one on the wall that anybody may set. */
import type { Schedule } from '../../src/engine/timers.ts'

export interface SimulatedTime {
  /** what the clock on the wall shows */
  now(): number
  /** Sets the clock on the wall; no time passes. */
  set(byMs: number): void
  readonly schedule: Schedule
  /** when the next alarm goes off, from now; undefined when there is none */
  untilNext(): number | undefined
  /** Time passes, and the alarms of that time go off, in order. @param settle lets what they set off happen */
  pass(ms: number, settle: () => Promise<void>): Promise<void>
  /** A new process has no alarms. */
  forget(): void
}

interface Alarm {
  readonly at: number
  readonly callback: () => void
}

export function createTime(): SimulatedTime {
  let elapsed = 0
  let shown = Date.UTC(2026, 2, 2, 10)
  const alarms = new Set<Alarm>()
  const next = (): Alarm | undefined => {
    let first: Alarm | undefined
    for (const alarm of alarms) if (first === undefined || alarm.at < first.at) first = alarm
    return first
  }
  function advance(ms: number): void {
    elapsed += ms
    shown += ms
  }
  return {
    now: () => shown,
    set(byMs) {
      shown += byMs
    },
    schedule(delayMs, callback) {
      const alarm = { at: elapsed + delayMs, callback }
      alarms.add(alarm)
      return () => void alarms.delete(alarm)
    },
    untilNext() {
      const alarm = next()
      return alarm && Math.max(alarm.at - elapsed, 0)
    },
    async pass(ms, settle) {
      const end = elapsed + ms
      for (let alarm = next(); alarm !== undefined && alarm.at <= end; alarm = next()) {
        alarms.delete(alarm)
        advance(Math.max(alarm.at - elapsed, 0))
        alarm.callback()
        await settle()
      }
      advance(Math.max(end - elapsed, 0))
    },
    forget: () => alarms.clear(),
  }
}
