/**
 * How an execution moves: it arrives in front of a stage, enters it, runs its actions group by group, and goes on.
 * Source: CodePipeline user guide, "How pipeline executions work".
 */
import type { ActionDeclaration } from '../pipeline/declaration.ts'
import { currentStage, startAction } from './actions.ts'
import { conclude, endStage, leave, unlock } from './conclude.ts'
import { enter } from './enter.ts'
import { actionSlots, waitAlone } from './parallel.ts'
import { joinQueue } from './queue.ts'
import { own } from './record.ts'
import { isToBeSkipped, skipNow } from './planned-skips.ts'
import { retryAutomatically } from './retry.ts'
import { rememberSuccess, rollBackAutomatically } from './rollback.ts'
import { afterFailure, afterSuccess, beforeEntry } from './stage-outcome.ts'
import { publishWaiting } from './state-changes.ts'
import type { ExecutionId, ExecutionMode, PipelineExecution, StageExecution } from './state.ts'
import { hasFailed, isDone, locksStages, runningActions } from './status.ts'
import { supersede } from './supersede.ts'
import { isOpen } from './transitions.ts'
import {
  executionOf,
  putExecution,
  putStageState,
  stageOf,
  stageStateOf,
  structureOf,
  type Step,
  type Turn,
} from './turn.ts'

/** Does everything that can be done now, whoever it concerns: one decision cascades through as many executions as it can. */
export function settle(turn: Turn): void {
  for (let step = turn.agenda.shift(); step !== undefined; step = turn.agenda.shift()) perform(turn, step)
}

function perform(turn: Turn, step: Step): void {
  switch (step.type) {
    case 'advance':
      return advance(turn, step.executionId)
    case 'admit':
      return admit(turn, step.stage)
    case 'release':
      return release(turn, step.executionId)
    default:
      return step satisfies never
  }
}

/** How an execution of each mode takes its place in front of a stage. */
const TAKE_PLACE = {
  SUPERSEDED: supersede,
  QUEUED: joinQueue,
  PARALLEL: waitAlone,
} as const satisfies Record<ExecutionMode, (turn: Turn, arriving: PipelineExecution, stage: string) => void>

/** The execution comes to the inbound transition of the stage, and enters at once when it may. */
export function arrive(turn: Turn, execution: PipelineExecution, stage: string): void {
  const waiting = putExecution(turn, { ...execution, at: { stage, place: 'waiting', since: turn.at } })
  TAKE_PLACE[waiting.mode](turn, waiting, stage)
  if (locksStages(waiting.mode)) admit(turn, stage)
  else release(turn, waiting.id)
  const { at } = executionOf(turn, waiting.id)
  if (at?.place === 'waiting') publishWaiting(turn, waiting, stage, at.since)
}

/** Lets in who is first in line, if the stage is free and its inbound transition enabled. */
function admit(turn: Turn, stage: string): void {
  const state = stageStateOf(turn, stage)
  const [next, ...waiting] = state.waiting
  if (next === undefined || state.holder !== undefined || !isOpen(turn, stage)) return
  putStageState(turn, stage, { ...state, waiting })
  enter(turn, executionOf(turn, next), stage)
}

/** Lets in a PARALLEL execution: nobody can be in its way, only a disabled transition holds it. */
function release(turn: Turn, id: ExecutionId): void {
  const execution = executionOf(turn, id)
  const { at } = execution
  if (at?.place === 'waiting' && isOpen(turn, at.stage)) enter(turn, execution, at.stage)
}

/** Starts what can start in the execution's stage; when nothing runs and nothing can start, the stage is over. */
function advance(turn: Turn, id: ExecutionId): void {
  const execution = executionOf(turn, id)
  const stage = currentStage(execution)
  if (execution.at === undefined || stage === undefined) return
  const name = execution.at.stage
  const isOver = runningActions(stage).length === 0
  if (execution.status === 'Stopping' || execution.draining !== undefined) {
    if (isOver) leave(turn, execution, name, execution.status === 'Stopping' ? 'Stopped' : 'Cancelled')
    return
  }
  const entry = beforeEntry(turn, id, name, stage)
  switch (entry) {
    case 'WAIT':
      return
    case 'SKIP':
      return goOn(turn, executionOf(turn, id), name, 'Skipped')
    case 'FAIL':
      return fail(turn, id, name)
    case 'ENTER':
      if (!Object.values(stage.actions).some(hasFailed)) startNext(turn, executionOf(turn, id), name)
      else if (isOver) fail(turn, id, name)
      return
    default:
      return entry satisfies never
  }
}

function startNext(turn: Turn, execution: PipelineExecution, name: string): void {
  const stage = currentStage(execution)
  if (stage === undefined) return
  const running = runningActions(stage).length
  const next = nextActions(stageOf(turn, execution, name).actions, stage)
  if (next.length === 0 && running === 0) {
    succeed(turn, execution.id, name)
    return
  }
  const skipped = next.filter((action) => isToBeSkipped(execution, name, action.name))
  if (skipped.length > 0) {
    for (const action of skipped) skipNow(turn, execution.id, name, action)
    turn.agenda.push({ type: 'advance', executionId: execution.id })
    return
  }
  for (const action of next.slice(0, actionSlots(turn, execution, running)))
    startAction(turn, execution.id, name, action)
  // an action that could not be started has failed already, and nobody will report it
  const started = currentStage(executionOf(turn, execution.id))
  if (Object.values(started?.actions ?? {}).some(hasFailed))
    turn.agenda.push({ type: 'advance', executionId: execution.id })
}

/** Those that have not run yet of the current group: the one with the lowest runOrder in which not everything is done. */
function nextActions(actions: readonly ActionDeclaration[], stage: StageExecution): readonly ActionDeclaration[] {
  const unfinished = actions.filter(({ name }) => !isDone(own(stage.actions, name)))
  const group = Math.min(...unfinished.map(({ runOrder }) => runOrder))
  return unfinished.filter(({ name, runOrder }) => runOrder === group && own(stage.actions, name) === undefined)
}

function succeed(turn: Turn, id: ExecutionId, name: string): void {
  const outcome = afterSuccess(turn, id, name)
  switch (outcome) {
    case 'WAIT':
      return
    case 'SUCCEED':
      return goOn(turn, executionOf(turn, id), name, 'Succeeded')
    case 'ROLLBACK':
      return failAndRollBack(turn, id, name)
    case 'FAIL':
      return fail(turn, id, name)
    default:
      return outcome satisfies never
  }
}

/** To the next stage, or to the end. */
function goOn(turn: Turn, execution: PipelineExecution, name: string, status: 'Succeeded' | 'Skipped'): void {
  const done = endStage(turn, execution, name, status)
  const next = stageAfter(turn, done, name)
  if (status === 'Succeeded') rememberSuccess(turn, done, name)
  unlock(turn, done, name)
  if (next === undefined) conclude(turn, done, 'Succeeded')
  else arrive(turn, done, next)
}

function fail(turn: Turn, id: ExecutionId, name: string): void {
  const outcome = afterFailure(turn, id, name)
  switch (outcome.type) {
    case 'WAIT':
      return
    case 'RETRY':
      return retryAutomatically(turn, executionOf(turn, id), name, outcome.mode)
    case 'FAIL':
      return leave(turn, executionOf(turn, id), name, 'Failed')
    case 'ROLLBACK':
      return failAndRollBack(turn, id, name)
    default:
      return outcome satisfies never
  }
}

function failAndRollBack(turn: Turn, id: ExecutionId, name: string): void {
  leave(turn, executionOf(turn, id), name, 'Failed')
  rollBackAutomatically(turn, executionOf(turn, id), name)
}

/** A rollback is about its one stage only. */
function stageAfter(turn: Turn, execution: PipelineExecution, name: string): string | undefined {
  if (execution.type === 'ROLLBACK') return undefined
  const { stages } = structureOf(turn, execution)
  return stages[stages.findIndex((stage) => stage.name === name) + 1]?.name
}
