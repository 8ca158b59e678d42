/** What an alarm watches for. Source: CloudWatch user guide, "Using Amazon CloudWatch alarms". */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'

export const COMPARISONS = {
  GreaterThanOrEqualToThreshold: { words: 'greater than or equal to', breaches: (value, limit) => value >= limit },
  GreaterThanThreshold: { words: 'greater than', breaches: (value, limit) => value > limit },
  LessThanThreshold: { words: 'less than', breaches: (value, limit) => value < limit },
  LessThanOrEqualToThreshold: { words: 'less than or equal to', breaches: (value, limit) => value <= limit },
} as const satisfies Readonly<
  Record<string, { readonly words: string; readonly breaches: (value: number, limit: number) => boolean }>
>
export type Comparison = keyof typeof COMPARISONS

export const MISSING_DATA = ['missing', 'ignore', 'breaching', 'notBreaching'] as const
/** what a period without data counts as; `missing` says nothing about it */
export type MissingData = (typeof MISSING_DATA)[number]

export interface AlarmRule {
  /** `Average`, `Sum`, `p99`… */
  readonly statistic: string
  readonly periodMs: number
  /** how many of the last periods are looked at */
  readonly evaluationPeriods: number
  /** how many of those must breach */
  readonly datapointsToAlarm: number
  readonly comparison: Comparison
  readonly threshold: number
  readonly missingData: MissingData
}
