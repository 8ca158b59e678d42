/** Rule / AWS / CloudWatchAlarm: met while the alarm is in none of the states it watches for. Source: codepipeline.md 3.3. */
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import type { ErrorDetails } from '../../core/execution/execution.ts'
import type { RuleOrder, RuleOutcome, ServiceRuleContext } from '../rule.ts'

const STATES: ReadonlySet<string> = new Set(['OK', 'ALARM', 'INSUFFICIENT_DATA'])
/** `setTimeout` counts in 32 bits; a longer wait is one of the engine's, which asks again then. */
const LONGEST_WAIT_MS = 24 * 24 * 3_600_000

/** An alarm in a bad state has `WaitTime` minutes, from the start of the rule, to leave it; without, none. */
export async function cloudWatchAlarm(order: RuleOrder, context: ServiceRuleContext): Promise<RuleOutcome> {
  const { rule } = order
  const { AlarmName = '', AlarmStates = 'ALARM', WaitTime = '0' } = rule.resolvedConfiguration
  const bad = new Set(AlarmStates.split(',').map((state) => state.trim()))
  const unknown = [...bad].find((state) => !STATES.has(state))
  if (unknown !== undefined) return errored(`AlarmStates has ${unknown}, which is none of ${[...STATES].join(', ')}.`)
  const waitMinutes = Number(WaitTime)
  if (!(waitMinutes >= 0)) return errored(`WaitTime must be a number of minutes, not ${WaitTime}.`)

  // before the look, so that no change between the two is missed
  const left = context.event({
    source: 'aws.cloudwatch',
    matches: ({ detailType, account, region, detail }) =>
      detailType === 'CloudWatch Alarm State Change' &&
      detail['alarmName'] === AlarmName &&
      account === context.account &&
      region === rule.region &&
      !bad.has(String((detail['state'] as { readonly value?: unknown }).value)),
  })
  const client = context.client(CloudWatchClient)
  const { MetricAlarms: [alarm] = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }), {
    abortSignal: context.signal,
  })
  if (alarm === undefined) return errored(`The alarm ${AlarmName} does not exist.`)
  const { StateValue: state = 'INSUFFICIENT_DATA' } = alarm
  if (!bad.has(state)) return MET

  const leftMs = rule.startedAt + waitMinutes * 60_000 - context.now
  const notMet: RuleOutcome = failed(
    `The alarm ${AlarmName} is in the state ${state}${waitMinutes > 0 ? `, after ${waitMinutes} minutes` : ''}.`,
  )
  if (leftMs <= 0) return notMet
  const waitMs = Math.min(leftMs, LONGEST_WAIT_MS)
  const over: RuleOutcome = waitMs < leftMs ? { type: 'Waiting', until: context.now + waitMs } : notMet
  return await context.within(
    waitMs,
    left.then(() => MET),
    over,
  )
}

const MET: RuleOutcome = { type: 'Succeeded' }

const failed = (message: string): RuleOutcome => ({ type: 'Failed', error: { code: 'JobFailed', message } })

const errored = (message: string): RuleOutcome => {
  const error: ErrorDetails = { code: 'ConfigurationError', message }
  return { type: 'Errored', error }
}
