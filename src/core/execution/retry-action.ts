/** Running one failed action of a stage again, inside the same execution; the others keep their outcome. An extension. */
import { startAction } from './actions.ts'
import type { ExtensionEvent } from './extension-events.ts'
import { actionSlots } from './parallel.ts'
import { own } from './record.ts'
import { isFull, rejectFull, rejectNotLatest, rejectUnknownAction, rejectUnknownStage } from './rejections.ts'
import { resume } from './retry.ts'
import type { PipelineExecution, StageExecution } from './state.ts'
import { hasFailed, isActive, runningActions, runningRules } from './status.ts'
import { isLatest, reject, type Turn, type Verdict } from './turn.ts'

type Request = Extract<ExtensionEvent, { type: 'ActionRetryRequested' }>

export function actionRetryRequested(turn: Turn, { executionId, stage: name, action }: Request): Verdict {
  const { draft } = turn
  const declared = draft.declaration.stages.find((stage) => stage.name === name)
  if (declared === undefined) return rejectUnknownStage(draft.key, name)
  const retried = declared.actions.find((each) => each.name === action)
  if (retried === undefined) return rejectUnknownAction(draft.key, name, action)
  const execution = own(draft.executions, executionId)
  const stage = execution === undefined ? undefined : own(execution.stages, name)
  if (execution === undefined || stage === undefined || !isLatest(turn, execution, name)) {
    return rejectNotLatest(executionId, name)
  }
  const obstacle = obstacleTo(turn, execution, stage, action)
  if (obstacle !== undefined) {
    return reject(
      'ActionNotRetryableException',
      `Action '${action}' of stage '${name}' cannot be retried in execution '${executionId}': ${obstacle}`,
    )
  }
  if (!isActive(execution) && isFull(turn)) return rejectFull(turn)
  resume(turn, execution, name, (run) => run.action === action, 'ManualStageRetry')
  // as long as another action is failed, nothing starts by itself
  if (isHeldUp(stage, action)) startAction(turn, executionId, name, retried)
  return { reply: { executionId } }
}

const isHeldUp = ({ actions }: StageExecution, action: string): boolean =>
  Object.values(actions).some((run) => run.action !== action && hasFailed(run))

/** @returns why not, as the end of a sentence */
function obstacleTo(
  turn: Turn,
  execution: PipelineExecution,
  stage: StageExecution,
  action: string,
): string | undefined {
  const run = own(stage.actions, action)
  if (execution.pipelineVersion !== turn.draft.version) return 'the pipeline has been updated since'
  if (stage.status === 'Stopping') return 'the stage is being stopped'
  if (runningRules(stage).length > 0) return 'the conditions of the stage are being evaluated'
  if (run === undefined) return 'it has not begun'
  if (!hasFailed(run)) return 'it has not failed'
  const isFree = actionSlots(turn, execution, runningActions(stage).length) > 0
  return isFree ? undefined : 'as many actions of the execution are running as may; wait for one to end'
}
