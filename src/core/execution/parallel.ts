/**
 * PARALLEL mode: executions know nothing of each other. No locks, no queues, no pipeline state; only limits.
 * Source: CodePipeline user guide, "Set or change the pipeline execution mode", and "Quotas".
 */
import type { ExecutionId, PipelineExecution } from './state.ts'
import type { Turn } from './turn.ts'

/** How many more actions of the execution may start; the rest of the group waits for a slot. */
export const actionSlots = ({ limits }: Turn, { mode }: PipelineExecution, running: number): number =>
  mode === 'PARALLEL' ? Math.max(0, limits.concurrentActions - running) : Infinity

/** Where it waits is written in the execution itself: there is no line to join. */
export const waitAlone = (): void => undefined

/**
 * Those that a retry may still bring back. In the other modes a stage's latest execution is kept for that; here every execution that
 * failed or stopped on the current version is retryable, and the newest of them are kept.
 */
export function retryableParallel(
  ended: readonly PipelineExecution[],
  version: number,
  keep: number = RETRYABLE_KEPT,
): ReadonlySet<ExecutionId> {
  const retryable = ended.filter(
    ({ mode, status, pipelineVersion }) =>
      mode === 'PARALLEL' && pipelineVersion === version && (status === 'Failed' || status === 'Stopped'),
  )
  const newest = retryable.length <= keep ? retryable : retryable.toSorted((a, b) => b.age - a.age).slice(0, keep)
  return new Set(newest.map(({ id }) => id))
}

/** As many as may run at once; more would make every save of the pipeline slow. */
const RETRYABLE_KEPT = 50
