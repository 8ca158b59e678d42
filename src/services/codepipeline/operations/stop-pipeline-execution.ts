import {
  StopPipelineExecution$,
  type StopPipelineExecutionCommandInput,
  type StopPipelineExecutionCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { accepted, keyOf } from '../pipelines.ts'

export const stopPipelineExecution = define<StopPipelineExecutionCommandInput, StopPipelineExecutionCommandOutput>(
  StopPipelineExecution$,
  ({ pipelineName }, call) => pipelineArn(call, pipelineName),
  async ({ engine }, { pipelineName, pipelineExecutionId = '', abandon = false, reason }, call) => {
    const key = keyOf(call, pipelineName)
    const answer = await engine.send(key, {
      type: 'StopRequested',
      executionId: pipelineExecutionId,
      abandon,
      ...(reason !== undefined && { reason }),
      by: call.principal.arn,
    })
    accepted(answer, key)
    return { pipelineExecutionId }
  },
)
