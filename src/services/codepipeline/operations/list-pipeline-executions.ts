import {
  ListPipelineExecutions$,
  type ListPipelineExecutionsCommandInput,
  type ListPipelineExecutionsCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { keyOf, requirePipeline } from '../pipelines.ts'
import { page, readToken, writeToken } from '../tokens.ts'
import { executionSummary } from '../views/executions.ts'

const DEFAULT_PAGE = 100

/** Newest first. With `succeededInStage`: what a rollback of that stage may go back to. */
export const listPipelineExecutions = define<ListPipelineExecutionsCommandInput, ListPipelineExecutionsCommandOutput>(
  ListPipelineExecutions$,
  ({ pipelineName }, call) => pipelineArn(call, pipelineName),
  async (dependencies, { pipelineName, maxResults, filter, nextToken }, call) => {
    const key = keyOf(call, pipelineName)
    const { state } = await requirePipeline(dependencies, key)
    const stage = filter?.succeededInStage?.stageName
    const scope = [key, stage]
    const limit = maxResults ?? DEFAULT_PAGE
    const beforeAge = readToken<number>('ListPipelineExecutions', scope, nextToken)
    const found = await dependencies.store.read.pipelines.executions(key, {
      limit: limit + 1,
      ...(beforeAge !== undefined && { beforeAge }),
      ...(stage !== undefined && { succeededInStage: { stage, version: state.version } }),
    })
    const { items, ...rest } = page(found, limit, ({ age }) => writeToken('ListPipelineExecutions', scope, age))
    return { ...rest, pipelineExecutionSummaries: items.map((item) => executionSummary(item, dependencies.strict)) }
  },
)
