/**
 * Rolling a stage back to an execution of another version of the pipeline: the stage as it is declared now runs with what that execution
 * ran it with. All that AWS asks of a rollback holds but for the version; what the stage needs today must be there. An extension.
 */
import type { PipelineDeclaration } from '../pipeline/declaration.ts'
import type { RollbackPreview } from './extensions.ts'
import type { ExtensionEvent } from './extension-events.ts'
import { describeNeed, unmetNeeds } from './needs.ts'
import { own } from './record.ts'
import { rejectUnknownExecution, rejectUnknownStage } from './rejections.ts'
import { obstacleInPipeline, obstacleInTarget, rejectRollback, rollBack } from './rollback.ts'
import type { ExecutionExtension, PipelineExecution, PipelineState } from './state.ts'
import { changedMembers } from './structure-change.ts'
import type { Rejected, Turn, Verdict } from './turn.ts'
import { obstacleInVariables, variablesOf } from './variables.ts'

type Request = Extract<ExtensionEvent, { type: 'CrossVersionRollbackRequested' }>

export function crossVersionRollbackRequested(turn: Turn, request: Request): Verdict {
  const { draft } = turn
  const { stage, executionId, targetExecutionId, by, reason } = request
  const target = own(draft.executions, targetExecutionId) ?? request.target
  if (target === undefined) return rejectUnknownExecution(draft.key, targetExecutionId)
  const obstacle = obstacleTo(draft, stage, target)
  if (obstacle !== undefined) return obstacle
  const extension: ExecutionExtension = {
    type: 'RollbackAcrossVersions',
    targetVersion: target.pipelineVersion,
    by,
    ...(reason === undefined ? {} : { reason }),
  }
  const trigger = { type: 'ManualRollback', detail: by } as const
  const variables = variablesOf(draft.declaration, target)
  const crosses = target.pipelineVersion !== draft.version
  rollBack(turn, { stage, executionId, target, trigger }, crosses ? { variables, extension } : {})
  return { reply: { executionId } }
}

/**
 * What rolling the stage back to that execution would do, now.
 * @param then the structure that the target ran on; absent: it is no longer known, and nothing can be said about changes
 */
export function previewRollback(
  state: PipelineState,
  stage: string,
  target: PipelineExecution,
  then: PipelineDeclaration | undefined,
): RollbackPreview {
  const declared = state.declaration.stages.find(({ name }) => name === stage)
  const earlier = then?.stages.find(({ name }) => name === stage)
  const refusal = obstacleTo(state, stage, target)?.rejection
  return {
    stageName: stage,
    targetPipelineExecutionId: target.id,
    pipelineVersion: state.version,
    targetPipelineVersion: target.pipelineVersion,
    isAcrossVersions: target.pipelineVersion !== state.version,
    ...(refusal === undefined ? {} : { refusal }),
    actions: (declared?.actions ?? []).map((action) => {
      const before = earlier?.actions.find(({ name }) => name === action.name)
      return {
        actionName: action.name,
        runOrder: action.runOrder,
        actionTypeId: action.actionTypeId,
        inputArtifacts: action.inputArtifacts.map(({ name }) => artifactIn(target, name)),
        ...(earlier === undefined ? {} : { isNew: before === undefined }),
        ...(before === undefined ? {} : { changes: changedMembers(before, action) }),
      }
    }),
    removedActions: (earlier?.actions ?? [])
      .map(({ name }) => name)
      .filter((name) => declared?.actions.every((action) => action.name !== name)),
    artifactRevisions: target.artifactRevisions,
    variables: Object.entries(variablesOf(state.declaration, target)).map(([name, resolvedValue]) => ({
      name,
      resolvedValue,
    })),
  }
}

function obstacleTo(state: PipelineState, stage: string, target: PipelineExecution): Rejected | undefined {
  const declared = state.declaration.stages.find(({ name }) => name === stage)
  if (declared === undefined) return rejectUnknownStage(state.key, stage)
  const obstacle = obstacleInPipeline(state, stage) ?? obstacleInTarget(state, stage, target)
  if (obstacle !== undefined || target.pipelineVersion === state.version) return obstacle
  const missing = obstacleInVariables(state.declaration, target)
  if (missing !== undefined)
    return rejectRollback(stage, `execution '${target.id}' is of another version, and ${missing}`)
  const [need] = unmetNeeds([declared], target, false)
  return need && rejectRollback(stage, `${describeNeed(need)}, which execution '${target.id}' does not have`)
}

function artifactIn(
  { artifacts, artifactRevisions }: PipelineExecution,
  name: string,
): RollbackPreview['actions'][number]['inputArtifacts'][number] {
  const location = own(artifacts, name)
  const revision = artifactRevisions.find((each) => each.name === name)
  return {
    name,
    ...(location === undefined ? {} : { s3location: { bucket: location.bucket, key: location.key } }),
    ...(revision === undefined ? {} : { revisionId: revision.revisionId }),
    ...(revision?.revisionSummary === undefined ? {} : { revisionSummary: revision.revisionSummary }),
  }
}
