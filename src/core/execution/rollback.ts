/**
 * Rolling a stage back: a new execution runs this one stage again with what an earlier execution ran it with. It goes ahead of whoever
 * waits, is not held by a disabled transition, and asks no conditions.
 * Source: CodePipeline user guide, "Configure stage rollback".
 */
import type { StageDeclaration } from '../pipeline/declaration.ts'
import { enter } from './enter.ts'
import type { PipelineEvent } from './events.ts'
import { own } from './record.ts'
import { rejectUnknownStage } from './rejections.ts'
import { publishPipelineChange } from './state-changes.ts'
import type { ExecutionId, PipelineExecution, Trigger } from './state.ts'
import { locksStages } from './status.ts'
import { putExecution, putStageState, reject, stageStateOf, type Turn, type Verdict } from './turn.ts'

type Request = Extract<PipelineEvent, { type: 'RollbackRequested' }>

export function rollbackRequested(turn: Turn, request: Request): Verdict {
  const { draft } = turn
  const { stage, executionId, targetExecutionId, by } = request
  if (!draft.declaration.stages.some(({ name }) => name === stage)) return rejectUnknownStage(draft.key, stage)
  // what the caller has read may be older than what we know
  const target = own(draft.executions, targetExecutionId) ?? request.target
  if (target === undefined) return rejectUnknownTarget(turn, targetExecutionId)
  const obstacle = obstacleInPipeline(turn, stage) ?? obstacleInTarget(turn, stage, target)
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

function rollBack(
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
): void {
  const { draft, at } = turn
  const { variables, sourceRevisions, artifacts, artifactRevisions, outputs } = target
  const execution = putExecution(turn, {
    id: executionId,
    age: draft.nextAge,
    pipelineVersion: draft.version,
    mode: draft.declaration.executionMode,
    type: 'ROLLBACK',
    status: 'InProgress',
    trigger,
    variables,
    sourceRevisions,
    startedAt: at,
    updatedAt: at,
    attempt: 1,
    stages: {},
    artifacts,
    artifactRevisions,
    outputs,
    rollback: { targetExecutionId: target.id },
  })
  draft.nextAge += 1
  publishPipelineChange(turn, execution, 'STARTED')
  enter(turn, execution, stage)
}

const rejectUnknownTarget = ({ draft: { key } }: Turn, target: ExecutionId): Verdict =>
  reject(
    'PipelineExecutionNotFoundException',
    `Account '${key.account}' does not have an execution with id '${target}' for pipeline '${key.name}'`,
  )

const rejectRollback = (stage: string, why: string): Verdict =>
  reject('UnableToRollbackStageException', `Stage '${stage}' cannot be rolled back: ${why}`)

function obstacleInPipeline(turn: Turn, stage: string): Verdict {
  const { executionMode, pipelineType, stages } = turn.draft.declaration
  if (pipelineType === 'V1') return rejectRollback(stage, 'only pipelines of type V2 can be rolled back')
  if (!locksStages(executionMode)) return rejectRollback(stage, 'pipelines in PARALLEL mode have no rollback')
  if (stages[0]?.name === stage) return rejectRollback(stage, 'it is the source stage')
  return undefined
}

function obstacleInTarget(turn: Turn, stage: string, target: PipelineExecution): Verdict {
  const { id, pipelineVersion, type, stages } = target
  if (pipelineVersion !== turn.draft.version) {
    return reject(
      'PipelineExecutionOutdatedException',
      `Execution '${id}' ran on version ${pipelineVersion} of the pipeline, which is at version ${turn.draft.version} now`,
    )
  }
  if (type === 'ROLLBACK') return rejectRollback(stage, `execution '${id}' is itself a rollback`)
  if (own(stages, stage)?.status !== 'Succeeded') {
    return rejectRollback(stage, `execution '${id}' did not succeed in it`)
  }
  const { holder } = stageStateOf(turn, stage)
  return holder === undefined ? undefined : rejectRollback(stage, `execution '${holder}' is in it`)
}
