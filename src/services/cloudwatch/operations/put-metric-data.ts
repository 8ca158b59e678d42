import {
  PutMetricData$,
  type MetricDatum,
  type PutMetricDataCommandInput,
  type PutMetricDataCommandOutput,
} from '@aws-sdk/client-cloudwatch'
import { define } from '../define.ts'
import { invalidCombination, invalidValue, required } from '../errors.ts'
import { addSamples, metricId, metricOf, sampleOf } from '../metrics.ts'

const MAX_DATA = 1000
const MAX_VALUES = 150
const MAX_DIMENSIONS = 30
const OLDEST_MS = 14 * 24 * 3_600_000
const NEWEST_MS = 2 * 3_600_000

/** Answers when the alarms that watch the metrics have been looked at. */
export const putMetricData = define<PutMetricDataCommandInput, PutMetricDataCommandOutput>(
  PutMetricData$,
  '*',
  async ({ store, clock, alarmClock }, { Namespace, MetricData = [], EntityMetricData = [] }, call) => {
    const namespace = required(Namespace, 'Namespace')
    const data = [...MetricData, ...EntityMetricData.flatMap((entity) => entity.MetricData ?? [])]
    if (data.length > MAX_DATA)
      throw invalidValue(`The collection MetricData must not have more than ${MAX_DATA} members.`)
    const now = clock.now()
    for (const datum of data) validate(datum, now)
    const metrics = Map.groupBy(data, (datum) => metricId(metricOf(namespace, datum.MetricName, datum.Dimensions)))
    const { account, region } = call
    const alarms = await store.write(async (tx) => {
      const found = []
      for (const [id, group] of metrics) {
        const metric = metricOf(namespace, group[0]?.MetricName, group[0]?.Dimensions)
        const samples = group.map((datum) => sampleOf(datum, now))
        await addSamples(tx, { account, region }, metric, samples, now)
        found.push(...(await tx.resources.list({ account, region, service: 'cloudwatch', type: 'alarm', parent: id })))
      }
      return found
    })
    if (alarms.length > 0) await (await alarmClock()).check(alarms)
    return {}
  },
)

function validate(datum: MetricDatum, now: number): void {
  const { MetricName, Dimensions = [], Timestamp, Value, Values, Counts, StatisticValues } = datum
  required(MetricName, 'MetricData.member.MetricName')
  if (Dimensions.length > MAX_DIMENSIONS) throw invalidValue(`At most ${MAX_DIMENSIONS} dimensions are allowed.`)
  const given = [Value, Values, StatisticValues].filter((one) => one !== undefined)
  if (given.length !== 1) throw invalidCombination('Exactly one of Value, Values and StatisticValues is required.')
  if (Counts !== undefined && Counts.length !== Values?.length) {
    throw invalidValue('The parameters Values and Counts must be of the same size.')
  }
  if (Values !== undefined && (Values.length === 0 || Values.length > MAX_VALUES)) {
    throw invalidValue(`The collection Values must have between 1 and ${MAX_VALUES} members.`)
  }
  const { SampleCount, Sum, Minimum, Maximum } = StatisticValues ?? {}
  const numbers = [
    Value ?? 0,
    ...(Values ?? []),
    ...(Counts ?? []),
    SampleCount ?? 0,
    Sum ?? 0,
    Minimum ?? 0,
    Maximum ?? 0,
  ]
  if (!numbers.every(Number.isFinite)) throw invalidValue('The values of a metric must be numbers.')
  if (StatisticValues !== undefined && !((SampleCount ?? 0) > 0)) {
    throw invalidValue('StatisticValues must have a SampleCount above 0.')
  }
  const at = Timestamp?.getTime() ?? now
  if (!(at >= now - OLDEST_MS && at <= now + NEWEST_MS)) {
    throw invalidValue('The parameter Timestamp must be at most two weeks in the past and two hours in the future.')
  }
}
