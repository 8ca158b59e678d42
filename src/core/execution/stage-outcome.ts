/** What follows when a stage is reached, has succeeded or has failed. This is where stage conditions have their say. */
import type { ConditionResult, StageRetryMode } from '../pipeline/declaration.ts'
import { ask, type Answer } from './conditions.ts'
import { own } from './record.ts'
import type { ExecutionId, StageExecution } from './state.ts'
import { executionOf, stageOf, type Turn } from './turn.ts'

export type EntryOutcome = 'ENTER' | 'WAIT' | 'SKIP' | 'FAIL'

/** Asked while the stage is locked; an execution whose actions have started has been let in. */
export const beforeEntry = (turn: Turn, id: ExecutionId, name: string, { actions }: StageExecution): EntryOutcome =>
  Object.keys(actions).length > 0 ? 'ENTER' : ENTRY_OUTCOME[ask(turn, id, name, 'beforeEntry')]

/** Validation allows no other results than FAIL and SKIP. */
const ENTRY_OUTCOME = {
  PASS: 'ENTER',
  WAIT: 'WAIT',
  SKIP: 'SKIP',
  FAIL: 'FAIL',
  RETRY: 'FAIL',
  ROLLBACK: 'FAIL',
} as const satisfies Record<Answer, EntryOutcome>

export type SuccessOutcome = 'SUCCEED' | 'WAIT' | 'ROLLBACK' | 'FAIL'

/** Asked when all actions of the stage have succeeded; the stage is still locked. */
export const afterSuccess = (turn: Turn, id: ExecutionId, stage: string): SuccessOutcome =>
  SUCCESS_OUTCOME[ask(turn, id, stage, 'onSuccess')]

/** Validation allows no other results than FAIL and ROLLBACK. */
const SUCCESS_OUTCOME = {
  PASS: 'SUCCEED',
  WAIT: 'WAIT',
  ROLLBACK: 'ROLLBACK',
  FAIL: 'FAIL',
  RETRY: 'FAIL',
  SKIP: 'FAIL',
} as const satisfies Record<Answer, SuccessOutcome>

export type FailureOutcome =
  | { readonly type: 'FAIL' }
  | { readonly type: 'WAIT' }
  | { readonly type: 'ROLLBACK' }
  | { readonly type: 'RETRY'; readonly mode: StageRetryMode }

/**
 * Asked when the stage has failed and nothing runs there any more; the stage is still locked. With both a retry and conditions the
 * retry comes first, and the conditions are asked when the stage has failed for good.
 */
export function afterFailure(turn: Turn, id: ExecutionId, stage: string): FailureOutcome {
  const execution = executionOf(turn, id)
  const { onFailure } = stageOf(turn, execution, stage)
  if (onFailure === undefined || execution.type === 'ROLLBACK') return FAIL
  const mayRetry = (own(execution.stages, stage)?.retry?.automatic ?? 0) === 0
  const mode = onFailure.retryConfiguration?.retryMode ?? 'FAILED_ACTIONS'
  const hasConditions = (onFailure.conditions ?? []).length > 0
  const { result = 'FAIL' } = onFailure
  if (!hasConditions || (result === 'RETRY' && mayRetry)) return FAILURE_OUTCOME[result](mayRetry, mode)
  return FAILURE_OUTCOME[ask(turn, id, stage, 'onFailure')](mayRetry, mode)
}

const FAIL: FailureOutcome = { type: 'FAIL' }

const FAILURE_OUTCOME = {
  FAIL: () => FAIL,
  PASS: () => FAIL,
  WAIT: () => ({ type: 'WAIT' }),
  /** exactly one automatic attempt a stage and execution */
  RETRY: (mayRetry, mode) => (mayRetry ? { type: 'RETRY', mode } : FAIL),
  ROLLBACK: () => ({ type: 'ROLLBACK' }),
  /** validation allows it for entry conditions only */
  SKIP: () => FAIL,
} as const satisfies Record<Answer | ConditionResult, (mayRetry: boolean, mode: StageRetryMode) => FailureOutcome>
