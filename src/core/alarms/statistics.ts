/** What was measured, and what statistics make of it. */

/** Some measurements that were put together: of one moment, or of a whole period. */
export interface Sample {
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  /** [value, how often]; absent when only a summary was sent, and then there are no percentiles */
  readonly values?: readonly (readonly [number, number])[]
}

/** @returns undefined when there is nothing to merge */
export function mergeSamples(samples: readonly Sample[]): Sample | undefined {
  const [first, ...rest] = samples
  if (first === undefined) return undefined
  const { count, sum, min, max } = rest.reduce<Sample>(
    (merged, sample) => ({
      count: merged.count + sample.count,
      sum: merged.sum + sample.sum,
      min: Math.min(merged.min, sample.min),
      max: Math.max(merged.max, sample.max),
    }),
    first,
  )
  const values = samples.map((sample) => sample.values)
  return { count, sum, min, max, ...(values.every((some) => some !== undefined) && { values: values.flat() }) }
}

const SIMPLE: Readonly<Record<string, (sample: Sample) => number>> = {
  SampleCount: ({ count }) => count,
  Average: ({ sum, count }) => sum / count,
  Sum: ({ sum }) => sum,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
}

/** `Average`, `p99.9`: those that `statisticOf` knows. Not the trimmed ones (tm, wm, tc, ts, pr, iqm). */
export const isStatistic = (name: string): boolean => Object.hasOwn(SIMPLE, name) || percentOf(name) !== undefined

/** @returns undefined when the sample does not tell: a percentile of summaries */
export function statisticOf(name: string, sample: Sample): number | undefined {
  const simple = Object.hasOwn(SIMPLE, name) ? SIMPLE[name] : undefined
  if (simple !== undefined) return simple(sample)
  const percent = percentOf(name)
  return percent === undefined || sample.values === undefined ? undefined : percentile(sample.values, percent)
}

function percentOf(name: string): number | undefined {
  const found = /^p(\d{1,3}(?:\.\d{1,10})?)$/.exec(name)?.[1]
  return found === undefined || Number(found) > 100 ? undefined : Number(found)
}

/** The smallest value that this share of the measurements does not exceed. */
function percentile(values: NonNullable<Sample['values']>, percent: number): number | undefined {
  const sorted = values.toSorted(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  let seen = 0
  for (const [value, count] of sorted) {
    seen += count
    if (seen >= (percent / 100) * total) return value
  }
  return sorted.at(-1)?.[0]
}
