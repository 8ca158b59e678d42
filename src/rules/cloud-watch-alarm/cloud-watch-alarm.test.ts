import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BusEvent } from '../../journal/journal.ts'
import type { RuleOrder, RuleOutcome, ServiceRuleContext } from '../rule.ts'
import { cloudWatchAlarm } from './cloud-watch-alarm.ts'

const MINUTE = 60_000

const change = (value: string, changes: Partial<BusEvent> = {}): BusEvent => ({
  id: '1',
  account: '0',
  region: 'eu-west-1',
  time: 0,
  source: 'aws.cloudwatch',
  detailType: 'CloudWatch Alarm State Change',
  resources: [],
  detail: { alarmName: 'noise', state: { value } },
  ...changes,
})

/** @param events happen while the rule waits */
async function run(
  configuration: Record<string, string>,
  state: string | undefined,
  { events = [], minute = 0 }: { readonly events?: readonly BusEvent[]; readonly minute?: number } = {},
): Promise<{ readonly outcome: RuleOutcome; readonly waited?: number }> {
  let waited: number | undefined
  const context: ServiceRuleContext = {
    signal: new AbortController().signal,
    now: minute * MINUTE,
    account: '0',
    client: <Client>() =>
      ({
        send: async () => ({ MetricAlarms: state === undefined ? [] : [{ StateValue: state }] }),
      }) as Client,
    event: ({ matches }) => {
      const found = events.find(matches)
      return found ? Promise.resolve(found) : Promise.withResolvers<BusEvent>().promise
    },
    within: (ms, awaited, over) => {
      waited = ms / MINUTE
      return Promise.race([awaited, new Promise<typeof over>((resolve) => setImmediate(() => resolve(over)))])
    },
  }
  const rule = { region: 'eu-west-1', startedAt: 0, resolvedConfiguration: { AlarmName: 'noise', ...configuration } }
  const outcome = await cloudWatchAlarm({ rule } as unknown as RuleOrder, context)
  return { outcome, ...(waited !== undefined && { waited }) }
}

describe('CloudWatchAlarm', () => {
  const cases: readonly [string, Record<string, string>, string | undefined, RuleOutcome['type']][] = [
    ['an alarm that is OK', {}, 'OK', 'Succeeded'],
    ['one without data, which nobody watches for', {}, 'INSUFFICIENT_DATA', 'Succeeded'],
    [
      'one without data, which somebody does',
      { AlarmStates: 'ALARM, INSUFFICIENT_DATA' },
      'INSUFFICIENT_DATA',
      'Failed',
    ],
    ['an alarm in ALARM and no time to wait', {}, 'ALARM', 'Failed'],
    ['no such alarm', {}, undefined, 'Errored'],
    ['an unknown state to watch for', { AlarmStates: 'RED' }, 'OK', 'Errored'],
    ['a time that is none', { WaitTime: 'long' }, 'OK', 'Errored'],
  ]
  for (const [given, configuration, state, type] of cases) {
    test(`given ${given}, then ${type}`, async () => {
      const { outcome, waited } = await run(configuration, state)
      assert.deepEqual([outcome.type, waited], [type, undefined])
    })
  }

  test('given time to wait, a change to a good state of this very alarm meets the rule', async () => {
    const { outcome, waited } = await run({ WaitTime: '5' }, 'ALARM', { events: [change('OK')], minute: 2 })
    assert.deepEqual([outcome, waited], [{ type: 'Succeeded' }, 3])
  })

  test('given time to wait, nothing else does', async () => {
    const events = [change('ALARM'), change('OK', { region: 'us-east-1' }), change('OK', { account: '1' })]
    const { outcome } = await run({ WaitTime: '5' }, 'ALARM', { events })
    assert.deepEqual(outcome, {
      type: 'Failed',
      error: { code: 'JobFailed', message: 'The alarm noise is in the state ALARM, after 5 minutes.' },
    })
  })

  test('given more time than a timer can count, the engine asks again in between', async () => {
    const days = 24 * 60
    const { outcome } = await run({ WaitTime: String(30 * days) }, 'ALARM')
    assert.deepEqual(outcome, { type: 'Waiting', until: 24 * days * MINUTE })
  })
})
