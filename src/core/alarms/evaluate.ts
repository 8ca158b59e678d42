/** What state the data put an alarm into. */
import { COMPARISONS, type AlarmRule, type AlarmState } from './alarm.ts'
import type { Period } from './periods.ts'

export interface Evaluation {
  /** undefined: stays as it is */
  readonly state: AlarmState | undefined
  /** the periods with data that decided, oldest first */
  readonly recent: readonly (Period & { readonly value: number })[]
  /** how many of them breach */
  readonly breaching: number
  /** how many periods without data had to be guessed */
  readonly missing: number
}

/**
 * Periods without data only matter when there are too few with: then each counts as the rule says.
 * @param periods from `periodsOf`, oldest first; more than are asked for, to bridge gaps
 * Source: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data", with its tables.
 */
export function evaluate(rule: AlarmRule, periods: readonly Period[]): Evaluation {
  const { breaches } = COMPARISONS[rule.comparison]
  const recent = periods.filter(hasValue).slice(-rule.evaluationPeriods)
  const breaching = recent.filter(({ value }) => breaches(value, rule.threshold)).length
  const missing = rule.evaluationPeriods - recent.length
  const facts = { recent, breaching, missing }
  if (breaching >= rule.datapointsToAlarm) return { state: 'ALARM', ...facts }
  if (missing === 0) return { state: 'OK', ...facts }
  const onlyBreaching = breaching === recent.length
  switch (rule.missingData) {
    case 'notBreaching':
      return { state: 'OK', ...facts }
    case 'breaching':
      return { state: breaching + missing >= rule.datapointsToAlarm ? 'ALARM' : 'OK', ...facts }
    case 'ignore':
      return { state: onlyBreaching ? undefined : 'OK', ...facts }
    case 'missing': {
      const [oldest] = recent
      if (oldest === undefined) return { state: 'INSUFFICIENT_DATA', ...facts }
      // nothing but breaches since long enough ago: that data stopped coming is no reason to be calm
      const age = periods.length - periods.indexOf(oldest)
      return { state: onlyBreaching && age >= rule.datapointsToAlarm ? 'ALARM' : 'OK', ...facts }
    }
    default:
      return rule.missingData satisfies never
  }
}

const hasValue = (period: Period): period is Period & { readonly value: number } => period.value !== undefined
