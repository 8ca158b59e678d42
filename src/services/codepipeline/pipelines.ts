import type { ExecutionId, PipelineKey, PipelineState } from '../../core/execution/execution.ts'
import type { ActionDeclaration } from '../../core/pipeline/declaration.ts'
import type { EngineAnswer } from '../../engine/engine.ts'
import type { PipelineRecord } from '../../store/store.ts'
import { ServiceError, type Call } from '../../wire/wire.ts'
import type { CodePipelineDependencies } from './dependencies.ts'
import { actionNotFound, executionNotFound, pipelineNotFound, stageNotFound } from './errors.ts'

export const keyOf = ({ account, region }: Pick<Call, 'account' | 'region'>, name = ''): PipelineKey => ({
  account,
  region,
  name,
})

/** @throws PipelineNotFoundException */
export async function requirePipeline({ store }: CodePipelineDependencies, key: PipelineKey): Promise<PipelineRecord> {
  const record = await store.read.pipelines.load(key)
  if (record === undefined) throw pipelineNotFound(key.account, key.name)
  return record
}

/** Of the current version. @throws StageNotFoundException, ActionNotFoundException */
export function requireAction({ key, declaration }: PipelineState, stageName = '', actionName = ''): ActionDeclaration {
  const stage = declaration.stages.find(({ name }) => name === stageName)
  if (stage === undefined) throw stageNotFound(key, stageName)
  const action = stage.actions.find(({ name }) => name === actionName)
  if (action === undefined) throw actionNotFound(key, stageName, actionName)
  return action
}

/** @throws PipelineExecutionNotFoundException */
export async function requireExecution({ store }: CodePipelineDependencies, key: PipelineKey, id: ExecutionId) {
  const execution = await store.read.pipelines.execution(key, id)
  if (execution === undefined) throw executionNotFound(key.account, key.name, id)
  return execution
}

type Accepted = Extract<EngineAnswer, { accepted: true }>

/** @throws what the rules answer to a caller who asked for what they forbid */
export function accepted(answer: EngineAnswer, key: PipelineKey): Accepted {
  if (answer.accepted) return answer
  if (answer.rejection === 'no-such-pipeline') throw pipelineNotFound(key.account, key.name)
  throw new ServiceError(answer.rejection.code, answer.rejection.message)
}
