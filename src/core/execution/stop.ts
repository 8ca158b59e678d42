/**
 * Stopping an execution: wait for its running actions, or abandon them.
 * Source: CodePipeline user guide, "How executions are stopped".
 */
import { abandonAction, currentStage } from './actions.ts'
import { conclude, stopSummary } from './conclude.ts'
import { cancelConditions } from './conditions.ts'
import type { PipelineEvent } from './events.ts'
import { own } from './record.ts'
import { publishPipelineChange, publishStageChange } from './state-changes.ts'
import type { PipelineExecution, StageExecution } from './state.ts'
import { isActive, locksStages, runningActions } from './status.ts'
import { putExecution, putStageState, reject, stageStateOf, type Turn, type Verdict } from './turn.ts'

type Request = Extract<PipelineEvent, { type: 'StopRequested' }>

export function stopRequested(turn: Turn, request: Request): Verdict {
  const execution = own(turn.draft.executions, request.executionId)
  if (isDuplicate(execution, request)) {
    return reject(
      'DuplicatedStopRequestException',
      `A request to stop execution '${request.executionId}' has already been made`,
    )
  }
  if (execution === undefined || !isActive(execution)) {
    return reject('PipelineExecutionNotStoppableException', `Execution '${request.executionId}' is not in progress`)
  }
  const { reason, abandon, by } = request
  const stop = { abandon, at: turn.at, by, ...(reason === undefined ? {} : { reason }) }
  if (execution.at?.place === 'waiting') stopWaiting(turn, { ...execution, stop }, execution.at.stage)
  else stopInside(turn, { ...execution, stop })
  return { reply: { executionId: execution.id } }
}

/** Waiting can be hardened into abandoning, but nothing can be asked for twice; abandoning is over at once. */
function isDuplicate(execution: PipelineExecution | undefined, { abandon }: Request): boolean {
  if (execution?.stop === undefined) return false
  return execution.status === 'Stopping'
    ? !abandon
    : execution.status === 'Stopped' && abandon && execution.stop.abandon
}

/** It ends at once and never enters; it stays visible in front of the stage until another one takes the place. */
function stopWaiting(turn: Turn, execution: PipelineExecution, stage: string): void {
  const { id } = conclude(turn, execution, 'Stopped', stopSummary(execution))
  if (locksStages(execution.mode)) putStageState(turn, stage, { ...stageStateOf(turn, stage), stoppedInbound: id })
}

function stopInside(turn: Turn, execution: PipelineExecution): void {
  const stopping = execution.status === 'Stopping' ? putExecution(turn, execution) : announce(turn, execution)
  const isAbandoned = execution.stop?.abandon === true
  cancelConditions(turn, stopping, isAbandoned ? 'Abandoned' : 'Cancelled', stopSummary(execution))
  if (isAbandoned) {
    const because = execution.stop?.reason
    const reason = `The execution was stopped and abandoned${because === undefined ? '' : `: ${because}`}`
    for (const run of runningActions(currentStage(stopping) ?? NOTHING)) abandonAction(turn, run, reason)
  }
  turn.agenda.push({ type: 'advance', executionId: execution.id })
}

const NOTHING: Pick<StageExecution, 'actions'> = { actions: {} }

function announce(turn: Turn, execution: PipelineExecution): PipelineExecution {
  const stage = currentStage(execution)
  const name = execution.at?.stage
  if (stage === undefined || name === undefined) return execution
  const stopping: StageExecution = { ...stage, status: 'Stopping' }
  const updated = putExecution(turn, {
    ...execution,
    status: 'Stopping',
    stages: { ...execution.stages, [name]: stopping },
  })
  publishPipelineChange(turn, updated, 'STOPPING')
  publishStageChange(turn, updated, name, stopping, 'STOPPING')
  return updated
}
