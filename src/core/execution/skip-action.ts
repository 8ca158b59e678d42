/**
 * Skipping one action, once, in one execution: an action whose turn has not come, or one that failed. An extension.
 *
 * Who would miss its outputs is asked first: nothing is skipped that a later action or rule needs.
 */
import type { ActionDeclaration, StageDeclaration } from '../pipeline/declaration.ts'
import { forgetConditions, hasPassed } from './conditions.ts'
import type { ExtensionEvent } from './extension-events.ts'
import { describeNeed, needsOf, produces, type Need } from './needs.ts'
import { isToBeSkipped, planSkip, recordSkip } from './planned-skips.ts'
import { own } from './record.ts'
import { isFull, rejectFull, rejectUnknownAction, rejectUnknownStage } from './rejections.ts'
import { reopen } from './reopen.ts'
import type { ActionExecution, PipelineExecution, StageExecution } from './state.ts'
import { hasFailed, isActive, isDone, runningRules } from './status.ts'
import { executionOf, isLatest, reject, structureOf, type Turn, type Verdict } from './turn.ts'

type Request = Extract<ExtensionEvent, { type: 'ActionSkipRequested' }>

export function actionSkipRequested(turn: Turn, request: Request): Verdict {
  const { executionId, by, reason } = request
  const execution = own(turn.draft.executions, executionId)
  if (execution === undefined) return refuse(request, 'the execution is over')
  if (!isActive(execution) && execution.pipelineVersion !== turn.draft.version) return refuse(request, UPDATED)
  const { stages } = structureOf(turn, execution)
  const stage = stages.find(({ name }) => name === request.stage)
  if (stage === undefined) return rejectUnknownStage(turn.draft.key, request.stage)
  const action = stage.actions.find(({ name }) => name === request.action)
  if (action === undefined) return rejectUnknownAction(turn.draft.key, request.stage, request.action)
  const run = own(own(execution.stages, stage.name)?.actions ?? {}, action.name)
  const why =
    obstacleInExecution(execution, action) ??
    (run === undefined
      ? obstacleToPlan(execution, stages, stage, action)
      : obstacleInStage(turn, execution, stage, run)) ??
    missed(execution, stages, stage, action)
  if (why !== undefined) return refuse(request, why)
  if (!isActive(execution) && isFull(turn)) return rejectFull(turn)
  if (run === undefined) planSkip(turn, execution, stage.name, action.name, { by, reason })
  else skipFailed(turn, execution, stage.name, action, { by, reason })
  return { reply: { executionId } }
}

const refuse = ({ stage, action, executionId }: Request, why: string): Verdict =>
  reject(
    'ActionNotSkippableException',
    `Action '${action}' of stage '${stage}' cannot be skipped in execution '${executionId}': ${why}`,
  )

const UPDATED = 'the pipeline has been updated since'

// Each obstacle is the end of a sentence.

function obstacleInExecution(execution: PipelineExecution, action: ActionDeclaration): string | undefined {
  if (action.actionTypeId.category === 'Approval') return 'an approval is answered, not skipped'
  if (execution.draining !== undefined) return UPDATED
  return execution.status === 'Stopping' ? 'the execution is being stopped' : undefined
}

/** Of an action that has not begun. */
function obstacleToPlan(
  execution: PipelineExecution,
  stages: readonly StageDeclaration[],
  stage: StageDeclaration,
  action: ActionDeclaration,
): string | undefined {
  const { at, status } = execution
  if (at === undefined) return `it has not begun, and the execution is ${status}; retry the stage first`
  if (isToBeSkipped(execution, stage.name, action.name)) return 'it is going to be skipped already'
  const place = (name: string): number => stages.findIndex((each) => each.name === name)
  if (place(stage.name) < place(at.stage)) return `the execution is in stage '${at.stage}' already`
  if (execution.type === 'ROLLBACK' && stage.name !== at.stage) return `the rollback runs stage '${at.stage}' only`
  return undefined
}

/** Of an action that has begun. */
function obstacleInStage(
  turn: Turn,
  execution: PipelineExecution,
  { name }: StageDeclaration,
  run: ActionExecution,
): string | undefined {
  const stage = own(execution.stages, name)
  if (run.status === 'InProgress') return 'it is in progress; stop the execution, or wait for its end'
  if (run.status === 'Succeeded') return 'it has succeeded'
  if (run.skipped !== undefined) return 'it has been skipped already'
  if (!isLatest(turn, execution, name)) return 'another execution has entered the stage since'
  if (stage === undefined || !RESUMABLE.has(stage.status)) return `the stage is ${stage?.status}`
  return runningRules(stage).length > 0 ? 'the conditions of the stage are being evaluated' : undefined
}

const RESUMABLE: ReadonlySet<StageExecution['status']> = new Set(['InProgress', 'Failed', 'Stopped'])

/** What would be missing, and who would miss it. What an earlier run of the action left behind in this execution is not missing. */
function missed(
  execution: PipelineExecution,
  stages: readonly StageDeclaration[],
  stage: StageDeclaration,
  action: ActionDeclaration,
): string | undefined {
  const isRollback = execution.type === 'ROLLBACK'
  const ahead = isRollback ? [stage] : stages.slice(stages.indexOf(stage))
  const need = needsOf(ahead, !isRollback).find(
    (each) => produces(action, each.what) && !isThere(execution, each.what) && isStillToCome(execution, each),
  )
  return need === undefined ? undefined : `${describeNeed(need)}, which nothing else provides`
}

const isThere = ({ artifacts, outputs }: PipelineExecution, what: Need['what']): boolean =>
  'artifact' in what
    ? own(artifacts, what.artifact) !== undefined
    : own(own(outputs, what.namespace) ?? {}, what.key) !== undefined

const isStillToCome = (execution: PipelineExecution, { stage, by }: Need): boolean =>
  !('action' in by) ||
  (!isDone(own(own(execution.stages, stage)?.actions ?? {}, by.action)) && !isToBeSkipped(execution, stage, by.action))

/** Where it was the last that had failed, the execution goes on. */
function skipFailed(
  turn: Turn,
  execution: PipelineExecution,
  name: string,
  action: ActionDeclaration,
  skip: { readonly by: string; readonly reason: string },
): void {
  recordSkip(turn, execution.id, name, action, skip)
  const updated = executionOf(turn, execution.id)
  const stage = own(updated.stages, name)
  if (stage === undefined) return
  if (stage.status === 'InProgress') {
    turn.agenda.push({ type: 'advance', executionId: updated.id })
  } else if (!Object.values(stage.actions).some(hasFailed)) {
    const asked = forgetConditions(turn, stage, (key, condition) => key === 'beforeEntry' && hasPassed(condition))
    reopen(turn, updated, name, asked, updated.attempt)
  }
}
