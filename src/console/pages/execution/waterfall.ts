/** Where the time of an execution went, as bars on one scale: a row an action run, a bar a thing it spent its time with. */

import type { Activity, ExecutionTimings, Segment as Told } from '../../../core/execution/explain/timing.ts'

export interface Segment {
  readonly activity: Activity
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

/** A stage: its runs, and what it spent its time with besides. */
export interface TimedStage {
  readonly name: string
  readonly status: string
  /** in front of it, and with its conditions */
  readonly waits: readonly Segment[]
  readonly runs: readonly TimedRun[]
}

export interface Waterfall {
  readonly from: number
  readonly to: number
  /** where the scale is labelled, and how long after the beginning that is */
  readonly ticks: readonly { readonly at: number; readonly ms: number }[]
  readonly rows: readonly WaterfallRow[]
}

export type WaterfallRow = { readonly bars: readonly WaterfallBar[]; readonly ms: number } & (
  | { readonly kind: 'stage'; readonly stage: TimedStage; readonly span: Bar }
  | { readonly kind: 'run'; readonly run: TimedRun }
)

export type WaterfallBar = Bar & { readonly segment: Segment }

/** as parts of the whole width, 0 to 1 */
export interface Bar {
  readonly at: number
  readonly width: number
}

/** What our own operation says, stages in the order in which they were entered; a retry stands below what it retries. */
export function timedStages({ stages, between }: ExecutionTimings): readonly TimedStage[] {
  return stages.map(({ stageName, status, actions, conditions }) => {
    const tries = new Map<string, number>()
    const runs = actions.map((run): TimedRun => {
      const attempt = (tries.get(run.actionName) ?? 0) + 1
      tries.set(run.actionName, attempt)
      return {
        id: run.actionExecutionId,
        stage: stageName,
        action: run.actionName,
        attempt,
        status: run.status,
        segments: openAtEnd(run.segments, run.endedAt === undefined),
      }
    })
    const first = new Map(runs.toReversed().map((run) => [run.action, run.segments[0]?.from ?? 0]))
    return {
      name: stageName,
      status,
      waits: [...between.filter(({ beforeStage }) => beforeStage === stageName), ...conditions].map(segmentOf),
      runs: runs.toSorted(
        (a, b) =>
          (first.get(a.action) ?? 0) - (first.get(b.action) ?? 0) ||
          a.action.localeCompare(b.action) ||
          a.attempt - b.attempt,
      ),
    }
  })
}

const segmentOf = ({ activity, startedAt, endedAt }: Told): Segment => ({ activity, from: startedAt, to: endedAt })

/** Of what goes on the answer knows the time of asking only. */
const openAtEnd = (segments: readonly Told[], isOpen: boolean): readonly Segment[] =>
  segments.map((segment, index) =>
    isOpen && index === segments.length - 1
      ? { activity: segment.activity, from: segment.startedAt }
      : segmentOf(segment),
  )

/**
 * @param now ms since the epoch; what goes on lasts until now
 * @param zoom the part of the time to show, ms since the epoch; absent: all of it
 */
export function waterfall(
  stages: readonly TimedStage[],
  now: number,
  zoom?: { readonly from: number; readonly to: number },
): Waterfall {
  const { from, to } = zoom ?? extent(stages.flatMap(allOf), now)
  const length = Math.max(1, to - from)
  const barOf = (segment: Pick<Segment, 'from' | 'to'>): Bar => {
    const begin = clamp((segment.from - from) / length)
    return { at: begin, width: clamp(((segment.to ?? now) - from) / length) - begin }
  }
  const drawn = (segments: readonly Segment[]) => {
    const own = extent(segments, now)
    return { bars: segments.map((segment) => ({ ...barOf(segment), segment })), ms: own.to - own.from }
  }
  const rows = stages.flatMap((stage): WaterfallRow[] => {
    const whole = extent(allOf(stage), now)
    return [
      { kind: 'stage', stage, span: barOf(whole), bars: drawn(stage.waits).bars, ms: whole.to - whole.from },
      ...stage.runs.map((run): WaterfallRow => ({ kind: 'run', run, ...drawn(run.segments) })),
    ]
  })
  return { from, to, ticks: ticksOf(length), rows }
}

const allOf = ({ waits, runs }: TimedStage): readonly Segment[] => [
  ...waits,
  ...runs.flatMap(({ segments }) => segments),
]

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
