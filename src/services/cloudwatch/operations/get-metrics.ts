import {
  GetMetricData$,
  GetMetricStatistics$,
  ListMetrics$,
  type Datapoint,
  type GetMetricDataCommandInput,
  type GetMetricDataCommandOutput,
  type GetMetricStatisticsCommandInput,
  type GetMetricStatisticsCommandOutput,
  type ListMetricsCommandInput,
  type ListMetricsCommandOutput,
  type MetricDataResult,
  type StandardUnit,
} from '@aws-sdk/client-cloudwatch'
import { mergeSamples, statisticOf } from '../../../core/alarms/statistics.ts'
import { define } from '../define.ts'
import type { CloudWatchDependencies } from '../dependencies.ts'
import { invalidCombination, invalidValue, required } from '../errors.ts'
import { metricId, metricOf, readSamples, type Metric, type Place, type StoredSample } from '../metrics.ts'
import { page } from '../paging.ts'
import { checkPeriod, checkStatistic } from '../validate-alarm.ts'

const MAX_DATAPOINTS = 1440
const MAX_QUERIES = 500
const METRICS_PAGE = 500
const THREE_HOURS_MS = 3 * 3_600_000

/** One datapoint for each period that has data, oldest first. */
export const getMetricStatistics = define<GetMetricStatisticsCommandInput, GetMetricStatisticsCommandOutput>(
  GetMetricStatistics$,
  '*',
  async (deps, input, call) => {
    const { Statistics = [], ExtendedStatistics = [], Period = 0, Unit } = input
    const metric = metricOf(
      required(input.Namespace, 'Namespace'),
      required(input.MetricName, 'MetricName'),
      input.Dimensions,
    )
    if (Statistics.length + ExtendedStatistics.length === 0) {
      throw invalidCombination('At least one of Statistics and ExtendedStatistics is required.')
    }
    for (const statistic of [...Statistics, ...ExtendedStatistics]) checkStatistic(statistic)
    const range = rangeOf(input)
    if ((range.to - range.from) / 1000 / Period > MAX_DATAPOINTS) {
      throw invalidCombination(
        `You have requested more than ${MAX_DATAPOINTS} datapoints. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
      )
    }
    const periods = await periodsIn(deps, call, metric, { ...range, periodSeconds: Period }, Unit)
    const Datapoints = periods.flatMap(([at, samples]): Datapoint[] => {
      const sample = mergeSamples(samples)
      if (sample === undefined) return []
      const named = (names: readonly string[]): Record<string, number> =>
        Object.fromEntries(names.flatMap((name) => [[name, statisticOf(name, sample)]] as [string, number][]))
      return [
        {
          Timestamp: new Date(at),
          ...named(Statistics),
          Unit: (Unit ?? samples[0]?.unit) as StandardUnit,
          ...(ExtendedStatistics.length > 0 && { ExtendedStatistics: named(ExtendedStatistics) }),
        },
      ]
    })
    return { Label: metric.name, Datapoints }
  },
)

/** Newest first unless asked otherwise; metrics as they are, no metric math. */
export const getMetricData = define<GetMetricDataCommandInput, GetMetricDataCommandOutput>(
  GetMetricData$,
  '*',
  async (deps, input, call) => {
    const { MetricDataQueries = [], ScanBy = 'TimestampDescending' } = input
    if (MetricDataQueries.length > MAX_QUERIES) throw invalidValue(`At most ${MAX_QUERIES} queries are allowed.`)
    const range = rangeOf(input)
    const MetricDataResults: MetricDataResult[] = []
    for (const { Id, MetricStat, Label, ReturnData = true } of MetricDataQueries) {
      if (MetricStat === undefined) {
        throw invalidValue(`Pipewright cannot evaluate metric math yet: the query ${Id} has no MetricStat.`)
      }
      const { Metric: of, Stat = '', Period = 0, Unit } = MetricStat
      const metric = metricOf(
        required(of?.Namespace, 'Namespace'),
        required(of?.MetricName, 'MetricName'),
        of?.Dimensions,
      )
      checkStatistic(Stat)
      const periods = await periodsIn(deps, call, metric, { ...range, periodSeconds: Period }, Unit)
      const found = periods.flatMap(([at, samples]) => {
        const sample = mergeSamples(samples)
        const value = sample && statisticOf(Stat, sample)
        return value === undefined ? [] : [{ at, value }]
      })
      const points = ScanBy === 'TimestampDescending' ? found.toReversed() : found
      if (ReturnData) {
        MetricDataResults.push({
          Id,
          Label: Label ?? metric.name,
          Timestamps: points.map(({ at }) => new Date(at)),
          Values: points.map(({ value }) => value),
          StatusCode: 'Complete',
        })
      }
    }
    return { MetricDataResults, Messages: [] }
  },
)

interface Range {
  readonly from: number
  readonly to: number
}

function rangeOf({
  StartTime,
  EndTime,
}: {
  readonly StartTime?: Date | undefined
  readonly EndTime?: Date | undefined
}): Range {
  const from = required(StartTime, 'StartTime').getTime()
  const to = required(EndTime, 'EndTime').getTime()
  if (from >= to) throw invalidValue('The parameter StartTime must be less than the parameter EndTime.')
  return { from, to }
}

/** [start, samples], for each period that has any. */
async function periodsIn(
  { store }: CloudWatchDependencies,
  place: Place,
  metric: Metric,
  { from, to, periodSeconds }: Range & { readonly periodSeconds: number },
  unit: string | undefined,
): Promise<readonly (readonly [number, readonly StoredSample[]])[]> {
  checkPeriod(periodSeconds)
  const periodMs = periodSeconds * 1000
  const start = Math.floor(from / periodMs) * periodMs
  const samples = await readSamples(store.read, place, metricId(metric), { from: start, to }, unit)
  return [...Map.groupBy(samples, ({ at }) => Math.floor(at / periodMs) * periodMs)].toSorted(([a], [b]) => a - b)
}

export const listMetrics = define<ListMetricsCommandInput, ListMetricsCommandOutput>(
  ListMetrics$,
  '*',
  async ({ store, clock }, { Namespace, MetricName, Dimensions = [], RecentlyActive, NextToken }, call) => {
    const { account, region } = call
    const found = await store.read.resources.list<Metric>({
      account,
      region,
      service: 'cloudwatch',
      type: 'metric',
      ...(Namespace !== undefined && { parent: Namespace }),
    })
    const matching = found.filter(
      ({ document: { name, dimensions }, ordinal }) =>
        (MetricName === undefined || name === MetricName) &&
        (RecentlyActive === undefined || ordinal >= clock.now() - THREE_HOURS_MS) &&
        Dimensions.every(({ Name, Value }) =>
          dimensions.some((one) => one.name === Name && (Value === undefined || one.value === Value)),
        ),
    )
    const { items, ...next } = page(matching, ({ name }) => name, METRICS_PAGE, NextToken)
    return {
      Metrics: items.map(({ document: { namespace, name, dimensions } }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: dimensions.map((one) => ({ Name: one.name, Value: one.value })),
      })),
      ...next,
    }
  },
)
