import {
  DeleteAlarms$,
  DescribeAlarms$,
  DisableAlarmActions$,
  EnableAlarmActions$,
  PutMetricAlarm$,
  SetAlarmState$,
  type DeleteAlarmsCommandInput,
  type DeleteAlarmsCommandOutput,
  type DescribeAlarmsCommandInput,
  type DescribeAlarmsCommandOutput,
  type DisableAlarmActionsCommandInput,
  type DisableAlarmActionsCommandOutput,
  type EnableAlarmActionsCommandInput,
  type EnableAlarmActionsCommandOutput,
  type PutMetricAlarmCommandInput,
  type PutMetricAlarmCommandOutput,
  type SetAlarmStateCommandInput,
  type SetAlarmStateCommandOutput,
} from '@aws-sdk/client-cloudwatch'
import { ServiceError } from '../../../wire/wire.ts'
import { alarmArn, alarmKey, toMetricAlarm, watched, type AlarmRecord } from '../alarm-record.ts'
import { changeState } from '../alarm-state.ts'
import { define } from '../define.ts'
import type { CloudWatchDependencies } from '../dependencies.ts'
import { noAlarm, required, validationError } from '../errors.ts'
import { metricId, type Place } from '../metrics.ts'
import { page } from '../paging.ts'
import { validateAlarm } from '../validate-alarm.ts'

const MAX_NAMES = 100
const DEFAULT_PAGE = 50
const STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const

/** An alarm that is put again keeps its state and its tags; all its settings are replaced. */
export const putMetricAlarm = define<PutMetricAlarmCommandInput, PutMetricAlarmCommandOutput>(
  PutMetricAlarm$,
  ({ AlarmName = '' }, call) => alarmArn(call, AlarmName),
  async ({ store, clock, alarmClock }, { Tags = [], ...settings }, call) => {
    validateAlarm(settings)
    const { account, region } = call
    const name = settings.AlarmName ?? ''
    const key = alarmKey(call, name)
    await store.write(async (tx) => {
      const now = clock.now()
      const before = (await tx.resources.get<AlarmRecord>(key))?.document
      const record: AlarmRecord = {
        account,
        region,
        name,
        settings,
        configuredAt: now,
        state: before?.state ?? {
          value: 'INSUFFICIENT_DATA',
          reason: 'Unchecked: Initial alarm creation',
          updatedAt: now,
        },
        tags: before?.tags ?? Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
      }
      await tx.resources.put(key, record, { parent: metricId(watched(record).metric) })
    })
    await (await alarmClock()).check([key])
    return {}
  },
)

export const describeAlarms = define<DescribeAlarmsCommandInput, DescribeAlarmsCommandOutput>(
  DescribeAlarms$,
  '*',
  async ({ store }, input, { account, region }) => {
    const { AlarmNames, AlarmNamePrefix: namePrefix, StateValue, ActionPrefix, AlarmTypes, NextToken } = input
    const limit = input.MaxRecords ?? DEFAULT_PAGE
    if (limit < 1 || limit > MAX_NAMES) throw validationError(`MaxRecords must be between 1 and ${MAX_NAMES}.`)
    if (AlarmTypes !== undefined && !AlarmTypes.includes('MetricAlarm'))
      return { MetricAlarms: [], CompositeAlarms: [] }
    const found = await store.read.resources.list<AlarmRecord>({
      account,
      region,
      service: 'cloudwatch',
      type: 'alarm',
      ...(namePrefix !== undefined && { namePrefix }),
    })
    const matching = found
      .map(({ document }) => document)
      .filter(
        ({ name, state, settings }) =>
          (AlarmNames === undefined || AlarmNames.length === 0 || AlarmNames.includes(name)) &&
          (StateValue === undefined || state.value === StateValue) &&
          (ActionPrefix === undefined || actionsOf(settings).some((action) => action.startsWith(ActionPrefix))),
      )
    const { items, ...next } = page(matching, ({ name }) => name, limit, NextToken)
    return { MetricAlarms: items.map(toMetricAlarm), CompositeAlarms: [], ...next }
  },
)

const actionsOf = ({ OKActions = [], AlarmActions = [], InsufficientDataActions = [] }: AlarmRecord['settings']) => [
  ...OKActions,
  ...AlarmActions,
  ...InsufficientDataActions,
]

/** All of them, or none when one is not there. */
export const deleteAlarms = define<DeleteAlarmsCommandInput, DeleteAlarmsCommandOutput>(
  DeleteAlarms$,
  ({ AlarmNames = [] }, call) => AlarmNames.map((name) => alarmArn(call, name)),
  async ({ store }, { AlarmNames = [] }, call) => {
    checkCount(AlarmNames)
    await store.write(async (tx) => {
      const unknown: string[] = []
      for (const name of AlarmNames) if (!(await tx.resources.delete(alarmKey(call, name)))) unknown.push(name)
      // the unit of work is undone by it
      if (unknown.length > 0) throw noAlarm(unknown)
    })
    return {}
  },
)

/** Until the end of the alarm's period, when its data decide again; for good when there are none. */
export const setAlarmState = define<SetAlarmStateCommandInput, SetAlarmStateCommandOutput>(
  SetAlarmState$,
  ({ AlarmName = '' }, call) => alarmArn(call, AlarmName),
  async (deps, { AlarmName = '', StateValue, StateReason = '', StateReasonData }, call) => {
    const value = STATES.find((state) => state === required(StateValue, 'StateValue'))
    if (value === undefined) throw validationError(`StateValue must be one of ${STATES.join(', ')}.`)
    if (StateReasonData !== undefined && !isJson(StateReasonData)) {
      throw new ServiceError('InvalidFormat', 'StateReasonData is not valid JSON.')
    }
    const state = {
      value,
      reason: StateReason,
      ...(StateReasonData !== undefined && { reasonData: StateReasonData }),
      updatedAt: deps.clock.now(),
    }
    let changed: AlarmRecord | undefined
    const isKnown = await changeState(deps, alarmKey(call, AlarmName), (_, alarm) => {
      changed = alarm
      return state
    })
    if (!isKnown) throw noAlarm([AlarmName])
    if (changed !== undefined) (await deps.alarmClock()).later(changed)
    return {}
  },
)

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

export const enableAlarmActions = define<EnableAlarmActionsCommandInput, EnableAlarmActionsCommandOutput>(
  EnableAlarmActions$,
  ({ AlarmNames = [] }, call) => AlarmNames.map((name) => alarmArn(call, name)),
  (deps, { AlarmNames }, call) => setActions(deps, call, AlarmNames, true),
)

export const disableAlarmActions = define<DisableAlarmActionsCommandInput, DisableAlarmActionsCommandOutput>(
  DisableAlarmActions$,
  ({ AlarmNames = [] }, call) => AlarmNames.map((name) => alarmArn(call, name)),
  (deps, { AlarmNames }, call) => setActions(deps, call, AlarmNames, false),
)

/** Names that are not there are passed over, as AWS does. */
async function setActions(
  { store }: CloudWatchDependencies,
  place: Place,
  names: readonly string[] = [],
  ActionsEnabled: boolean,
): Promise<Record<string, never>> {
  checkCount(names)
  await store.write(async (tx) => {
    for (const name of names) {
      const found = await tx.resources.get<AlarmRecord>(alarmKey(place, name))
      if (found === undefined) continue
      const { document: record, parent } = found
      await tx.resources.put(found, { ...record, settings: { ...record.settings, ActionsEnabled } }, { parent })
    }
  })
  return {}
}

function checkCount(names: readonly string[]): void {
  if (names.length > MAX_NAMES) throw validationError(`At most ${MAX_NAMES} alarms can be named at once.`)
}
