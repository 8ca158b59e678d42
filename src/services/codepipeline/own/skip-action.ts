import type { ExtensionOutput, SkipActionInput } from '../../../core/execution/extensions.ts'
import { stageArn } from '../arns.ts'
import { accepted, keyOf, requireExecution, requirePipeline } from '../pipelines.ts'
import { ownOperation } from './define.ts'
import { givenReason } from './reason.ts'

/** An action is skipped once: when its turn comes, or now that it has failed. Who may override a condition may do this. */
export const skipAction = ownOperation<SkipActionInput, ExtensionOutput>({
  isExtension: true,
  action: 'codepipeline:OverrideStageCondition',
  resource: ({ pipelineName, stageName }, call) => stageArn(call, pipelineName, stageName),
  members: {
    'pipelineName!': 'PipelineName',
    'pipelineExecutionId!': 'PipelineExecutionId',
    'stageName!': 'StageName',
    'actionName!': 'ActionName',
    'reason!': 'StopPipelineExecutionReason',
  },
  handle: async (dependencies, input, call) => {
    const { pipelineName, pipelineExecutionId, stageName: stage, actionName: action } = input
    const key = keyOf(call, pipelineName)
    const reason = givenReason(input)
    await requirePipeline(dependencies, key)
    await requireExecution(dependencies, key, pipelineExecutionId)
    const by = call.principal.arn
    const event = { type: 'ActionSkipRequested', executionId: pipelineExecutionId, stage, action, reason, by } as const
    accepted(await dependencies.engine.send(key, event), key)
    return { pipelineExecutionId }
  },
})
