/** Waits until the time is one that an expression allows. Source: CodePipeline user guide, "DeploymentWindow". */
import { nextMatch, parseCron } from '../core/patterns/quartz-cron.ts'
import type { RuleOrder, RuleOutcome } from './rule.ts'
import { timeZone } from './time-zone.ts'

export function deploymentWindow({ rule, timeoutAt }: RuleOrder, now: number): RuleOutcome {
  const { Cron = '', TimeZone = 'UTC' } = rule.resolvedConfiguration
  const cron = parseCron(Cron)
  if ('problem' in cron) return errored(`The expression '${Cron}' of the deployment window is wrong: ${cron.problem}`)
  const zone = timeZone(TimeZone)
  if (zone === undefined) return errored(`The time zone '${TimeZone}' of the deployment window is unknown.`)
  const opens = nextMatch(cron, { from: now, until: timeoutAt, zone })
  if (opens !== undefined && opens <= now) return { type: 'Succeeded' }
  if (opens === undefined) return waiting('The deployment window does not open before the rule times out.')
  return { ...waiting(`The deployment window opens at ${new Date(opens).toISOString()}.`), until: opens }
}

const errored = (message: string): RuleOutcome => ({ type: 'Errored', error: { code: 'ConfigurationError', message } })

const waiting = (summary: string) => ({ type: 'Waiting', progress: { summary } }) as const
