import { GetPipeline$, type GetPipelineCommandInput, type GetPipelineCommandOutput } from '@aws-sdk/client-codepipeline'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { pipelineVersionNotFound } from '../errors.ts'
import { keyOf, requirePipeline } from '../pipelines.ts'
import { declarationView, typesForMasking } from '../structure.ts'

export const getPipeline = define<GetPipelineCommandInput, GetPipelineCommandOutput>(
  GetPipeline$,
  ({ name }, call) => pipelineArn(call, name),
  async (dependencies, { name, version }, call) => {
    const key = keyOf(call, name)
    const { state } = await requirePipeline(dependencies, key)
    const declaration =
      version === undefined || version === state.version
        ? state.declaration
        : await dependencies.store.read.pipelines.declaration(key, version)
    if (declaration === undefined) throw pipelineVersionNotFound(key.account, key.name, version ?? 0)
    return {
      pipeline: declarationView(declaration, await typesForMasking(dependencies, key, declaration)),
      metadata: {
        pipelineArn: pipelineArn(call, key.name),
        created: new Date(state.createdAt),
        updated: new Date(state.updatedAt),
      },
    }
  },
)
