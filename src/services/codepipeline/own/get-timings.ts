import { timingsOf, type ExecutionTimings } from '../../../core/execution/timings.ts'
import { pipelineArn } from '../arns.ts'
import { keyOf, requireExecution, requirePipeline } from '../pipelines.ts'
import { ownOperation } from './define.ts'

interface Input {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
}

/** Where did the time of an execution go? */
export const getTimings = ownOperation<Input, ExecutionTimings>({
  action: 'codepipeline:ListActionExecutions',
  resource: ({ pipelineName }, call) => pipelineArn(call, pipelineName),
  members: { 'pipelineName!': 'PipelineName', 'pipelineExecutionId!': 'PipelineExecutionId' },
  handle: async (dependencies, { pipelineName, pipelineExecutionId: executionId }, call) => {
    const key = keyOf(call, pipelineName)
    const { pipelines } = dependencies.store.read
    await requirePipeline(dependencies, key)
    const execution = await requireExecution(dependencies, key, executionId)
    const [actions, rules] = await Promise.all([
      everything((page) => pipelines.actionExecutions(key, { executionId, ...page })),
      everything((page) => pipelines.ruleExecutions(key, { executionId, ...page })),
    ])
    return timingsOf({
      pipelineName,
      execution,
      actions: actions.map(({ action }) => action),
      rules: rules.map(({ rule }) => rule),
      now: dependencies.clock.now(),
    })
  },
})

/** One execution has a bounded number of runs; they fit into memory. */
async function everything<Item extends { readonly sequence: number }>(
  read: (page: { before?: number; limit: number }) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const limit = 200
  const all: Item[] = []
  for (let before: number | undefined; ;) {
    const page = await read({ limit, ...(before !== undefined && { before }) })
    all.push(...page)
    before = page.at(-1)?.sequence
    if (before === undefined || page.length < limit) return all
  }
}
