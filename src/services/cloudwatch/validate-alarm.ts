/** Rules of an alarm. Source: CloudWatch API reference, PutMetricAlarm. */
import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import { MISSING_DATA } from '../../core/alarms/alarm.ts'
import { isStatistic } from '../../core/alarms/statistics.ts'
import { comparisonOf, watched } from './alarm-record.ts'
import { invalidCombination, invalidValue, required, validationError } from './errors.ts'

const DAY_SECONDS = 86_400

/** @throws for the first rule that is broken, and for what Pipewright cannot evaluate */
export function validateAlarm(settings: PutMetricAlarmInput): void {
  const name = required(settings.AlarmName, 'AlarmName')
  if (name.length > 255) throw validationError('AlarmName must have at most 255 characters.')
  const periods = required(settings.EvaluationPeriods, 'EvaluationPeriods')
  if (periods < 1) throw validationError('EvaluationPeriods must be at least 1.')
  const toAlarm = settings.DatapointsToAlarm ?? periods
  if (toAlarm < 1 || toAlarm > periods) {
    throw validationError('DatapointsToAlarm must be at least 1 and at most EvaluationPeriods.')
  }
  const operator = required(settings.ComparisonOperator, 'ComparisonOperator')
  if (settings.ThresholdMetricId !== undefined || comparisonOf(operator) === undefined) {
    throw invalidValue(`Pipewright cannot evaluate anomaly detection (${operator}) yet.`)
  }
  required(settings.Threshold, 'Threshold')
  const missing = settings.TreatMissingData
  if (missing !== undefined && !MISSING_DATA.some((one) => one === missing)) {
    throw validationError(`TreatMissingData must be one of ${MISSING_DATA.join(', ')}.`)
  }
  if (settings.Metrics === undefined) validateMetric(settings)
  else validateQueries(settings)
  const { periodSeconds, statistic } = watched({ settings })
  checkStatistic(statistic)
  checkPeriod(periodSeconds)
  const longest = periodSeconds >= 3600 ? 7 * DAY_SECONDS : DAY_SECONDS
  if (periods * periodSeconds > longest) {
    throw validationError(`Metrics cannot be checked across more than ${longest} seconds (EvaluationPeriods * Period).`)
  }
}

function validateMetric({ Namespace, MetricName, Statistic, ExtendedStatistic, Period }: PutMetricAlarmInput): void {
  required(Namespace, 'Namespace')
  required(MetricName, 'MetricName')
  required(Period, 'Period')
  if ((Statistic === undefined) === (ExtendedStatistic === undefined)) {
    throw invalidCombination('Exactly one of Statistic and ExtendedStatistic is required.')
  }
}

function validateQueries({ Metrics = [], MetricName, Period, Statistic }: PutMetricAlarmInput): void {
  if (MetricName !== undefined || Period !== undefined || Statistic !== undefined) {
    throw invalidCombination('Metrics cannot be combined with MetricName, Period or Statistic.')
  }
  const [only, ...others] = Metrics
  if (only?.MetricStat === undefined || others.length > 0) {
    throw invalidValue('Pipewright cannot evaluate metric math yet: Metrics must hold one query with a MetricStat.')
  }
  required(only.MetricStat.Metric?.Namespace, 'Namespace')
  required(only.MetricStat.Metric?.MetricName, 'MetricName')
}

export function checkStatistic(name: string): void {
  if (!isStatistic(name)) {
    throw invalidValue(
      `The value ${name} for parameter Statistic is invalid. Pipewright knows SampleCount, Average, Sum, Minimum, Maximum and percentiles such as p99.`,
    )
  }
}

/** Seconds. */
export function checkPeriod(period: number): void {
  if (![1, 5, 10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0)) {
    throw invalidValue('The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.')
  }
}
