/**
 * Where an execution was, told from the runs of its actions and rules alone: all there is for PARALLEL executions, which no stage
 * knows of, and for the past.
 */
import type { DeclaredPipeline, DeclaredStage } from './declared.ts'
import type { ActionRun, Instant, Place } from './model.ts'

export interface RuleRun {
  readonly executionId: string
  readonly stage: string
  readonly rule: string
  readonly status: ActionRun['status']
  readonly startedAt: Instant
  readonly updatedAt: Instant
  readonly summary?: string
  readonly errored?: boolean
}

/** The runs of one execution: the newest of each action, by stage and name. */
export type RunsByStage = ReadonlyMap<string, ReadonlyMap<string, ActionRun>>

/** what an execution has done in each stage it came to, in the order of stages */
export function stagesEntered(
  pipeline: DeclaredPipeline,
  runs: RunsByStage,
  rules: readonly RuleRun[],
): readonly DeclaredStage[] {
  const asked = new Set(rules.map(({ stage }) => stage))
  return pipeline.stages.filter(({ name }) => runs.has(name) || asked.has(name))
}

export function placeOf(
  pipeline: DeclaredPipeline,
  runs: RunsByStage,
  rules: readonly RuleRun[],
  {
    isOver,
    isRollback,
    startedAt,
  }: { readonly isOver: boolean; readonly isRollback: boolean; readonly startedAt: Instant },
): Place {
  const furthest = stagesEntered(pipeline, runs, rules).at(-1)
  if (isOver) return furthest === undefined ? { at: 'ended' } : { at: 'ended', stage: furthest.name }
  const [first] = pipeline.stages
  if (furthest === undefined) return { at: 'waiting', stage: first?.name ?? '', position: 0, since: startedAt }
  const next = pipeline.stages[pipeline.stages.indexOf(furthest) + 1]
  const done = runs.get(furthest.name)
  const asked = rules.filter(({ stage }) => stage === furthest.name)
  const isAsked = asked.some(({ status }) => status === 'InProgress')
  const isDone = furthest.actions.every(({ name }) => done?.get(name)?.status === 'Succeeded')
  // its entry condition was not met, and that ended nothing
  const isSkipped = done === undefined && asked.some(({ status }) => status === 'Failed')
  if (isAsked || !(isDone || isSkipped) || next === undefined || isRollback)
    return { at: 'inside', stage: furthest.name }
  const since = Math.max(
    ...[...(done?.values() ?? [])].map(({ updatedAt = 0 }) => updatedAt),
    ...asked.map(({ updatedAt }) => updatedAt),
  )
  return { at: 'waiting', stage: next.name, position: 0, since }
}

/** What a stage looks like after these runs, while or after this execution. */
export function stageStatus(
  stage: DeclaredStage,
  runs: RunsByStage,
  rules: readonly RuleRun[],
  place: Place,
  executionStatus: string,
): string {
  const own = [...(runs.get(stage.name)?.values() ?? [])]
  const isHere = place.stage === stage.name
  if (place.at === 'inside' && isHere) return executionStatus === 'Stopping' ? 'Stopping' : 'InProgress'
  if (own.some(({ status }) => status === 'InProgress')) return 'InProgress'
  const isItsEnd = place.at === 'ended' && isHere && executionStatus !== 'Superseded'
  if (isItsEnd && executionStatus !== 'Succeeded') return executionStatus
  // it came further than this stage
  return own.length === 0 && rules.some((rule) => rule.stage === stage.name) ? 'Skipped' : 'Succeeded'
}

/** Groups runs by execution; of several runs of an action the newest counts, whatever order they come in. */
export function byExecution<Run extends ActionRun>(
  runs: readonly { readonly stage: string; readonly action: string; readonly run: Run }[],
): ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, Run>>> {
  const executions = new Map<string, Map<string, Map<string, Run>>>()
  for (const { stage, action, run } of runs) {
    const stages = ensure(executions, run.executionId ?? '', () => new Map<string, Map<string, Run>>())
    const actions = ensure(stages, stage, () => new Map<string, Run>())
    const known = actions.get(action)
    if (known === undefined || (known.startedAt ?? 0) <= (run.startedAt ?? 0)) actions.set(action, run)
  }
  return executions
}

/** What the map holds under the key, put there if need be. */
export function ensure<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}
