/** Refusals that several operations share. Texts: see the API reference of each exception; AWS documents the names only. */
import type { ExecutionId, PipelineKey } from './state.ts'
import { reject, type Rejected, type Turn, type Verdict } from './turn.ts'
import { isActive, isLimited } from './status.ts'

export const rejectUnknownStage = ({ account, name }: PipelineKey, stage: string): Rejected =>
  reject(
    'StageNotFoundException',
    `Account '${account}' does not have a stage with name '${stage}' in pipeline '${name}'`,
  )

export const rejectUnknownAction = ({ account, name }: PipelineKey, stage: string, action: string): Verdict =>
  reject(
    'ActionNotFoundException',
    `Account '${account}' does not have an action with name '${action}' in stage '${stage}' of pipeline '${name}'`,
  )

export const rejectUnknownExecution = ({ account, name }: PipelineKey, id: ExecutionId): Rejected =>
  reject(
    'PipelineExecutionNotFoundException',
    `Account '${account}' does not have an execution with id '${id}' for pipeline '${name}'`,
  )

export const rejectNotLatest = (id: ExecutionId, stage: string): Verdict =>
  reject('NotLatestPipelineExecutionException', `Execution '${id}' is not the latest execution of stage '${stage}'`)

/** QUEUED and PARALLEL pipelines: one more execution in progress would be one too many. */
export const isFull = ({ draft, limits }: Turn): boolean =>
  isLimited(draft.declaration.executionMode) &&
  Object.values(draft.executions).filter(isActive).length >= limits.concurrentExecutions

export const fullMessage = ({ limits }: Turn): string =>
  `The pipeline has reached the limit of ${limits.concurrentExecutions} concurrent executions.`

export const rejectFull = (turn: Turn): Verdict =>
  reject('ConcurrentPipelineExecutionsLimitExceededException', fullMessage(turn))
