/**
 * Rolling a stage back: a new execution runs this one stage again with what an earlier execution ran it with. It goes ahead of whoever
 * waits, is not held by a disabled transition, and asks no conditions.
 * Source: CodePipeline user guide, "Configure stage rollback".
 */
import type { StageDeclaration } from '../pipeline/declaration.ts'
import { enter } from './enter.ts'
import type { PipelineEvent } from './events.ts'
import { openExecution } from './open-execution.ts'
import { own } from './record.ts'
import { rejectUnknownExecution, rejectUnknownStage } from './rejections.ts'
import type { ExecutionId, PipelineExecution, PipelineState, Trigger } from './state.ts'
import { locksStages } from './status.ts'
import { putExecution, putStageState, reject, stageStateOf, type Rejected, type Turn, type Verdict } from './turn.ts'

type Request = Extract<PipelineEvent, { type: 'RollbackRequested' }>

export function rollbackRequested(turn: Turn, request: Request): Verdict {
  const { draft } = turn
  const { stage, executionId, targetExecutionId, by } = request
  if (!draft.declaration.stages.some(({ name }) => name === stage)) return rejectUnknownStage(draft.key, stage)
  // what the caller has read may be older than what we know
  const target = own(draft.executions, targetExecutionId) ?? request.target
  if (target === undefined) return rejectUnknownExecution(draft.key, targetExecutionId)
  const obstacle =
    obstacleInPipeline(draft, stage) ?? obstacleInVersion(draft, target) ?? obstacleInTarget(draft, stage, target)
  if (obstacle !== undefined) return obstacle
  rollBack(turn, { stage, executionId, target, trigger: { type: 'ManualRollback', detail: by } })
  return { reply: { executionId } }
}

/**
 * After an execution failed in a stage that it has just left: whoever waits has not entered yet. Without an earlier success there
 * is nothing to go back to, and a rollback that fails is not followed by another one.
 */
export function rollBackAutomatically(turn: Turn, failed: PipelineExecution, stage: string): void {
  const id = stageStateOf(turn, stage).rollbackTarget
  const target = id === undefined ? undefined : own(turn.draft.executions, id)
  if (target === undefined || failed.type === 'ROLLBACK' || failed.pipelineVersion !== turn.draft.version) return
  const trigger: Trigger = { type: 'AutomatedRollback', detail: failed.id }
  const executionId = turn.newId()
  putExecution(turn, { ...failed, rolledBackBy: { executionId, targetExecutionId: target.id, stage } })
  rollBack(turn, { stage, executionId, target, trigger })
}

/** Of the stages that may be rolled back without any call, the state keeps what they would go back to. */
export function rememberSuccess(
  turn: Turn,
  { id, type, mode, pipelineVersion }: PipelineExecution,
  name: string,
): void {
  if (type === 'ROLLBACK' || !locksStages(mode) || pipelineVersion !== turn.draft.version) return
  const state = stageStateOf(turn, name)
  if (mayRollBack(stageIn(turn, name))) putStageState(turn, name, { ...state, rollbackTarget: id })
}

const stageIn = (turn: Turn, name: string): StageDeclaration | undefined =>
  turn.draft.declaration.stages.find((stage) => stage.name === name)

const mayRollBack = (stage: StageDeclaration | undefined): boolean =>
  [stage?.onFailure, ...(stage?.onFailure?.conditions ?? []), ...(stage?.onSuccess?.conditions ?? [])].some(
    (holder) => holder?.result === 'ROLLBACK',
  )

/** @param given what the rollback has otherwise than its target */
export function rollBack(
  turn: Turn,
  {
    stage,
    executionId,
    target,
    trigger,
  }: {
    readonly stage: string
    readonly executionId: ExecutionId
    readonly target: PipelineExecution
    readonly trigger: Trigger
  },
  given: Partial<Pick<PipelineExecution, 'variables' | 'extension'>> = {},
): void {
  const { variables, sourceRevisions, artifacts, artifactRevisions, outputs } = target
  const execution = openExecution(turn, {
    id: executionId,
    type: 'ROLLBACK',
    trigger,
    variables,
    sourceRevisions,
    artifacts,
    artifactRevisions,
    outputs,
    rollback: { targetExecutionId: target.id },
    ...given,
  })
  enter(turn, execution, stage)
}

export const rejectRollback = (stage: string, why: string): Rejected =>
  reject('UnableToRollbackStageException', `Stage '${stage}' cannot be rolled back: ${why}`)

export function obstacleInPipeline({ declaration }: PipelineState, stage: string): Rejected | undefined {
  const { executionMode, pipelineType, stages } = declaration
  if (pipelineType === 'V1') return rejectRollback(stage, 'only pipelines of type V2 can be rolled back')
  if (!locksStages(executionMode)) return rejectRollback(stage, 'pipelines in PARALLEL mode have no rollback')
  if (stages[0]?.name === stage) return rejectRollback(stage, 'it is the source stage')
  return undefined
}

function obstacleInVersion({ version }: PipelineState, { id, pipelineVersion }: PipelineExecution): Verdict {
  if (pipelineVersion === version) return undefined
  return reject(
    'PipelineExecutionOutdatedException',
    `Execution '${id}' ran on version ${pipelineVersion} of the pipeline, which is at version ${version} now`,
  )
}

export function obstacleInTarget(
  state: PipelineState,
  stage: string,
  { id, type, stages }: PipelineExecution,
): Rejected | undefined {
  if (type === 'ROLLBACK') return rejectRollback(stage, `execution '${id}' is itself a rollback`)
  if (own(stages, stage)?.status !== 'Succeeded') {
    return rejectRollback(stage, `execution '${id}' did not succeed in it`)
  }
  const holder = own(state.stages, stage)?.holder
  return holder === undefined ? undefined : rejectRollback(stage, `execution '${holder}' is in it`)
}
