import {
  UpdatePipeline$,
  type UpdatePipelineCommandInput,
  type UpdatePipelineCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { accepted, keyOf, requirePipeline } from '../pipelines.ts'
import { inTurn } from '../turns.ts'
import { declarationView, normalised } from '../structure.ts'

/** Replaces the whole structure, never starts anything; updates of one pipeline take turns, so each gets its own version. */
export const updatePipeline = define<UpdatePipelineCommandInput, UpdatePipelineCommandOutput>(
  UpdatePipeline$,
  ({ pipeline }, call) => pipelineArn(call, pipeline?.name),
  (dependencies, { pipeline }, call) => {
    const key = keyOf(call, pipeline?.name)
    return inTurn(dependencies, pipelineArn(call, key.name), async () => {
      const { state } = await requirePipeline(dependencies, key)
      const { declaration, custom } = await normalised(dependencies, key, pipeline, state.declaration)
      accepted(await dependencies.engine.send(key, { type: 'PipelineUpdated', declaration }), key)
      return { pipeline: declarationView(declaration, custom) }
    })
  },
)
