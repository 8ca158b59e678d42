import {
  RetryStageExecution$,
  type RetryStageExecutionCommandInput,
  type RetryStageExecutionCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { stageArn } from '../arns.ts'
import { define } from '../define.ts'
import { accepted, keyOf } from '../pipelines.ts'

export const retryStageExecution = define<RetryStageExecutionCommandInput, RetryStageExecutionCommandOutput>(
  RetryStageExecution$,
  ({ pipelineName, stageName }, call) => stageArn(call, pipelineName, stageName),
  async (
    { engine },
    { pipelineName, stageName: stage = '', pipelineExecutionId = '', retryMode: mode = 'FAILED_ACTIONS' },
    call,
  ) => {
    const key = keyOf(call, pipelineName)
    const answer = await engine.send(key, {
      type: 'RetryRequested',
      executionId: pipelineExecutionId,
      stage,
      mode,
      by: call.principal.arn,
    })
    accepted(answer, key)
    return { pipelineExecutionId }
  },
)
