import type { MetricAlarm, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import {
  COMPARISONS,
  type AlarmRule,
  type AlarmState,
  type Comparison,
  type MissingData,
} from '../../core/alarms/alarm.ts'
import type { ResourceKey } from '../../store/store.ts'
import { metricOf, type Metric, type Place } from './metrics.ts'

/** An alarm as it is stored; times are ms since the epoch. */
export interface AlarmRecord extends Place {
  readonly name: string
  /** as it was put, without tags */
  readonly settings: Omit<PutMetricAlarmInput, 'Tags'>
  readonly configuredAt: number
  readonly state: StateRecord
  readonly tags: Readonly<Record<string, string>>
}

export interface StateRecord {
  readonly value: AlarmState
  readonly reason: string
  readonly reasonData?: string
  readonly updatedAt: number
}

export const alarmKey = ({ account, region }: Place, name: string): ResourceKey => ({
  account,
  region,
  service: 'cloudwatch',
  type: 'alarm',
  name,
})

export const alarmArn = ({ account, region }: Place, name: string): string =>
  `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`

/** What the alarm watches: its own metric, or the only one of its queries (there is no metric math). */
export function watched({ settings }: Pick<AlarmRecord, 'settings'>): {
  readonly metric: Metric
  readonly statistic: string
  readonly periodSeconds: number
  readonly unit?: string
} {
  const { MetricStat } = settings.Metrics?.[0] ?? {}
  if (MetricStat) {
    const { Metric: metric, Stat = '', Period = 0, Unit } = MetricStat
    return {
      metric: metricOf(metric?.Namespace, metric?.MetricName, metric?.Dimensions),
      statistic: Stat,
      periodSeconds: Period,
      ...(Unit !== undefined && { unit: Unit }),
    }
  }
  const { Namespace, MetricName, Dimensions, Statistic, ExtendedStatistic, Period = 0, Unit } = settings
  return {
    metric: metricOf(Namespace, MetricName, Dimensions),
    statistic: Statistic ?? ExtendedStatistic ?? '',
    periodSeconds: Period,
    ...(Unit !== undefined && { unit: Unit }),
  }
}

/** The settings have been validated when they were put. */
export function ruleOf(record: Pick<AlarmRecord, 'settings'>): AlarmRule {
  const { statistic, periodSeconds } = watched(record)
  const {
    EvaluationPeriods = 1,
    DatapointsToAlarm,
    ComparisonOperator,
    Threshold = 0,
    TreatMissingData,
  } = record.settings
  return {
    statistic,
    periodMs: periodSeconds * 1000,
    evaluationPeriods: EvaluationPeriods,
    datapointsToAlarm: DatapointsToAlarm ?? EvaluationPeriods,
    comparison: comparisonOf(ComparisonOperator) ?? 'GreaterThanThreshold',
    threshold: Threshold,
    missingData: (TreatMissingData ?? 'missing') as MissingData,
  }
}

/** undefined for those of anomaly detection */
export const comparisonOf = (operator: string | undefined): Comparison | undefined =>
  operator !== undefined && Object.hasOwn(COMPARISONS, operator) ? (operator as Comparison) : undefined

export function toMetricAlarm(record: AlarmRecord): MetricAlarm {
  const { settings, state } = record
  return {
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    ...(settings.Metrics === undefined && { Dimensions: [] }),
    ...(settings as MetricAlarm),
    AlarmArn: alarmArn(record, record.name),
    AlarmConfigurationUpdatedTimestamp: new Date(record.configuredAt),
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData !== undefined && { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: new Date(state.updatedAt),
    StateTransitionedTimestamp: new Date(state.updatedAt),
  }
}
