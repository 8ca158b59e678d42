/** Looks at alarms when a period of theirs is over: one timer for the earliest, none while no data come. */
import type { ResourceKey } from '../../store/store.ts'
import { alarmKey, ruleOf, type AlarmRecord } from './alarm-record.ts'
import { evaluateAlarm } from './alarm-state.ts'
import type { CloudWatchDependencies } from './dependencies.ts'

export interface AlarmClock extends AsyncDisposable {
  /** After a start of the server: looks at every alarm there is. */
  resume(): Promise<void>
  /** Looks at these now. Resolves when what follows from it is committed. */
  check(alarms: readonly ResourceKey[]): Promise<void>
  /** Somebody set the state by hand: looks when the period is over, and not before. */
  later(alarm: AlarmRecord): void
}

type Dependencies = Pick<CloudWatchDependencies, 'store' | 'bus' | 'clock' | 'log'>

/** @param after calls back once after the delay (ms), and returns how to cancel that */
export function createAlarmClock(deps: Dependencies, after: typeof systemTimer = systemTimer): AlarmClock {
  const { store, clock, log } = deps
  const waiting = new Map<string, { readonly key: ResourceKey; readonly at: number }>()
  const underWay = new Set<Promise<void>>()
  let armed: { readonly at: number; readonly cancel: () => void } | undefined
  let disposed = false

  function wait(key: ResourceKey, at: number | undefined): void {
    const id = `${key.account}/${key.region}/${key.name}`
    if (at === undefined) waiting.delete(id)
    else waiting.set(id, { key, at })
    arm()
  }

  function arm(): void {
    const at = Math.min(...[...waiting.values()].map((one) => one.at))
    if (disposed || at === Infinity || armed?.at === at) return
    armed?.cancel()
    armed = { at, cancel: after(Math.max(at - clock.now(), 0), ring) }
  }

  async function ring(): Promise<void> {
    armed = undefined
    const now = clock.now()
    const due = [...waiting.values()].filter(({ at }) => at <= now)
    const looked = check(due.map(({ key }) => key))
    underWay.add(looked)
    await looked
    underWay.delete(looked)
    arm()
  }

  async function check(keys: readonly ResourceKey[]): Promise<void> {
    await Promise.all(
      keys.map(async (key) => {
        try {
          wait(key, await evaluateAlarm(deps, key))
        } catch (error) {
          log.error({ err: error, alarm: key.name }, 'an alarm could not be evaluated')
          wait(key, clock.now() + RETRY_MS)
        }
      }),
    )
  }

  return {
    check,
    async resume() {
      const all = await store.read.resources.everywhere<AlarmRecord>('cloudwatch', 'alarm')
      await check(all)
    },
    later(alarm) {
      const { periodMs } = ruleOf(alarm)
      wait(alarmKey(alarm, alarm.name), (Math.floor(clock.now() / periodMs) + 1) * periodMs)
    },
    async [Symbol.asyncDispose]() {
      disposed = true
      armed?.cancel()
      await Promise.all(underWay)
    },
  }
}

/** after a failure of the store: late is better than never, but not in a busy loop */
const RETRY_MS = 60_000

function systemTimer(delayMs: number, callback: () => Promise<void>): () => void {
  const timeout = setTimeout(() => void callback(), delayMs)
  timeout.unref()
  return () => clearTimeout(timeout)
}
