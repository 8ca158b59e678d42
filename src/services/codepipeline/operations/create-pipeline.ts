import {
  CreatePipeline$,
  type CreatePipelineCommandInput,
  type CreatePipelineCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { StaleWrite } from '../../../store/store.ts'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { limitsOf } from '../dependencies.ts'
import { limitExceeded, pipelineNameInUse } from '../errors.ts'
import { keyOf } from '../pipelines.ts'
import { declarationView, normalised, startValues } from '../structure.ts'
import { addTags, tagList } from '../tags.ts'

/** The new pipeline runs at once, unless a variable has no value: there is nobody to give it (`spec` 1.9). */
export const createPipeline = define<CreatePipelineCommandInput, CreatePipelineCommandOutput>(
  CreatePipeline$,
  ({ pipeline }, call) => pipelineArn(call, pipeline?.name),
  async (dependencies, { pipeline, tags: given }, call) => {
    const { store, engine } = dependencies
    const key = keyOf(call, pipeline?.name)
    if ((await store.read.pipelines.load(key)) !== undefined) throw pipelineNameInUse(key.account, key.name)
    const tags = addTags({}, given, pipelineArn(call, key.name))
    const { declaration, custom } = await normalised(dependencies, key, pipeline, undefined)
    const { pipelinesPerRegion } = limitsOf(dependencies)
    const existing = await store.read.pipelines.list(key, { limit: pipelinesPerRegion })
    if (existing.length >= pipelinesPerRegion) throw limitExceeded('pipelines', pipelinesPerRegion)
    try {
      await engine.create({
        key,
        declaration,
        tags,
        startedBy: call.principal.arn,
        variables: startValues(declaration),
      })
    } catch (error) {
      if (error instanceof StaleWrite) throw pipelineNameInUse(key.account, key.name)
      throw error
    }
    return {
      pipeline: declarationView(declaration, custom),
      ...(given !== undefined && given.length > 0 && { tags: tagList(tags) }),
    }
  },
)
