import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AlarmRule, MissingData } from './alarm.ts'
import { MISSING_DATA } from './alarm.ts'
import { evaluate } from './evaluate.ts'
import { periodsOf, type Period } from './periods.ts'
import { reasonData, reasonOf } from './reason.ts'
import { mergeSamples, statisticOf, type Sample } from './statistics.ts'

const MINUTE = 60_000
const rule = (changes: Partial<AlarmRule> = {}): AlarmRule => ({
  statistic: 'Average',
  periodMs: MINUTE,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  comparison: 'GreaterThanThreshold',
  threshold: 5,
  missingData: 'missing',
  ...changes,
})
/** `0 - X`: fine, missing, breaching; oldest first */
const picture = (text: string): readonly Period[] =>
  text.split(' ').map((sign, index) => ({
    at: index * MINUTE,
    ...(sign !== '-' && { value: sign === 'X' ? 9 : 0, count: 1 }),
  }))
const sample = (at: number, ...values: number[]): Sample & { at: number } => ({
  at,
  count: values.length,
  sum: values.reduce((a, b) => a + b, 0),
  min: Math.min(...values),
  max: Math.max(...values),
  values: values.map((value) => [value, 1] as const),
})

describe('missing data, as the tables of the user guide have them', () => {
  const stays = undefined
  const TABLES: readonly [toAlarm: number, string, ...ReturnType<typeof evaluate>['state'][]][] = [
    // missing, ignore, breaching, notBreaching
    [3, '0 - X - X', 'OK', 'OK', 'OK', 'OK'],
    [3, '0 - - - -', 'OK', 'OK', 'OK', 'OK'],
    [3, '- - - - -', 'INSUFFICIENT_DATA', stays, 'ALARM', 'OK'],
    [3, '0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [3, '- - X - -', 'ALARM', stays, 'ALARM', 'OK'],
    [2, '0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [2, '0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [2, '0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
    [2, '- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
    [2, '- - - X -', 'ALARM', stays, 'ALARM', 'OK'],
  ]
  for (const [datapointsToAlarm, signs, ...states] of TABLES) {
    test(`given ${signs} and ${datapointsToAlarm} of 3`, () => {
      const found = MISSING_DATA.map(
        (missingData: MissingData) => evaluate(rule({ datapointsToAlarm, missingData }), picture(signs)).state,
      )
      assert.deepEqual(found, states)
    })
  }
})

describe('periods', () => {
  const now = 10 * MINUTE + 1000

  test('given data in the period under way, it counts at once', () => {
    const periods = periodsOf(rule({ evaluationPeriods: 1 }), [sample(10 * MINUTE, 4, 8), sample(8 * MINUTE, 1)], now)
    assert.deepEqual(periods, [
      { at: 8 * MINUTE, value: 1, count: 1 },
      { at: 9 * MINUTE },
      { at: 10 * MINUTE, value: 6, count: 2 },
    ])
  })

  test('given none in the period under way, that is not missing yet', () => {
    const periods = periodsOf(rule({ evaluationPeriods: 1 }), [sample(9 * MINUTE, 1)], now)
    assert.deepEqual(
      periods.map(({ at }) => at / MINUTE),
      [7, 8, 9],
    )
  })

  test('given a sum that must not be small, the period under way waits for its end', () => {
    const small = rule({ statistic: 'Sum', comparison: 'LessThanThreshold', evaluationPeriods: 1 })
    assert.equal(periodsOf(small, [sample(10 * MINUTE, 1)], now).at(-1)?.at, 9 * MINUTE)
  })
})

describe('statistics', () => {
  const merged = mergeSamples([sample(0, 1, 2), sample(1, 9)]) ?? assert.fail()
  for (const [name, value] of Object.entries({
    SampleCount: 3,
    Sum: 12,
    Average: 4,
    Minimum: 1,
    Maximum: 9,
    p50: 2,
    p100: 9,
    'p99.9': 9,
    p0: 1,
  })) {
    test(`${name} of 1, 2 and 9 is ${value}`, () => assert.equal(statisticOf(name, merged), value))
  }

  test('given a summary among them, there is no percentile', () => {
    const summary: Sample = { count: 2, sum: 3, min: 1, max: 2 }
    assert.equal(statisticOf('p50', mergeSamples([merged, summary]) ?? assert.fail()), undefined)
  })
})

describe('reasons', () => {
  const at = Date.UTC(2026, 10, 21, 4)
  const one = rule({ evaluationPeriods: 1, datapointsToAlarm: 1 })

  test('of an alarm, naming the data', () => {
    const evaluation = evaluate(one, [{ at, value: 9, count: 1 }])
    assert.equal(
      reasonOf(one, 'ALARM', evaluation),
      'Threshold Crossed: 1 out of the last 1 datapoints [9.0 (21/11/26 04:00:00)] was greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition).',
    )
    assert.deepEqual(JSON.parse(reasonData(one, evaluation, at + 5000, 'Count')), {
      version: '1.0',
      queryDate: '2026-11-21T04:00:05.000+0000',
      startDate: '2026-11-21T04:00:00.000+0000',
      unit: 'Count',
      statistic: 'Average',
      period: 60,
      recentDatapoints: [9],
      threshold: 5,
      evaluatedDatapoints: [{ timestamp: '2026-11-21T04:00:00.000+0000', sampleCount: 1, value: 9 }],
    })
  })

  test('of all being well, of no data, and of data that were made up', () => {
    assert.match(reasonOf(one, 'OK', evaluate(one, [{ at, value: 0.5 }])), /\[0\.5 \(.*\)\] was not greater than/)
    assert.equal(
      reasonOf(one, 'INSUFFICIENT_DATA', evaluate(one, [{ at }])),
      'Insufficient Data: 1 datapoint was unknown.',
    )
    const filled = rule({ missingData: 'breaching' })
    assert.equal(
      reasonOf(filled, 'ALARM', evaluate(filled, [{ at }])),
      'Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [Breaching].',
    )
  })
})
