/** How long builds take: pure, for the chart and its words. */
import type { Build } from '@aws-sdk/client-codebuild'

export interface TrendPoint {
  readonly id: string
  readonly number: number
  readonly ms: number
  readonly succeeded: boolean
}

export interface Trend {
  /** the oldest first */
  readonly points: readonly TrendPoint[]
  /** of those that succeeded; undefined: none did */
  readonly median: number | undefined
  readonly p95: number | undefined
}

/** @param builds the newest first */
export function trendOf(builds: readonly Build[]): Trend {
  const points = builds
    .filter(
      ({ startTime, endTime, buildStatus }) =>
        startTime !== undefined && endTime !== undefined && buildStatus !== 'STOPPED',
    )
    .map(({ id = '', buildNumber = 0, startTime, endTime, buildStatus }) => ({
      id,
      number: buildNumber,
      ms: Number(endTime) - Number(startTime),
      succeeded: buildStatus === 'SUCCEEDED',
    }))
    .reverse()
  const lengths = points
    .filter(({ succeeded }) => succeeded)
    .map(({ ms }) => ms)
    .toSorted((one, other) => one - other)
  return { points, median: quantile(lengths, 0.5), p95: quantile(lengths, 0.95) }
}

const quantile = (sorted: readonly number[], share: number): number | undefined =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
