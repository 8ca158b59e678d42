import {
  ListDeployActionExecutionTargets$,
  type ListDeployActionExecutionTargetsCommandInput,
  type ListDeployActionExecutionTargetsCommandOutput,
} from '@aws-sdk/client-codepipeline'
import type { PipelineKey } from '../../../core/execution/execution.ts'
import type { PipelineReader } from '../../../store/store.ts'
import { ServiceError } from '../../../wire/wire.ts'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { invalidNextToken } from '../errors.ts'
import { keyOf, requirePipeline } from '../pipelines.ts'

/** No deploy action of ours addresses single targets, so every action that is there has none; no token can be one of ours. */
export const listDeployActionExecutionTargets = define<
  ListDeployActionExecutionTargetsCommandInput,
  ListDeployActionExecutionTargetsCommandOutput
>(
  ListDeployActionExecutionTargets$,
  ({ pipelineName }, call) => (pipelineName === undefined ? '*' : pipelineArn(call, pipelineName)),
  async (dependencies, { pipelineName, actionExecutionId = '', nextToken }, call) => {
    if (pipelineName !== undefined) await requirePipeline(dependencies, keyOf(call, pipelineName))
    const { pipelines } = dependencies.store.read
    const names = pipelineName === undefined ? pipelinesOf(pipelines, call) : [pipelineName]
    for await (const name of names) {
      if (!(await hasRun(pipelines, keyOf(call, name), actionExecutionId))) continue
      if (nextToken !== undefined) throw invalidNextToken()
      return { targets: [] }
    }
    throw new ServiceError(
      'ActionExecutionNotFoundException',
      `Could not find an action execution with id '${actionExecutionId}'`,
    )
  },
)

const PAGE = 100

async function* pipelinesOf(pipelines: PipelineReader, { account, region }: PipelineScope): AsyncGenerator<string> {
  let after: string | undefined
  do {
    const page = await pipelines.list({ account, region }, { limit: PAGE, ...(after !== undefined && { after }) })
    for (const { name } of page) yield name
    after = page.length < PAGE ? undefined : page.at(-1)?.name
  } while (after !== undefined)
}

type PipelineScope = Pick<PipelineKey, 'account' | 'region'>

async function hasRun(pipelines: PipelineReader, key: PipelineKey, id: string): Promise<boolean> {
  let before: number | undefined
  do {
    const page = await pipelines.actionExecutions(key, { limit: PAGE, ...(before !== undefined && { before }) })
    if (page.some(({ action }) => action.id === id)) return true
    before = page.length < PAGE ? undefined : page.at(-1)?.sequence
  } while (before !== undefined)
  return false
}
