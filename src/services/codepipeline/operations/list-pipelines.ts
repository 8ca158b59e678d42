import {
  ListPipelines$,
  type ListPipelinesCommandInput,
  type ListPipelinesCommandOutput,
  type PipelineSummary,
} from '@aws-sdk/client-codepipeline'
import { define } from '../define.ts'
import { page, readToken, writeToken } from '../tokens.ts'

const DEFAULT_PAGE = 1000

export const listPipelines = define<ListPipelinesCommandInput, ListPipelinesCommandOutput>(
  ListPipelines$,
  '*',
  async ({ store }, { nextToken, maxResults }, { account, region }) => {
    const scope = [account, region]
    const limit = maxResults ?? DEFAULT_PAGE
    const after = readToken<string>('ListPipelines', scope, nextToken)
    const found = await store.read.pipelines.list(
      { account, region },
      { limit: limit + 1, ...(after !== undefined && { after }) },
    )
    const { items, ...rest } = page(found, limit, ({ name }) => writeToken('ListPipelines', scope, name))
    return {
      ...rest,
      pipelines: items.map((summary) => ({
        name: summary.name,
        version: summary.version,
        pipelineType: summary.pipelineType as NonNullable<PipelineSummary['pipelineType']>,
        executionMode: summary.executionMode as NonNullable<PipelineSummary['executionMode']>,
        created: new Date(summary.createdAt),
        updated: new Date(summary.updatedAt),
      })),
    }
  },
)
