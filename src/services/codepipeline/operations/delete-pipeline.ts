import {
  DeletePipeline$,
  type DeletePipelineCommandInput,
  type DeletePipelineCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { keyOf } from '../pipelines.ts'

/** Deleting what is not there succeeds. */
export const deletePipeline = define<DeletePipelineCommandInput, DeletePipelineCommandOutput>(
  DeletePipeline$,
  ({ name }, call) => pipelineArn(call, name),
  async ({ engine }, { name }, call) => {
    await engine.delete(keyOf(call, name))
    return {}
  },
)
