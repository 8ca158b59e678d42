/** Which executions and declarations the state keeps: those that can still matter. History has the rest. */
import type { PipelineDeclaration } from '../pipeline/declaration.ts'
import { retryableParallel } from './parallel.ts'
import type { ExecutionId, PipelineExecution, PipelineState } from './state.ts'
import { isActive } from './status.ts'

/** An execution that ended in this decision stays for this once: otherwise its end would never be saved. */
export function retainedExecutions(
  before: PipelineState,
  after: PipelineState,
): Readonly<Record<ExecutionId, PipelineExecution>> {
  const needed = neededByStages(after)
  const kept = (execution: PipelineExecution): boolean =>
    isActive(execution) || needed.has(execution.id) || before.executions[execution.id] !== execution
  const ended = Object.values(after.executions).filter((execution) => !kept(execution))
  if (ended.length === 0) return after.executions
  const retryable = retryableParallel(ended, after.version)
  const dropped = ended.filter(({ id }) => !retryable.has(id))
  if (dropped.length === 0) return after.executions
  const executions = { ...after.executions }
  for (const { id } of dropped) delete executions[id]
  return executions
}

function neededByStages(state: PipelineState): ReadonlySet<ExecutionId> {
  const needed = new Set<ExecutionId>()
  for (const name in state.stages) {
    const { latest, stoppedInbound, rollbackTarget } = state.stages[name] ?? {}
    if (latest !== undefined) needed.add(latest)
    if (stoppedInbound !== undefined) needed.add(stoppedInbound)
    if (rollbackTarget !== undefined) needed.add(rollbackTarget)
  }
  return needed
}

export function retainedVersions(state: PipelineState): Readonly<Record<string, PipelineDeclaration>> {
  const versions = Object.keys(state.olderVersions)
  if (versions.length === 0) return state.olderVersions
  const running = new Set(
    Object.values(state.executions)
      .filter(isActive)
      .map(({ pipelineVersion }) => `${pipelineVersion}`),
  )
  if (versions.every((version) => running.has(version))) return state.olderVersions
  return Object.fromEntries(Object.entries(state.olderVersions).filter(([version]) => running.has(version)))
}
