import type { AlarmRule } from './alarm.ts'
import { mergeSamples, statisticOf, type Sample } from './statistics.ts'

/** A period that is looked at; without a value there was no data. */
export interface Period {
  /** its start, ms since the epoch */
  readonly at: number
  readonly value?: number
  readonly count?: number
}

/** Late and missing data are bridged by looking a little further back than the rule asks for. */
const EXTRA_PERIODS = 2

export const periodStart = ({ periodMs }: Pick<AlarmRule, 'periodMs'>, at: number): number =>
  Math.floor(at / periodMs) * periodMs

/** From when on data matter. */
export const rangeStart = (rule: AlarmRule, now: number): number =>
  periodStart(rule, now) - (rule.evaluationPeriods + EXTRA_PERIODS) * rule.periodMs

/**
 * The periods that decide, oldest first. The one under way counts as soon as it has data, so that an alarm need not wait for its
 * end; but not where more data could only take an early alarm back: a sum still grows.
 */
export function periodsOf(
  rule: AlarmRule,
  samples: readonly (Sample & { readonly at: number })[],
  now: number,
): readonly Period[] {
  const current = periodStart(rule, now)
  const periods: Period[] = []
  for (let at = rangeStart(rule, now); at <= current; at += rule.periodMs) {
    const sample = mergeSamples(samples.filter((one) => one.at >= at && one.at < at + rule.periodMs))
    const value = sample && statisticOf(rule.statistic, sample)
    periods.push(value === undefined ? { at } : { at, value, count: sample?.count ?? 0 })
  }
  const last = periods.at(-1)
  const counts = last?.value !== undefined && !waitsForTheEnd(rule)
  return counts ? periods.slice(1) : periods.slice(0, -1)
}

const waitsForTheEnd = ({ statistic, comparison }: AlarmRule): boolean =>
  (statistic === 'Sum' || statistic === 'SampleCount') && comparison.startsWith('LessThan')
