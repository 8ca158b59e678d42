import { explainPipeline } from '../../../core/execution/explain.ts'
import type { PipelineExecution } from '../../../core/execution/execution.ts'
import type { ExecutionOverview, PipelineOverview, PipelineOverviews } from '../../../core/execution/overview.ts'
import type { Call } from '../../../wire/wire.ts'
import type { CodePipelineDependencies } from '../dependencies.ts'
import { keyOf, requirePipeline } from '../pipelines.ts'
import { page, readToken, writeToken } from '../tokens.ts'
import { executionSummary } from '../views/executions.ts'
import { ownOperation } from './define.ts'

interface Input {
  /** absent: all of them, by name */
  readonly pipelineName?: string
  readonly nextToken?: string
}

/** what one answer holds: each costs two reads */
const PAGE = 50
/** enough for a trend */
const EXECUTIONS = 30
const REASONS = 3

const OPERATION = 'ListPipelineOverviews'

/** All pipelines with what each does, did and waits for: one call where AWS needs three for each. */
export const listPipelineOverviews = ownOperation<Input, PipelineOverviews>({
  action: 'codepipeline:ListPipelines',
  resource: () => '*',
  members: { pipelineName: 'PipelineName', nextToken: 'NextToken' },
  handle: async (dependencies, { pipelineName, nextToken }, call) => {
    if (pipelineName !== undefined) return { pipelines: [await overviewOf(dependencies, call, pipelineName)] }
    const { account, region } = call
    const scope = [account, region]
    const after = readToken<string>(OPERATION, scope, nextToken)
    const found = await dependencies.store.read.pipelines.list(
      { account, region },
      { limit: PAGE + 1, ...(after !== undefined && { after }) },
    )
    const { items, ...rest } = page(found, PAGE, ({ name }) => writeToken(OPERATION, scope, name))
    const pipelines = await Promise.all(items.map(({ name }) => overviewOf(dependencies, call, name).catch(unlessGone)))
    return { ...rest, pipelines: pipelines.filter((pipeline) => pipeline !== undefined) }
  },
})

/** Deleted between the list and the look. */
function unlessGone(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 'PipelineNotFoundException') throw error
}

async function overviewOf(dependencies: CodePipelineDependencies, call: Call, name: string): Promise<PipelineOverview> {
  const key = keyOf(call, name)
  const { state, tags } = await requirePipeline(dependencies, key)
  const executions = await dependencies.store.read.pipelines.executions(key, { limit: EXECUTIONS })
  const limits = { timeoutsOfApprovalsOnly: dependencies.strict ?? false }
  const reasons = explainPipeline({ state, now: dependencies.clock.now(), limits })
  return {
    name,
    version: state.version,
    executionMode: state.declaration.executionMode,
    updated: state.updatedAt,
    tags,
    executions: executions.map(executionOverview),
    reasons: reasons.slice(0, REASONS),
  }
}

function executionOverview(execution: PipelineExecution): ExecutionOverview {
  const [source] = executionSummary(execution).sourceRevisions ?? []
  return {
    id: execution.id,
    status: execution.status,
    started: execution.startedAt,
    updated: execution.updatedAt,
    ...(source?.revisionId !== undefined && { revisionId: source.revisionId }),
    ...(source?.revisionSummary !== undefined && { revisionSummary: source.revisionSummary }),
  }
}
