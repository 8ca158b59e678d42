import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import type {
  DescribeAlarmsOutput,
  GetMetricDataOutput,
  MetricDatum,
  PutMetricAlarmInput,
} from '@aws-sdk/client-cloudwatch'
import { newId } from '../../base/ids.ts'
import { silentLog } from '../../base/log.ts'
import { createBus, type BusEvent } from '../../journal/journal.ts'
import { openSqliteStore, type Store } from '../../store/store.ts'
import type { Call, Operation } from '../../wire/wire.ts'
import { createAlarmClock, createCloudWatchService, type AlarmClock } from './cloudwatch.ts'

const MINUTE = 60_000
const START = Date.UTC(2026, 10, 21, 4)

const opened = new AsyncDisposableStack()
let store: Store
before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-cloudwatch-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  store = opened.use(await openSqliteStore({ file: join(folder, 'test.db') }))
})
after(() => opened.disposeAsync())

/** A server whose clock is set by hand; each test has a region of its own. */
function openServer(region: string, startAt = START) {
  let now = startAt
  let timer: { readonly at: number; readonly callback: () => Promise<void> } | undefined
  const clock = { now: () => now }
  const bus = createBus({ store, newId })
  const events: BusEvent[] = []
  bus.listen({ source: 'aws.cloudwatch' }, (event) => events.push(event))
  const deps = { store, bus, clock, log: silentLog }
  const alarmClock: AlarmClock = createAlarmClock(deps, (delay, callback) => {
    const mine = { at: now + delay, callback }
    timer = mine
    return () => {
      if (timer === mine) timer = undefined
    }
  })
  const service = createCloudWatchService({ ...deps, alarmClock: async () => alarmClock })
  async function call<Output>(name: string, input: object): Promise<Output> {
    const found = service.operations.find(({ schema }) => schema[2] === name) as Operation<object> | undefined
    assert.ok(found, name)
    return (await found.handle(input, { account: '000000000000', region } as Call)) as Output
  }
  return {
    events,
    call,
    alarmClock,
    waitsUntil: () => timer?.at,
    async passes(ms: number) {
      const until = now + ms
      while (timer !== undefined && timer.at <= until) {
        const { at, callback } = timer
        timer = undefined
        now = at
        await callback()
      }
      now = until
    },
    alarm: (changes: Partial<PutMetricAlarmInput> = {}) =>
      call('PutMetricAlarm', {
        AlarmName: 'errors',
        Namespace: 'Shop',
        MetricName: 'Errors',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        ...changes,
      }),
    errors: (Value: number, more: Partial<MetricDatum> = {}) =>
      call('PutMetricData', { Namespace: 'Shop', MetricData: [{ MetricName: 'Errors', Value, ...more }] }),
    state: async () => (await call<DescribeAlarmsOutput>('DescribeAlarms', {})).MetricAlarms?.[0]?.StateValue,
    async states() {
      return events.map(({ detail }) => (detail['state'] as { value: string }).value)
    },
  }
}

let number = 0
let server: ReturnType<typeof openServer>
beforeEach(() => {
  server = openServer(`region-${++number}`)
})

describe('alarms', () => {
  test('given breaching data, the state changes at once, and the bus hears all about it', async () => {
    await server.alarm({ AlarmDescription: 'No errors', Dimensions: [{ Name: 'Store', Value: 'north' }] })
    assert.equal(await server.state(), 'INSUFFICIENT_DATA')
    await server.errors(1)
    assert.equal(server.events.length, 0, 'that was another metric')
    await server.errors(1, { Dimensions: [{ Name: 'Store', Value: 'north' }] })
    assert.equal(await server.state(), 'ALARM')
    const [event] = server.events
    assert.equal(event?.detailType, 'CloudWatch Alarm State Change')
    assert.deepEqual(event.resources, [`arn:aws:cloudwatch:${event.region}:000000000000:alarm:errors`])
    const { state, ...detail } = event.detail
    assert.match((state as { reason: string }).reason, /^Threshold Crossed: 1 out of the last 1 datapoints/)
    assert.deepEqual(detail, {
      alarmName: 'errors',
      previousState: {
        value: 'INSUFFICIENT_DATA',
        reason: 'Unchecked: Initial alarm creation',
        timestamp: '2026-11-21T04:00:00.000+0000',
      },
      configuration: {
        description: 'No errors',
        metrics: [
          {
            id: 'm1',
            metricStat: {
              metric: { namespace: 'Shop', name: 'Errors', dimensions: { Store: 'north' } },
              period: 60,
              stat: 'Sum',
            },
            returnData: true,
          },
        ],
      },
    })
  })

  test('given the data stop, the alarm notices without being asked, and then nothing waits any more', async () => {
    await server.alarm()
    await server.errors(1)
    await server.passes(30_000)
    await server.errors(0)
    assert.equal(server.waitsUntil(), START + MINUTE)
    await server.passes(10 * MINUTE)
    assert.equal(await server.state(), 'INSUFFICIENT_DATA')
    assert.equal(server.waitsUntil(), undefined)
    assert.deepEqual(await server.states(), ['ALARM', 'INSUFFICIENT_DATA'])
  })

  test('given missing data are fine, the alarm ends by itself', async () => {
    await server.alarm({ TreatMissingData: 'notBreaching' })
    assert.equal(await server.state(), 'OK')
    await server.errors(1)
    await server.passes(10 * MINUTE)
    assert.deepEqual(await server.states(), ['OK', 'ALARM', 'OK'])
  })

  test('given 2 of 3, one breach is not enough', async () => {
    await server.alarm({ EvaluationPeriods: 3, DatapointsToAlarm: 2 })
    for (const value of [0, 1, 0]) {
      await server.errors(value)
      await server.passes(MINUTE)
    }
    assert.equal(await server.state(), 'OK')
    await server.errors(1)
    assert.equal(await server.state(), 'ALARM')
  })

  test('given a sum that must not be small, it is judged when its period is over', async () => {
    await server.alarm({ ComparisonOperator: 'LessThanThreshold', Threshold: 10 })
    await server.errors(4)
    assert.equal(await server.state(), 'INSUFFICIENT_DATA')
    await server.passes(MINUTE)
    assert.equal(await server.state(), 'ALARM')
  })

  test('given a state set by hand, the data decide again at the end of the period', async () => {
    await server.alarm()
    await server.errors(0)
    await server.call('SetAlarmState', { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'a drill' })
    assert.equal(await server.state(), 'ALARM')
    await server.passes(MINUTE)
    assert.deepEqual(await server.states(), ['OK', 'ALARM', 'OK'])
  })

  test('given a state set by hand for a metric that nobody measures here, it stays', async () => {
    await server.alarm()
    await server.call('SetAlarmState', { AlarmName: 'errors', StateValue: 'OK', StateReason: 'said the probe' })
    await server.passes(60 * MINUTE)
    assert.equal(await server.state(), 'OK')
    assert.equal(server.waitsUntil(), undefined)
  })

  test('given a restart, an alarm whose time has passed changes with it', async () => {
    await server.alarm()
    await server.errors(1)
    const restarted = openServer(`region-${number}`, START + 10 * MINUTE)
    await restarted.alarmClock.resume()
    assert.equal(await restarted.state(), 'INSUFFICIENT_DATA')
  })

  test('given an alarm is put again, its settings are new, its state and tags are not', async () => {
    await server.alarm({ Tags: [{ Key: 'a', Value: '1' }] })
    await server.errors(1)
    await server.alarm({ Threshold: 5, TreatMissingData: 'ignore' })
    assert.equal(await server.state(), 'OK')
    const ResourceARN = `arn:aws:cloudwatch:region-${number}:000000000000:alarm:errors`
    assert.deepEqual(await server.call('ListTagsForResource', { ResourceARN }), { Tags: [{ Key: 'a', Value: '1' }] })
  })

  const refused: readonly [string, Partial<PutMetricAlarmInput>, string][] = [
    ['no name', { AlarmName: '' }, 'MissingParameter'],
    ['no threshold', { Threshold: undefined }, 'MissingParameter'],
    ['two kinds of statistic', { ExtendedStatistic: 'p9' }, 'InvalidParameterCombination'],
    ['a period of 90 seconds', { Period: 90 }, 'InvalidParameterValue'],
    ['more datapoints than periods', { DatapointsToAlarm: 2 }, 'ValidationError'],
    ['more than a day', { EvaluationPeriods: 1441 }, 'ValidationError'],
    ['unknown treatment of missing data', { TreatMissingData: 'guess' }, 'ValidationError'],
    ['anomaly detection', { ComparisonOperator: 'GreaterThanUpperThreshold' }, 'InvalidParameterValue'],
  ]
  for (const [what, changes, code] of refused) {
    test(`given ${what}, the alarm is refused with ${code}`, async () => {
      await assert.rejects(server.alarm(changes), { code })
    })
  }
})

describe('metrics', () => {
  test('given a statistic and a period, data are put together and come newest first', async () => {
    for (const value of [1, 2, 3]) {
      await server.errors(value)
      await server.passes(MINUTE)
    }
    const Metric = { Namespace: 'Shop', MetricName: 'Errors' }
    const found = await server.call<GetMetricDataOutput>('GetMetricData', {
      StartTime: new Date(START),
      EndTime: new Date(START + 10 * MINUTE),
      MetricDataQueries: [{ Id: 'e', MetricStat: { Metric, Period: 120, Stat: 'Sum' } }],
    })
    assert.deepEqual(found.MetricDataResults?.[0]?.Values, [3, 3])
    assert.deepEqual(found.MetricDataResults[0].Timestamps, [new Date(START + 2 * MINUTE), new Date(START)])
  })

  const refused: readonly [string, Partial<MetricDatum>, string][] = [
    ['two values', { Values: [1] }, 'InvalidParameterCombination'],
    ['what is no number', { Value: Number.NaN }, 'InvalidParameterValue'],
    ['what is three weeks old', { Timestamp: new Date(START - 21 * 24 * 60 * MINUTE) }, 'InvalidParameterValue'],
  ]
  for (const [what, changes, code] of refused) {
    test(`given ${what}, the data are refused with ${code}`, async () => {
      await assert.rejects(server.errors(1, changes), { code })
    })
  }
})
