/** What a caller could do about it: only what the rules would accept right now. */
import { hasPassed } from '../conditions.ts'
import { own } from '../record.ts'
import type { PipelineExecution } from '../state.ts'
import { hasFailed, runningRules } from '../status.ts'
import type { Cause, CircumstanceKind, Remedy } from './explanation.ts'
import { isLatestOf, stageOf, type Scene } from './scene.ts'

export const remediesFor = (scene: Scene, cause: Cause): readonly Remedy[] =>
  // the table's types have made sure that each entry takes what its kind has
  (REMEDIES[cause.kind] as (scene: Scene, cause: Cause) => readonly Remedy[])(scene, cause)

const nothing = (): readonly Remedy[] => []

const REMEDIES: {
  readonly [Kind in CircumstanceKind]: (scene: Scene, cause: Cause<Kind>) => readonly Remedy[]
} = {
  Running: nothing,
  WaitingForStage: (scene, { heldBy }) => [stop(scene, heldBy, false, 'Stops the execution that is in the stage')],
  Queued: (scene, { heldBy }) =>
    heldBy === undefined ? [] : [stop(scene, heldBy, false, 'Stops the execution that is in the stage')],
  TransitionDisabled: ({ state }, { about }) => [
    {
      operation: 'EnableStageTransition',
      parameters: { pipelineName: state.key.name, stageName: about.stageName, transitionType: 'Inbound' },
      does: 'Enables the transition',
    },
  ],
  ApprovalNeeded: ({ state }, { about }) => [
    {
      operation: 'PutApprovalResult',
      parameters: {
        pipelineName: state.key.name,
        stageName: about.stageName,
        actionName: about.actionName,
        result: { status: 'Approved', summary: '' },
      },
      needs: ['token'],
      does: 'Approves it',
    },
  ],
  WaitingForJobWorker: (_scene, { actionTypeId }) => [
    {
      operation: actionTypeId.owner === 'Custom' ? 'PollForJobs' : 'PollForThirdPartyJobs',
      parameters: { actionTypeId, maxBatchSize: 1 },
      does: 'Asks for the job, as a job worker of that type does',
    },
  ],
  WaitingForRunner: nothing,
  ConditionWaiting: (scene, cause) => (cause.isOverridable ? [override(scene, cause)] : []),
  ActionLimit: nothing,
  ConditionFailed: (scene, cause) => [
    ...(cause.isOverridable ? [override(scene, cause)] : []),
    ...retry(scene, cause, 'Asks the condition again'),
  ],
  ActionFailed: (scene, cause) => [...retry(scene, cause), ...rollBack(scene, cause)],
  ApprovalRejected: (scene, cause) => retry(scene, cause, 'Asks for the approval again'),
  TimedOut: (scene, cause) => retry(scene, cause),
  Abandoned: (scene, cause) => retry(scene, cause),
  Superseded: nothing,
  Stopping: (scene, { about }) => [
    stop(scene, about.pipelineExecutionId ?? '', true, 'Abandons what still runs, and stops at once'),
  ],
  Stopped: (scene, cause) =>
    cause.about.stageName === undefined ? [startAgain(scene)] : retry(scene, cause, 'Goes on in the stage'),
  Draining: nothing,
  Cancelled: (scene) => [startAgain(scene)],
  ActionSkipped: nothing,
  Skipped: nothing,
  RolledBack: nothing,
  WaitedTooLong: (scene) => [startAgain(scene)],
  ExecutionLimit: (scene) => [startAgain(scene)],
  VariablesMissing: (scene) => [{ ...startAgain(scene), needs: ['variables'] }],
  Failed: nothing,
  Succeeded: nothing,
}

const stop = ({ state }: Scene, pipelineExecutionId: string, abandon: boolean, does: string): Remedy => ({
  operation: 'StopPipelineExecution',
  parameters: { pipelineName: state.key.name, pipelineExecutionId, abandon },
  does,
})

const startAgain = ({ state }: Scene): Remedy => ({
  operation: 'StartPipelineExecution',
  parameters: { name: state.key.name },
  does: 'Starts a new execution',
})

const override = ({ state }: Scene, { about }: Cause<'ConditionWaiting' | 'ConditionFailed'>): Remedy => ({
  operation: 'OverrideStageCondition',
  parameters: {
    pipelineName: state.key.name,
    stageName: about.stageName,
    pipelineExecutionId: about.pipelineExecutionId,
    conditionType: about.condition === 'beforeEntry' ? 'BEFORE_ENTRY' : 'ON_SUCCESS',
  },
  does: 'Goes on as if the condition were met',
})

function retry(scene: Scene, { about }: Cause, does = 'Runs the failed actions again'): readonly Remedy[] {
  const { pipelineExecutionId = '', stageName = '' } = about
  const { state } = scene
  const execution = own(state.executions, pipelineExecutionId)
  if (execution === undefined || !isLatestOf(scene, execution, stageName)) return []
  if (!hasWorkLeft(scene, execution, stageName)) return []
  return [
    {
      operation: 'RetryStageExecution',
      parameters: { pipelineName: state.key.name, stageName, pipelineExecutionId, retryMode: 'FAILED_ACTIONS' },
      does,
    },
  ]
}

/** Something failed, or was never done. */
function hasWorkLeft(scene: Scene, execution: PipelineExecution, name: string): boolean {
  const stage = own(execution.stages, name)
  if (stage === undefined || stage.status === 'Stopping' || runningRules(stage).length > 0) return false
  if (stage.status === 'InProgress' && stage.retry !== undefined) return false
  const runs = Object.values(stage.actions)
  const unmet = Object.values(stage.conditions ?? {}).some((condition) => !hasPassed(condition))
  const unstarted = runs.length < (stageOf(scene, execution, name)?.actions.length ?? 0)
  return runs.some(hasFailed) || (stage.status === 'Stopped' && unstarted) || (stage.status !== 'InProgress' && unmet)
}

/** Where the state knows what the stage would go back to. */
function rollBack({ state }: Scene, { about }: Cause): readonly Remedy[] {
  const { stageName = '' } = about
  const { rollbackTarget, holder } = own(state.stages, stageName) ?? {}
  const isSource = state.declaration.stages[0]?.name === stageName
  if (rollbackTarget === undefined || holder !== undefined || isSource) return []
  return [
    {
      operation: 'RollbackStage',
      parameters: { pipelineName: state.key.name, stageName, targetPipelineExecutionId: rollbackTarget },
      does: 'Brings back what the stage last succeeded with',
    },
  ]
}
