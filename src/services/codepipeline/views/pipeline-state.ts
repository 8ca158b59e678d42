/** GetPipelineState, exactly as `spec` 2.12 has it. */
import type {
  ActionExecution as ApiActionExecution,
  ActionState,
  StageExecution as ApiStageExecution,
  StageState as ApiStageState,
  TransitionState as ApiTransitionState,
} from '@aws-sdk/client-codepipeline'
import { findActionType, type CustomTypes } from '../../../core/catalog/action-types.ts'
import { own } from '../../../core/execution/record.ts'
import type {
  ActionExecution,
  ExecutionId,
  PipelineState,
  StageExecution,
  TransitionState,
} from '../../../core/execution/execution.ts'
import type { ActionDeclaration, StageDeclaration } from '../../../core/pipeline/declaration.ts'
import { fillUrlTemplate } from '../../../core/pipeline/custom-action-type.ts'
import { conditionStates } from './conditions.ts'
import { runSummaryOf, updatedByOf } from './extensions.ts'

export const stageStates = (state: PipelineState, custom: CustomTypes, strict = false): ApiStageState[] =>
  state.declaration.stages.map((stage) =>
    state.declaration.executionMode === 'PARALLEL'
      ? parallelStage(state, stage)
      : stageState(state, stage, { custom, strict }),
  )

/** Executions in PARALLEL mode hold no stage, so there is nothing to show but the transitions. */
const parallelStage = (state: PipelineState, { name }: StageDeclaration): ApiStageState => ({
  stageName: name,
  inboundTransitionState: transitionView(own(state.transitions, name)),
  actionStates: [],
})

interface Shown {
  readonly custom: CustomTypes
  readonly strict: boolean
}

function stageState(state: PipelineState, stage: StageDeclaration, shown: Shown): ApiStageState {
  const { latest, waiting = [], stoppedInbound } = own(state.stages, stage.name) ?? {}
  const inboundIds = waiting.length > 0 || stoppedInbound === undefined ? waiting : [stoppedInbound]
  const inbound = inboundIds.map((id) => inboundView(state, id))
  const execution = latest === undefined ? undefined : state.executions[latest]
  const entered = execution && own(execution.stages, stage.name)
  return {
    stageName: stage.name,
    ...(inbound[0] && { inboundExecution: inbound[0] }),
    inboundExecutions: inbound,
    inboundTransitionState: transitionView(own(state.transitions, stage.name)),
    actionStates: stage.actions.map((action) => actionState(state, stage.name, action, shown)),
    ...(execution &&
      entered && {
        latestExecution: { pipelineExecutionId: execution.id, status: entered.status, type: execution.type },
      }),
    ...(entered && conditionStates(entered)),
    ...(entered?.retry && { retryStageMetadata: retryView(entered.retry) }),
  }
}

function inboundView({ executions }: PipelineState, id: ExecutionId): ApiStageExecution {
  const execution = executions[id]
  if (execution === undefined) return { pipelineExecutionId: id, status: 'Stopped', type: 'STANDARD' }
  const status = execution.status === 'Superseded' ? 'Cancelled' : execution.status
  return { pipelineExecutionId: id, status, type: execution.type }
}

/** A transition nobody ever touched is just open. */
const transitionView = (transition: TransitionState | undefined): ApiTransitionState =>
  transition === undefined
    ? { enabled: true }
    : {
        enabled: transition.enabled,
        lastChangedBy: transition.changedBy,
        lastChangedAt: new Date(transition.changedAt),
        ...(!transition.enabled && transition.reason !== undefined && { disabledReason: transition.reason }),
      }

const retryView = ({ automatic, manual, latest }: NonNullable<StageExecution['retry']>) => ({
  ...(automatic > 0 && { autoStageRetryAttempt: automatic }),
  ...(manual > 0 && { manualStageRetryAttempt: manual }),
  latestRetryTrigger: latest,
})

/** The action's latest run, even one of an older execution: the service never blanks what has not been reached yet. */
function actionState(
  state: PipelineState,
  stageName: string,
  action: ActionDeclaration,
  { custom, strict }: Shown,
): ActionState {
  const run = state.latestActions[`${stageName}/${action.name}`]
  const type = findActionType(action.actionTypeId, custom)
  const configuration = run?.resolvedConfiguration ?? action.configuration
  const { entityUrlTemplate, revisionUrlTemplate } = type?.settings ?? {}
  const entityUrl = entityUrlTemplate && fillUrlTemplate(entityUrlTemplate, { configuration })
  const revisionUrl =
    run?.revision?.revisionUrl ??
    (revisionUrlTemplate && run?.revision
      ? fillUrlTemplate(revisionUrlTemplate, { configuration, revisionId: run.revision.revisionId })
      : undefined)
  return {
    actionName: action.name,
    ...(run?.revision && { currentRevision: currentRevision(run, run.revision) }),
    ...(run && { latestExecution: latestRun(run, strict) }),
    ...(entityUrl !== undefined && { entityUrl }),
    ...(revisionUrl !== undefined && { revisionUrl }),
  }
}

const currentRevision = (run: ActionExecution, revision: NonNullable<ActionExecution['revision']>) => ({
  revisionId: revision.revisionId,
  revisionChangeId: revision.revisionChangeIdentifier ?? revision.revisionId,
  created: new Date(revision.created ?? run.updatedAt),
})

function latestRun(run: ActionExecution, strict: boolean): ApiActionExecution {
  const [summary, updatedBy] = [runSummaryOf(run, strict), updatedByOf(run, strict)]
  const externalExecutionId = run.externalExecutionId ?? run.token
  const token = run.status === 'InProgress' ? run.token : undefined
  return {
    actionExecutionId: run.id,
    status: run.status,
    ...(summary !== undefined && { summary }),
    lastStatusChange: new Date(run.updatedAt),
    ...(token !== undefined && { token }),
    ...(updatedBy !== undefined && { lastUpdatedBy: updatedBy }),
    ...(externalExecutionId !== undefined && { externalExecutionId }),
    ...(run.externalExecutionUrl !== undefined && { externalExecutionUrl: run.externalExecutionUrl }),
    ...(run.percentComplete !== undefined && { percentComplete: run.percentComplete }),
    ...(run.error && { errorDetails: { ...run.error } }),
    ...(run.logStreamArn !== undefined && { logStreamARN: run.logStreamArn }),
  }
}
