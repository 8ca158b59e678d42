/** Where the time of an execution went, as bars on one scale: a row an action run, a bar a thing it spent its time with. */

export type SegmentKind = 'Waiting' | 'Queued' | 'Approval' | 'Running' | 'Transferring'

export interface Segment {
  readonly kind: SegmentKind
  /** ms since the epoch */
  readonly from: number
  /** absent while it goes on */
  readonly to?: number
}

/** One run of an action, in order of time. */
export interface TimedRun {
  readonly id: string
  readonly stage: string
  readonly action: string
  /** from 1; a retry makes one more */
  readonly attempt: number
  readonly status: string
  readonly segments: readonly Segment[]
}

export interface Waterfall {
  readonly from: number
  readonly to: number
  /** where the scale is labelled, and how long after the beginning that is */
  readonly ticks: readonly { readonly at: number; readonly ms: number }[]
  readonly rows: readonly WaterfallRow[]
}

export type WaterfallRow =
  | { readonly kind: 'stage'; readonly stage: string; readonly bar: Bar; readonly ms: number; readonly runs: number }
  | {
      readonly kind: 'run'
      readonly run: TimedRun
      readonly bars: readonly (Bar & { readonly segment: Segment })[]
      readonly ms: number
    }

/** as parts of the whole width, 0 to 1 */
export interface Bar {
  readonly at: number
  readonly width: number
}

/**
 * @param now ms since the epoch; what goes on lasts until now
 * @param zoom the part of the time to show, ms since the epoch; absent: all of it
 */
export function waterfall(
  runs: readonly TimedRun[],
  now: number,
  zoom?: { readonly from: number; readonly to: number },
): Waterfall {
  const times = extent(
    runs.flatMap(({ segments }) => segments),
    now,
  )
  const { from, to } = zoom ?? times
  const length = Math.max(1, to - from)
  const bar = (segment: Pick<Segment, 'from' | 'to'>): Bar => {
    const begin = clamp((segment.from - from) / length)
    return { at: begin, width: clamp(((segment.to ?? now) - from) / length) - begin }
  }
  const rows = byStage(runs).flatMap(([stage, members]): WaterfallRow[] => {
    const all = extent(
      members.flatMap(({ segments }) => segments),
      now,
    )
    return [
      { kind: 'stage', stage, bar: bar(all), ms: all.to - all.from, runs: members.length },
      ...members.map((run): WaterfallRow => {
        const own = extent(run.segments, now)
        return {
          kind: 'run',
          run,
          bars: run.segments.map((segment) => ({ ...bar(segment), segment })),
          ms: own.to - own.from,
        }
      }),
    ]
  })
  return { from, to, ticks: ticksOf(length), rows }
}

/** How much time went where, over all runs; the longest first. Times of runs that went on side by side add up. */
export function totals(
  runs: readonly TimedRun[],
  now: number,
): readonly { readonly kind: SegmentKind; readonly ms: number }[] {
  const sums = new Map<SegmentKind, number>()
  for (const { kind, from, to = now } of runs.flatMap(({ segments }) => segments))
    sums.set(kind, (sums.get(kind) ?? 0) + Math.max(0, to - from))
  return Array.from(sums, ([kind, ms]) => ({ kind, ms })).toSorted((a, b) => b.ms - a.ms)
}

/** A loop, because a thousand runs are more arguments than a call should have. */
function extent(segments: readonly Segment[], now: number): { readonly from: number; readonly to: number } {
  let from = Infinity
  let to = -Infinity
  for (const segment of segments) {
    from = Math.min(from, segment.from)
    to = Math.max(to, segment.to ?? now)
  }
  return from <= to ? { from, to } : { from: now, to: now }
}

const clamp = (part: number): number => Math.min(1, Math.max(0, part))

/** Stages in the order in which they began; the runs of a stage likewise, a retry below what it retries. */
function byStage(runs: readonly TimedRun[]): readonly (readonly [string, readonly TimedRun[]])[] {
  const beginning = ({ segments }: TimedRun): number => segments[0]?.from ?? Infinity
  const first = new Map<string, number>()
  for (const run of runs) first.set(run.action, Math.min(first.get(run.action) ?? Infinity, beginning(run)))
  const stages = Map.groupBy(
    runs.toSorted((a, b) => beginning(a) - beginning(b)),
    ({ stage }) => stage,
  )
  return Array.from(stages, ([stage, members]) => [
    stage,
    members.toSorted(
      (a, b) =>
        (first.get(a.action) ?? 0) - (first.get(b.action) ?? 0) ||
        a.action.localeCompare(b.action) ||
        a.attempt - b.attempt,
    ),
  ])
}

const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3,
  7200e3, 14_400e3, 21_600e3, 43_200e3, 86_400e3, 172_800e3, 604_800e3, 1_209_600e3, 2_592_000e3,
]
const MOST_TICKS = 8

/** Round times, few enough to be read. */
function ticksOf(length: number): readonly { at: number; ms: number }[] {
  const step = STEPS.find((ms) => length / ms <= MOST_TICKS) ?? Math.ceil(length / MOST_TICKS)
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => ({
    at: (index * step) / length,
    ms: index * step,
  }))
}
