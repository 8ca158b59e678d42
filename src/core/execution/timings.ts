/** Where did the time go? From what history has of an execution, and the time of asking for what has not ended. */
import type {
  ActionActivity,
  ActionTimings,
  Activity,
  ExecutionTimings,
  Segment,
  StageTimings,
  Timed,
  Totals,
} from './explain/timing.ts'
import { isApproval } from './actions.ts'
import { isForJobWorkers } from './job-workers.ts'
import type { ActionExecution, Instant, PipelineExecution, RuleExecution, StageExecution } from './state.ts'
import { isActive, isRunning } from './status.ts'

export type * from './explain/timing.ts'

export interface History {
  readonly pipelineName: string
  readonly execution: PipelineExecution
  /** every run of an action in it, in any order */
  readonly actions: readonly ActionExecution[]
  /** the same of rules */
  readonly rules: readonly RuleExecution[]
  readonly now: Instant
}

export function timingsOf(history: History): ExecutionTimings {
  const { execution, pipelineName, now } = history
  const stages = Object.entries(execution.stages)
    .map(([name, stage]) => stageTimings(history, name, stage))
    .toSorted((one, other) => one.startedAt - other.startedAt)
  const endedAt = isActive(execution) ? undefined : Math.max(execution.updatedAt, ...stages.map(lastInstant))
  const whole = timed(execution.startedAt, endedAt, now)
  const between = gapsOf(execution, stages, endOf(whole, now))
  const inside = stages.flatMap(({ actions, conditions }) => [
    ...actions.flatMap(({ segments }) => segments),
    ...conditions,
  ])
  return {
    pipelineName,
    pipelineExecutionId: execution.id,
    status: execution.status,
    ...whole,
    totals: totalsOf([...inside, ...between], execution.startedAt, endOf(whole, now)),
    between,
    stages,
  }
}

function stageTimings({ execution, actions, rules, now }: History, name: string, stage: StageExecution): StageTimings {
  const runs = actions.filter((run) => run.stage === name).toSorted(byStart)
  const conditions = rules
    .filter((run) => run.stage === name)
    .toSorted(byStart)
    .map((run): Segment<'condition'> => {
      const endedAt = isRunning(run) ? now : run.updatedAt
      return { activity: 'condition', startedAt: run.startedAt, endedAt: Math.max(run.startedAt, endedAt) }
    })
  const isInside = execution.at?.place === 'inside' && execution.at.stage === name
  const whole = timed(stage.startedAt, isInside ? undefined : (stage.endedAt ?? execution.updatedAt), now)
  const timings = runs.map((run) => actionTimings(run, now))
  const segments = [...timings.flatMap(({ segments }) => segments), ...conditions]
  return {
    stageName: name,
    status: stage.status,
    ...whole,
    totals: totalsOf(segments, whole.startedAt, endOf(whole, now)),
    actions: timings,
    conditions,
  }
}

function actionTimings(run: ActionExecution, now: Instant): ActionTimings {
  const whole = timed(run.startedAt, isRunning(run) ? undefined : run.updatedAt, now)
  return {
    actionName: run.action,
    actionExecutionId: run.id,
    actionTypeId: run.typeId,
    status: run.status,
    ...whole,
    segments: segmentsOf(run, whole.startedAt, endOf(whole, now)),
  }
}

/** Queued until somebody began, then the work, interrupted by the times at which artifacts moved. */
function segmentsOf(run: ActionExecution, from: Instant, to: Instant): readonly Segment<ActionActivity>[] {
  if (isApproval(run)) return segment('approval', from, to)
  const begunAt = clamp(run.begunAt ?? (isAwaited(run) ? to : from), from, to)
  const segments: Segment<ActionActivity>[] = [...segment('queued', from, begunAt)]
  let at = begunAt
  for (const { startedAt, endedAt } of (run.transfers ?? []).toSorted(byStart)) {
    const start = clamp(startedAt, at, to)
    const end = clamp(endedAt, start, to)
    segments.push(...segment('running', at, start), ...segment('transferring', start, end))
    at = end
  }
  return [...segments, ...segment('running', at, to)]
}

/** A job that no worker has acknowledged; of old documents only that is known, not when one did. */
const isAwaited = (run: ActionExecution): boolean => isForJobWorkers(run) && run.acknowledged === undefined

/** What lies in no stage: there it stands in front of one, and a stage that it never entered has no name here but its own. */
function gapsOf(
  { at, supersededBy, startedAt }: PipelineExecution,
  stages: readonly StageTimings[],
  end: Instant,
): ExecutionTimings['between'] {
  const gaps: ExecutionTimings['between'][number][] = []
  const add = (startedAt: Instant, endedAt: Instant, beforeStage: string | undefined): void => {
    if (endedAt <= startedAt) return
    gaps.push({ activity: 'transition', startedAt, endedAt, ...(beforeStage !== undefined && { beforeStage }) })
  }
  let covered = startedAt
  for (const stage of stages) {
    add(covered, stage.startedAt, stage.stageName)
    covered = Math.max(covered, endOf(stage, end))
  }
  add(covered, end, at?.place === 'waiting' ? at.stage : supersededBy?.stage)
  return gaps
}

/** The nearest to work first: what counts when several went on at once. */
const NEAREST_TO_WORK = [
  'running',
  'transferring',
  'condition',
  'queued',
  'approval',
  'transition',
] as const satisfies readonly Activity[]

/** Goes from instant to instant at which anything begins or ends. */
function totalsOf(segments: readonly Segment[], from: Instant, to: Instant): Totals {
  const totals = {
    running: 0,
    transferring: 0,
    condition: 0,
    queued: 0,
    approval: 0,
    transition: 0,
    idle: 0,
  } satisfies Totals
  const changes = segments
    .flatMap(({ activity, startedAt, endedAt }) => [
      { at: clamp(startedAt, from, to), activity, by: 1 },
      { at: clamp(endedAt, from, to), activity, by: -1 },
    ])
    .toSorted((one, other) => one.at - other.at)
  const going: Record<Activity, number> = { ...totals }
  let at = from
  for (const change of [...changes, { at: to, activity: 'idle' as const, by: 0 }]) {
    totals[NEAREST_TO_WORK.find((activity) => going[activity] > 0) ?? 'idle'] += change.at - at
    going[change.activity] += change.by
    at = change.at
  }
  return totals
}

const segment = <Kind extends Activity>(
  activity: Kind,
  startedAt: Instant,
  endedAt: Instant,
): readonly Segment<Kind>[] => (endedAt > startedAt ? [{ activity, startedAt, endedAt }] : [])

function timed(startedAt: Instant, endedAt: Instant | undefined, now: Instant): Timed {
  const end = Math.max(startedAt, endedAt ?? now)
  return { startedAt, ...(endedAt !== undefined && { endedAt: end }), durationMs: end - startedAt }
}

const endOf = ({ startedAt, endedAt }: Timed, now: Instant): Instant => endedAt ?? Math.max(startedAt, now)
const lastInstant = ({ startedAt, endedAt = startedAt }: Timed): Instant => endedAt
const byStart = (one: { readonly startedAt: Instant }, other: { readonly startedAt: Instant }): number =>
  one.startedAt - other.startedAt
const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most)
