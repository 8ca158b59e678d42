import type { ExtensionOutput, RollbackAcrossVersionsInput } from '../../../core/execution/extensions.ts'
import { stageArn } from '../arns.ts'
import { accepted, keyOf, requireExecution, requirePipeline } from '../pipelines.ts'
import { ownOperation } from './define.ts'
import { givenReason } from './reason.ts'

/** RollbackStage without its refusal of targets that ran on another version of the pipeline. */
export const rollbackAcrossVersions = ownOperation<RollbackAcrossVersionsInput, ExtensionOutput>({
  isExtension: true,
  action: 'codepipeline:RollbackStage',
  resource: ({ pipelineName, stageName }, call) => stageArn(call, pipelineName, stageName),
  members: {
    'pipelineName!': 'PipelineName',
    'stageName!': 'StageName',
    'targetPipelineExecutionId!': 'PipelineExecutionId',
    reason: 'StopPipelineExecutionReason',
  },
  handle: async (dependencies, input, call) => {
    const { pipelineName, stageName: stage, targetPipelineExecutionId: targetExecutionId, reason } = input
    const key = keyOf(call, pipelineName)
    await requirePipeline(dependencies, key)
    const executionId = dependencies.newId()
    const answer = await dependencies.engine.send(key, {
      type: 'CrossVersionRollbackRequested',
      executionId,
      stage,
      targetExecutionId,
      target: await requireExecution(dependencies, key, targetExecutionId),
      by: call.principal.arn,
      ...(reason !== undefined && { reason: givenReason({ reason }) }),
    })
    accepted(answer, key)
    return { pipelineExecutionId: executionId }
  },
})
