import {
  ListRuleExecutions$,
  type ListRuleExecutionsCommandInput,
  type ListRuleExecutionsCommandOutput,
} from '@aws-sdk/client-codepipeline'
import type { PipelineKey, RuleExecution } from '../../../core/execution/execution.ts'
import type { PipelineReader } from '../../../store/store.ts'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { validation } from '../errors.ts'
import { keyOf, requireExecution, requirePipeline } from '../pipelines.ts'
import { page, readToken, writeToken } from '../tokens.ts'
import { ruleExecutionDetail } from '../views/conditions.ts'

const DEFAULT_PAGE = 100

/** Newest start first. `Latest` shows the newest run of each rule, `All` also those of earlier evaluations of its condition. */
export const listRuleExecutions = define<ListRuleExecutionsCommandInput, ListRuleExecutionsCommandOutput>(
  ListRuleExecutions$,
  ({ pipelineName }, call) => pipelineArn(call, pipelineName),
  async (dependencies, { pipelineName, filter, maxResults, nextToken }, call) => {
    const key = keyOf(call, pipelineName)
    const { pipelines } = dependencies.store.read
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
    const before = readToken<number>('ListRuleExecutions', scope, nextToken)
    const found =
      latestOnly && executionId !== undefined
        ? (await latestRuns(pipelines, key, executionId)).filter(({ sequence }) => sequence < (before ?? Infinity))
        : await pipelines.ruleExecutions(key, {
            limit: limit + 1,
            ...(executionId !== undefined && { executionId }),
            ...(before !== undefined && { before }),
          })
    const { items, ...rest } = page(found, limit, ({ sequence }) => writeToken('ListRuleExecutions', scope, sequence))
    return { ...rest, ruleExecutionDetails: items.map(({ rule }) => ruleExecutionDetail(rule)) }
  },
)

/** The rules of one execution are a few a stage, and a few more for each retry: they fit into memory. */
async function latestRuns(pipelines: PipelineReader, key: PipelineKey, executionId: string) {
  const latest = new Map<string, { readonly sequence: number; readonly rule: RuleExecution }>()
  for (const run of await pipelines.ruleExecutions(key, { executionId, limit: Number.MAX_SAFE_INTEGER })) {
    const { stage, condition, rule } = run.rule
    const name = `${stage}/${condition}/${rule}`
    if (!latest.has(name)) latest.set(name, run)
  }
  return [...latest.values()]
}
