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
import { retryAutomatically } from './retry.ts'
import { rememberSuccess, rollBackAutomatically } from './rollback.ts'
import { afterFailure, afterSuccess } from './stage-outcome.ts'
import type { ExecutionId, ExecutionMode, PipelineExecution, StageExecution } from './state.ts'
import { hasFailed, locksStages, runningActions } from './status.ts'
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
  const runs = Object.values(stage.actions)
  const running = runningActions(stage).length
  if (execution.status === 'InProgress' && execution.draining === undefined && !runs.some(hasFailed)) {
    startNext(turn, execution, name, stage, running)
  } else if (running === 0) {
    if (execution.status === 'Stopping') leave(turn, execution, name, 'Stopped')
    else if (execution.draining !== undefined) leave(turn, execution, name, 'Cancelled')
    else fail(turn, execution, name, stage)
  }
}

function startNext(
  turn: Turn,
  execution: PipelineExecution,
  name: string,
  stage: StageExecution,
  running: number,
): void {
  const next = nextActions(stageOf(turn, execution, name).actions, stage)
  if (next.length === 0 && running === 0) {
    succeed(turn, execution, name, stage)
    return
  }
  for (const action of next.slice(0, actionSlots(turn, execution, running)))
    startAction(turn, execution.id, name, action)
  // an action that could not be started has failed already, and nobody will report it
  const started = currentStage(executionOf(turn, execution.id))
  if (Object.values(started?.actions ?? {}).some(hasFailed))
    turn.agenda.push({ type: 'advance', executionId: execution.id })
}

/** Those that have not run yet of the current group: the one with the lowest runOrder in which not everything has succeeded. */
function nextActions(actions: readonly ActionDeclaration[], stage: StageExecution): readonly ActionDeclaration[] {
  const unfinished = actions.filter(({ name }) => own(stage.actions, name)?.status !== 'Succeeded')
  const group = Math.min(...unfinished.map(({ runOrder }) => runOrder))
  return unfinished.filter(({ name, runOrder }) => runOrder === group && own(stage.actions, name) === undefined)
}

function succeed(turn: Turn, execution: PipelineExecution, name: string, stage: StageExecution): void {
  const outcome = afterSuccess(stageOf(turn, execution, name), stage)
  switch (outcome) {
    case 'SUCCEED': {
      const done = endStage(turn, execution, name, 'Succeeded')
      const next = stageAfter(turn, done, name)
      rememberSuccess(turn, done, name)
      unlock(turn, done, name)
      if (next === undefined) conclude(turn, done, 'Succeeded')
      else arrive(turn, done, next)
      return
    }
    default:
      outcome satisfies never
  }
}

function fail(turn: Turn, execution: PipelineExecution, name: string, stage: StageExecution): void {
  const outcome = afterFailure(execution, stageOf(turn, execution, name), stage)
  switch (outcome.type) {
    case 'RETRY':
      return retryAutomatically(turn, execution, name, outcome.mode)
    case 'FAIL':
      return leave(turn, execution, name, 'Failed')
    case 'ROLLBACK':
      leave(turn, execution, name, 'Failed')
      return rollBackAutomatically(turn, execution, name)
    default:
      return outcome satisfies never
  }
}

/** A rollback is about its one stage only. */
function stageAfter(turn: Turn, execution: PipelineExecution, name: string): string | undefined {
  if (execution.type === 'ROLLBACK') return undefined
  const { stages } = structureOf(turn, execution)
  return stages[stages.findIndex((stage) => stage.name === name) + 1]?.name
}
