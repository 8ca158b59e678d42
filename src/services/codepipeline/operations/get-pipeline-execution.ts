import {
  GetPipelineExecution$,
  type GetPipelineExecutionCommandInput,
  type GetPipelineExecutionCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { keyOf, requireExecution, requirePipeline } from '../pipelines.ts'
import { executionView } from '../views/executions.ts'

export const getPipelineExecution = define<GetPipelineExecutionCommandInput, GetPipelineExecutionCommandOutput>(
  GetPipelineExecution$,
  ({ pipelineName }, call) => pipelineArn(call, pipelineName),
  async (dependencies, { pipelineName, pipelineExecutionId = '' }, call) => {
    const key = keyOf(call, pipelineName)
    await requirePipeline(dependencies, key)
    return {
      pipelineExecution: executionView(
        key.name,
        await requireExecution(dependencies, key, pipelineExecutionId),
        dependencies.strict,
      ),
    }
  },
)
