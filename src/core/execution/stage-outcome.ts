/**
 * What follows when a stage is reached, has succeeded or has failed. This is where stage conditions have their say.
 *
 * Conditions (`beforeEntry`, `onSuccess`, the `conditions` of `onFailure`) are not evaluated yet: a stage that declares them behaves
 * as if it had none. Each function below gains a result then, and every caller stops compiling until it handles it.
 */
import type { ConditionResult, StageDeclaration, StageRetryMode } from '../pipeline/declaration.ts'
import type { PipelineExecution, StageExecution } from './state.ts'

export type SuccessOutcome = 'SUCCEED'

export const afterSuccess = (_stage: StageDeclaration, _run: StageExecution): SuccessOutcome => 'SUCCEED'

export type FailureOutcome =
  | { readonly type: 'FAIL' }
  | { readonly type: 'ROLLBACK' }
  | { readonly type: 'RETRY'; readonly mode: StageRetryMode }

/** Asked when the last running action of a stage with failures has ended; the stage is still locked. */
export function afterFailure(
  { type }: PipelineExecution,
  { onFailure }: StageDeclaration,
  run: StageExecution,
): FailureOutcome {
  if (type === 'ROLLBACK') return FAIL
  return FAILURE_OUTCOME[onFailure?.result ?? 'FAIL'](run, onFailure?.retryConfiguration?.retryMode ?? 'FAILED_ACTIONS')
}

const FAIL: FailureOutcome = { type: 'FAIL' }

const FAILURE_OUTCOME = {
  FAIL: () => FAIL,
  /** exactly one automatic attempt a stage and execution */
  RETRY: ({ retry }, mode) => ((retry?.automatic ?? 0) === 0 ? { type: 'RETRY', mode } : FAIL),
  ROLLBACK: () => ({ type: 'ROLLBACK' }),
  /** validation allows it for entry conditions only */
  SKIP: () => FAIL,
} as const satisfies Record<ConditionResult, (run: StageExecution, mode: StageRetryMode) => FailureOutcome>
