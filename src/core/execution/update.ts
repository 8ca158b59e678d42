/**
 * A new structure, and the end of the pipeline. Executions that lock stages never cross a version: who waits is cancelled, who is
 * inside lets its running actions end and is cancelled then. PARALLEL executions go on with the structure they started with.
 * Source: CodePipeline user guide, "How pipeline executions work", on changes to a pipeline.
 */
import { abandonAction, currentStage, isApproval } from './actions.ts'
import { conclude, leave } from './conclude.ts'
import { cancelConditions } from './conditions.ts'
import type { PipelineEvent } from './events.ts'
import { omit, own } from './record.ts'
import { publishStructureChange } from './state-changes.ts'
import type { ActionExecution, PipelineExecution, PipelineState, StageState } from './state.ts'
import { isActive, locksStages, runningActions } from './status.ts'
import { releaseParallel } from './transitions.ts'
import { executionOf, putExecution, type Turn } from './turn.ts'

export function pipelineUpdated(
  turn: Turn,
  { declaration }: Extract<PipelineEvent, { type: 'PipelineUpdated' }>,
): void {
  const { draft } = turn
  draft.olderVersions = { ...draft.olderVersions, [draft.version]: draft.declaration }
  draft.declaration = declaration
  draft.version = declaration.version
  draft.updatedAt = turn.at
  publishStructureChange(turn, 'UPDATED')
  const reason = `The pipeline was updated to version ${declaration.version} before this execution completed.`
  for (const { id } of lockingExecutions(draft)) cancelOrDrain(turn, executionOf(turn, id), reason)
  draft.stages = stagesAfter(draft)
  const stages = new Set(declaration.stages.map(({ name }) => name))
  draft.transitions = only(draft.transitions, (stage) => stages.has(stage))
  const actions = new Set(
    declaration.stages.flatMap(({ name, actions }) => actions.map((action) => `${name}/${action.name}`)),
  )
  draft.latestActions = only(draft.latestActions, (key) => actions.has(key))
  releaseParallel(turn)
}

/** Nothing runs any more; what providers still report finds no pipeline. */
export function pipelineDeleted(turn: Turn): void {
  const active = Object.values(turn.draft.executions).filter(isActive)
  const waitingFirst = [...active.filter(isWaiting), ...active.filter((execution) => !isWaiting(execution))]
  for (const execution of waitingFirst) {
    const ending = putExecution(turn, { ...execution, draining: { reason: 'The pipeline was deleted.' } })
    if (ending.at === undefined || isWaiting(ending)) {
      conclude(turn, ending, 'Cancelled', ending.draining?.reason)
    } else {
      cancelConditions(turn, ending, 'Cancelled', 'The pipeline was deleted.')
      abandon(turn, ending, () => true)
      leave(turn, executionOf(turn, ending.id), ending.at.stage, 'Cancelled')
    }
  }
  publishStructureChange(turn, 'DELETED')
}

const isWaiting = ({ at }: PipelineExecution): boolean => at?.place === 'waiting'

const lockingExecutions = ({ executions }: PipelineState): readonly PipelineExecution[] =>
  Object.values(executions).filter((execution) => isActive(execution) && locksStages(execution.mode))

function cancelOrDrain(turn: Turn, execution: PipelineExecution, reason: string): void {
  if (isWaiting(execution)) {
    conclude(turn, execution, 'Cancelled', reason)
    return
  }
  const draining = putExecution(turn, { ...execution, draining: execution.draining ?? { reason } })
  cancelConditions(turn, draining, 'Cancelled', reason)
  abandon(turn, draining, keepsOldVersionAlive)
  turn.agenda.push({ type: 'advance', executionId: execution.id })
}

/** Nobody is at work on it yet, and nobody may ever be: an approval can stay open for weeks. */
const keepsOldVersionAlive = (run: ActionExecution): boolean =>
  isApproval(run) || (run.typeId.owner !== 'AWS' && run.acknowledged === undefined)

function abandon(turn: Turn, execution: PipelineExecution, which: (run: ActionExecution) => boolean): void {
  const stage = currentStage(execution)
  const runs = stage === undefined ? [] : runningActions(stage)
  for (const run of runs.filter(which))
    abandonAction(turn, run, execution.draining?.reason ?? 'The execution was cancelled.')
}

/**
 * Stages that keep their name keep their state, but for what they would be rolled back to: that ran on another version. A draining execution keeps its stage locked, also when an earlier update had removed the
 * stage and this one brings it back.
 */
function stagesAfter(draft: PipelineState): Readonly<Record<string, StageState>> {
  const holders = new Map(lockingExecutions(draft).map(({ id, at }) => [at?.stage, id]))
  return Object.fromEntries(
    draft.declaration.stages.map(({ name }): [string, StageState] => {
      const state = omit(own(draft.stages, name) ?? { waiting: [] }, 'rollbackTarget')
      const holder = holders.get(name)
      return [name, holder === undefined ? state : { ...state, holder, latest: holder }]
    }),
  )
}

const only = <Value>(
  record: Readonly<Record<string, Value>>,
  keep: (key: string) => boolean,
): Readonly<Record<string, Value>> => Object.fromEntries(Object.entries(record).filter(([key]) => keep(key)))
