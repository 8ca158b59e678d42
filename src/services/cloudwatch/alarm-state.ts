/** How an alarm changes its state: in one unit of work with the event that tells it. */
import type { AlarmState } from '../../core/alarms/alarm.ts'
import { evaluate } from '../../core/alarms/evaluate.ts'
import { periodsOf, periodStart, rangeStart } from '../../core/alarms/periods.ts'
import { reasonData, reasonOf } from '../../core/alarms/reason.ts'
import type { Reader, ResourceKey } from '../../store/store.ts'
import { stateChangeEvent } from './alarm-events.ts'
import { ruleOf, watched, type AlarmRecord, type StateRecord } from './alarm-record.ts'
import type { CloudWatchDependencies } from './dependencies.ts'
import { metricId, metricKey, readSamples } from './metrics.ts'

type Dependencies = Pick<CloudWatchDependencies, 'store' | 'bus' | 'clock'>

/**
 * Looks at the data now.
 * @returns when to look again, though nothing arrives until then; undefined: only new data can change anything
 */
export async function evaluateAlarm(deps: Dependencies, key: ResourceKey): Promise<number | undefined> {
  const now = deps.clock.now()
  const found = await deps.store.read.resources.get<AlarmRecord>(key)
  if (found === undefined) return undefined
  const seen = await judge(deps.store.read, found.document, now)
  if (seen.state !== undefined && seen.state.value !== found.document.state.value) {
    await changeState(deps, key, async (tx, alarm) => (await judge(tx, alarm, now)).state ?? alarm.state)
  }
  return seen.next
}

/** @returns whether there is such an alarm */
export async function changeState(
  { store, bus }: Pick<Dependencies, 'store' | 'bus'>,
  key: ResourceKey,
  change: (reader: Reader, alarm: AlarmRecord) => StateRecord | Promise<StateRecord>,
): Promise<boolean> {
  const { isKnown, rows } = await store.write(async (tx) => {
    const found = await tx.resources.get<AlarmRecord>(key)
    if (found === undefined) return { isKnown: false, rows: [] }
    const before = found.document
    const after: AlarmRecord = { ...before, state: await change(tx, before) }
    await tx.resources.put(key, after, { parent: found.parent })
    const isChange = after.state.value !== before.state.value
    return { isKnown: true, rows: isChange ? await bus.append(tx, [stateChangeEvent(before, after)]) : [] }
  })
  bus.published(rows)
  return isKnown
}

async function judge(
  reader: Reader,
  alarm: AlarmRecord,
  now: number,
): Promise<{ readonly state?: StateRecord; readonly next?: number }> {
  const rule = ruleOf(alarm)
  const { metric, unit } = watched(alarm)
  const id = metricId(metric)
  const samples = await readSamples(reader, alarm, id, { from: rangeStart(rule, now), to: now + rule.periodMs }, unit)
  const next = samples.length > 0 ? { next: periodStart(rule, now) + rule.periodMs } : {}
  // nobody measures it here: whoever calls SetAlarmState knows better
  const isSilent = samples.length === 0 && (rule.missingData === 'missing' || rule.missingData === 'ignore')
  if (isSilent && (await reader.resources.get(metricKey(alarm, id))) === undefined) return next
  const evaluation = evaluate(rule, periodsOf(rule, samples, now))
  const { state } = evaluation
  if (state === undefined) return next
  return { ...next, state: stateOf(state, evaluation) }

  function stateOf(value: AlarmState, evaluation: ReturnType<typeof evaluate>): StateRecord {
    return {
      value,
      reason: reasonOf(rule, value, evaluation),
      reasonData: reasonData(rule, evaluation, now, unit),
      updatedAt: now,
    }
  }
}
