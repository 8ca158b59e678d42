/** Running one failed action of a stage again, inside the same execution; the others keep their outcome. An extension. */
import type { ExtensionEvent } from './extension-events.ts'
import { own } from './record.ts'
import { isFull, rejectFull, rejectNotLatest, rejectUnknownAction, rejectUnknownStage } from './rejections.ts'
import { resume } from './retry.ts'
import type { PipelineExecution, StageExecution } from './state.ts'
import { hasFailed, isActive, runningRules } from './status.ts'
import { isLatest, reject, type Turn, type Verdict } from './turn.ts'

type Request = Extract<ExtensionEvent, { type: 'ActionRetryRequested' }>

export function actionRetryRequested(turn: Turn, { executionId, stage: name, action }: Request): Verdict {
  const { draft } = turn
  const declared = draft.declaration.stages.find((stage) => stage.name === name)
  if (declared === undefined) return rejectUnknownStage(draft.key, name)
  if (!declared.actions.some((each) => each.name === action)) return rejectUnknownAction(draft.key, name, action)
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
  return { reply: { executionId } }
}

/** @returns why not, as the end of a sentence */
function obstacleTo(
  { draft }: Turn,
  { pipelineVersion }: PipelineExecution,
  stage: StageExecution,
  action: string,
): string | undefined {
  const run = own(stage.actions, action)
  if (pipelineVersion !== draft.version) return 'the pipeline has been updated since'
  if (stage.status === 'Stopping') return 'the stage is being stopped'
  if (runningRules(stage).length > 0) return 'the conditions of the stage are being evaluated'
  if (run === undefined) return 'it has not begun'
  return hasFailed(run) ? undefined : 'it has not failed'
}
