/** What a metric is, and where its data are kept: a record an hour and metric, which holds a sample a minute. */
import type { Dimension, MetricDatum } from '@aws-sdk/client-cloudwatch'
import { createHash } from 'node:crypto'
import { mergeSamples, type Sample } from '../../core/alarms/statistics.ts'
import type { Reader, ResourceKey, Writer } from '../../store/store.ts'

export interface Place {
  readonly account: string
  readonly region: string
}

export interface Metric {
  readonly namespace: string
  readonly name: string
  readonly dimensions: readonly { readonly name: string; readonly value: string }[]
}

/** Measurements of one second or minute in one unit. */
export interface StoredSample extends Sample {
  readonly at: number
  readonly unit: string
}

const HOUR_MS = 3_600_000
/** AWS keeps minutes for 15 days; what it keeps longer is coarser. */
const KEPT_MS = 15 * 24 * HOUR_MS
const SWEPT_AT_ONCE = 4
/** More different values in a minute than this are kept as their summary only. */
const MAX_VALUES = 1000

export const metricOf = (
  namespace: string | undefined,
  name: string | undefined,
  dimensions: readonly Dimension[] | undefined,
): Metric => ({
  namespace: namespace ?? '',
  name: name ?? '',
  // their order says nothing
  dimensions: (dimensions ?? [])
    .map(({ Name = '', Value = '' }) => ({ name: Name, value: Value }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
})

export const metricId = ({ namespace, name, dimensions }: Metric): string =>
  createHash('sha256')
    .update(JSON.stringify([namespace, name, dimensions.map((one) => [one.name, one.value])]))
    .digest('hex')
    .slice(0, 40)

export const metricKey = ({ account, region }: Place, id: string): ResourceKey => ({
  account,
  region,
  service: 'cloudwatch',
  type: 'metric',
  name: id,
})

const hourKey = (place: Place, id: string, hour: number): ResourceKey => ({
  ...metricKey(place, `${id}/${hour}`),
  type: 'metric-data',
})

/** Adds to what is known of the metric, and forgets what is too old. */
export async function addSamples(
  tx: Writer,
  place: Place,
  metric: Metric,
  samples: readonly StoredSample[],
  now: number,
): Promise<void> {
  const id = metricId(metric)
  const known = await tx.resources.get(metricKey(place, id))
  const latest = Math.max(known?.ordinal ?? 0, ...samples.map(({ at }) => at))
  await tx.resources.put(metricKey(place, id), metric, { parent: metric.namespace, ordinal: latest })
  for (const [hour, added] of Map.groupBy(samples, ({ at }) => Math.floor(at / HOUR_MS) * HOUR_MS)) {
    const key = hourKey(place, id, hour)
    const before = (await tx.resources.get<readonly StoredSample[]>(key))?.document ?? []
    await tx.resources.put(key, merged([...before, ...added]), { parent: id, ordinal: hour })
  }

  const { account, region } = place
  const chunks = { account, region, service: 'cloudwatch', type: 'metric-data', parent: id }
  for (const { name, ordinal } of await tx.resources.list({ ...chunks, order: 'ordinal', limit: SWEPT_AT_ONCE }))
    if (ordinal < now - KEPT_MS) await tx.resources.delete({ ...metricKey(place, name), type: 'metric-data' })
}

const merged = (samples: readonly StoredSample[]): readonly StoredSample[] =>
  [...Map.groupBy(samples, ({ at, unit }) => `${at}/${unit}`).values()]
    .flatMap((same) => {
      const [first] = same
      const sample = mergeSamples(same)
      return first === undefined || sample === undefined ? [] : [{ at: first.at, unit: first.unit, ...compact(sample) }]
    })
    .toSorted((a, b) => a.at - b.at)

function compact({ values, ...summary }: Sample): Sample {
  if (values === undefined) return summary
  const counts = new Map<number, number>()
  for (const [value, count] of values) counts.set(value, (counts.get(value) ?? 0) + count)
  return counts.size > MAX_VALUES ? summary : { ...summary, values: [...counts] }
}

/** @param range from inclusive, to exclusive. @param unit only samples of this unit, unless undefined */
export async function readSamples(
  reader: Pick<Reader, 'resources'>,
  { account, region }: Place,
  id: string,
  range: { readonly from: number; readonly to: number },
  unit: string | undefined,
): Promise<readonly StoredSample[]> {
  const hours = await reader.resources.list<readonly StoredSample[]>({
    account,
    region,
    service: 'cloudwatch',
    type: 'metric-data',
    parent: id,
    order: 'ordinal',
    after: { ordinal: Math.floor(range.from / HOUR_MS) * HOUR_MS - 1, name: '' },
  })
  return hours
    .filter(({ ordinal }) => ordinal < range.to)
    .flatMap(({ document }) => document)
    .filter((one) => one.at >= range.from && one.at < range.to && (unit === undefined || one.unit === unit))
}

/** One datum of PutMetricData, already validated. */
export function sampleOf(datum: MetricDatum, now: number): StoredSample {
  const resolution = (datum.StorageResolution ?? 60) < 60 ? 1000 : 60_000
  const at = Math.floor((datum.Timestamp?.getTime() ?? now) / resolution) * resolution
  const base = { at, unit: datum.Unit ?? 'None' }
  const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = datum.StatisticValues ?? {}
  if (datum.StatisticValues) return { ...base, count: SampleCount, sum: Sum, min: Minimum, max: Maximum }
  const values = datum.Values?.map((value, index) => [value, datum.Counts?.[index] ?? 1] as const) ?? [
    [datum.Value ?? 0, 1] as const,
  ]
  const numbers = values.map(([value]) => value)
  return {
    ...base,
    count: values.reduce((sum, [, count]) => sum + count, 0),
    sum: values.reduce((sum, [value, count]) => sum + value * count, 0),
    min: Math.min(...numbers),
    max: Math.max(...numbers),
    values,
  }
}
