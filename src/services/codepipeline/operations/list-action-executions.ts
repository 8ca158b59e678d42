import {
  ListActionExecutions$,
  type ListActionExecutionsCommandInput,
  type ListActionExecutionsCommandOutput,
} from '@aws-sdk/client-codepipeline'
import type { ActionExecution, PipelineKey } from '../../../core/execution/execution.ts'
import type { PipelineReader } from '../../../store/store.ts'
import { customTypes } from '../action-types.ts'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { validation } from '../errors.ts'
import { keyOf, requireExecution, requirePipeline } from '../pipelines.ts'
import { page, readToken, writeToken } from '../tokens.ts'
import { actionExecutionDetail } from '../views/action-executions.ts'

const DEFAULT_PAGE = 100

/** Newest start first. `Latest` shows the newest run of each action, `All` also those that a retry replaced. */
export const listActionExecutions = define<ListActionExecutionsCommandInput, ListActionExecutionsCommandOutput>(
  ListActionExecutions$,
  ({ pipelineName }, call) => pipelineArn(call, pipelineName),
  async (dependencies, { pipelineName, filter, maxResults, nextToken }, call) => {
    const key = keyOf(call, pipelineName)
    const { pipelines, resources } = dependencies.store.read
    await requirePipeline(dependencies, key)
    const { pipelineExecutionId, latestInPipelineExecution } = filter ?? {}
    if (pipelineExecutionId !== undefined && latestInPipelineExecution !== undefined) {
      throw validation('pipelineExecutionId and latestInPipelineExecution cannot be specified together')
    }
    const executionId = pipelineExecutionId ?? latestInPipelineExecution?.pipelineExecutionId
    if (executionId !== undefined) await requireExecution(dependencies, key, executionId)
    const latestOnly = latestInPipelineExecution?.startTimeRange === 'Latest'
    const scope = [key, executionId, latestOnly]
    const limit = maxResults ?? DEFAULT_PAGE
    const before = readToken<number>('ListActionExecutions', scope, nextToken)
    const found =
      latestOnly && executionId !== undefined
        ? (await latestRuns(pipelines, key, executionId)).filter(({ sequence }) => sequence < (before ?? Infinity))
        : await pipelines.actionExecutions(key, {
            limit: limit + 1,
            ...(executionId !== undefined && { executionId }),
            ...(before !== undefined && { before }),
          })
    const { items, ...rest } = page(found, limit, ({ sequence }) => writeToken('ListActionExecutions', scope, sequence))
    const runs = items.map(({ action }) => action)
    const custom = await customTypes(
      resources,
      call,
      runs.map(({ typeId }) => typeId),
      { deleted: true },
    )
    return {
      ...rest,
      actionExecutionDetails: runs.map((run) => actionExecutionDetail(run, custom, dependencies.strict)),
    }
  },
)

/** One execution has a bounded number of actions; its runs fit into memory. */
async function latestRuns(pipelines: PipelineReader, key: PipelineKey, executionId: string) {
  const latest = new Map<string, { readonly sequence: number; readonly action: ActionExecution }>()
  for (let before: number | undefined; ;) {
    const runs = await pipelines.actionExecutions(key, {
      executionId,
      limit: DEFAULT_PAGE,
      ...(before !== undefined && { before }),
    })
    for (const run of runs) {
      const name = `${run.action.stage}/${run.action.action}`
      if (!latest.has(name)) latest.set(name, run)
    }
    before = runs.at(-1)?.sequence
    if (before === undefined || runs.length < DEFAULT_PAGE) return [...latest.values()]
  }
}
