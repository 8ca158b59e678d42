import {
  GetPipelineState$,
  type GetPipelineStateCommandInput,
  type GetPipelineStateCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { keyOf, requirePipeline } from '../pipelines.ts'
import { typesForMasking } from '../structure.ts'
import { stageStates } from '../views/pipeline-state.ts'

export const getPipelineState = define<GetPipelineStateCommandInput, GetPipelineStateCommandOutput>(
  GetPipelineState$,
  ({ name }, call) => pipelineArn(call, name),
  async (dependencies, { name }, call) => {
    const key = keyOf(call, name)
    const { state } = await requirePipeline(dependencies, key)
    return {
      pipelineName: key.name,
      pipelineVersion: state.version,
      stageStates: stageStates(state, await typesForMasking(dependencies, key, state.declaration), dependencies.strict),
      created: new Date(state.createdAt),
      updated: new Date(state.updatedAt),
    }
  },
)
