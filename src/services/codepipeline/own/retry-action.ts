import type { ExtensionOutput, RetryActionInput } from '../../../core/execution/extensions.ts'
import { stageArn } from '../arns.ts'
import { accepted, keyOf } from '../pipelines.ts'
import { ownOperation } from './define.ts'

/** One failed action of a stage runs again, inside the same execution. */
export const retryAction = ownOperation<RetryActionInput, ExtensionOutput>({
  isExtension: true,
  action: 'codepipeline:RetryStageExecution',
  resource: ({ pipelineName, stageName }, call) => stageArn(call, pipelineName, stageName),
  members: {
    'pipelineName!': 'PipelineName',
    'pipelineExecutionId!': 'PipelineExecutionId',
    'stageName!': 'StageName',
    'actionName!': 'ActionName',
  },
  handle: async ({ engine }, { pipelineName, pipelineExecutionId, stageName: stage, actionName: action }, call) => {
    const key = keyOf(call, pipelineName)
    const by = call.principal.arn
    const event = { type: 'ActionRetryRequested', executionId: pipelineExecutionId, stage, action, by } as const
    accepted(await engine.send(key, event), key)
    return { pipelineExecutionId }
  },
})
