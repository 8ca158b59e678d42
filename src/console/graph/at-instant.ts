/**
 * The picture as it was: histories cut off at an instant, then read as if that were now. What ended later was still running, what
 * began later was not there.
 */
import { assemble } from './assemble.ts'
import type { DeclaredPipeline } from './declared.ts'
import { factsFromHistory, type History, type PastExecution } from './facts-from-history.ts'
import type { ActionRun, Door, Instant, Picture } from './model.ts'
import type { RuleRun } from './whereabouts.ts'

/** A door was opened or closed; from the journal of events. */
export interface DoorChange {
  readonly stage: string
  readonly at: Instant
  readonly door: Door
}

export function pictureAt(
  pipeline: DeclaredPipeline,
  history: History,
  doorChanges: readonly DoorChange[],
  at: Instant,
): Picture {
  const runs = history.runs.flatMap(({ stage, action, run }) => {
    const then = runAt(run, at)
    return then === undefined ? [] : [{ stage, action, run: then }]
  })
  const rules = history.rules.filter(({ startedAt }) => startedAt <= at).map((rule) => ruleAt(rule, at))
  const retried = new Set(runs.filter(({ run }) => run.status === 'InProgress').map(({ run }) => run.executionId))
  const executions = history.executions
    .filter(({ startedAt }) => startedAt <= at)
    .map((execution) => executionAt(execution, at, retried.has(execution.id)))
  const doors = doorsAt(history.doors, doorChanges, at)
  return assemble(pipeline, factsFromHistory(pipeline, { executions, runs, rules, doors }))
}

/** @returns undefined when it had not begun */
function runAt(run: ActionRun, at: Instant): ActionRun | undefined {
  const { startedAt = 0, updatedAt = startedAt } = run
  if (startedAt > at) return undefined
  if (updatedAt <= at || run.status === 'InProgress') return run
  const { id, executionId, url } = run
  return {
    status: 'InProgress',
    startedAt,
    updatedAt: startedAt,
    ...(id === undefined ? {} : { id }),
    ...(executionId === undefined ? {} : { executionId }),
    ...(url === undefined ? {} : { url }),
  }
}

function ruleAt(rule: RuleRun, at: Instant): RuleRun {
  if (rule.updatedAt <= at) return rule
  const { summary: _summary, errored: _errored, ...rest } = rule
  return { ...rest, status: 'InProgress', updatedAt: rule.startedAt }
}

/** One that had failed and was retried later was over in between, which only its runs could tell; here it is taken as going on. */
function executionAt(execution: PastExecution, at: Instant, isRunning: boolean): PastExecution {
  const { updatedAt = execution.startedAt } = execution
  const goesOn = execution.status === 'InProgress' || execution.status === 'Stopping'
  if (updatedAt <= at && (goesOn || !isRunning)) return execution
  const { summary: _summary, ...rest } = execution
  return { ...rest, status: 'InProgress', look: 'InProgress', updatedAt: execution.startedAt }
}

const OPEN: Door = { isOpen: true }

/** Before the first change that is known, a door that somebody opened had been closed, and one that somebody closed had been open. */
function doorsAt(
  now: ReadonlyMap<string, Door>,
  changes: readonly DoorChange[],
  at: Instant,
): ReadonlyMap<string, Door> {
  const doors = new Map<string, Door>()
  for (const [stage, door] of now) {
    const { changedAt = 0 } = door
    if (changedAt <= at) doors.set(stage, door)
    else doors.set(stage, door.isOpen ? { isOpen: false } : OPEN)
  }
  const known = changes.toSorted((a, b) => a.at - b.at)
  const seen = new Set<string>()
  for (const change of known) {
    if (change.at <= at) doors.set(change.stage, change.door)
    else if (!seen.has(change.stage)) doors.set(change.stage, change.door.isOpen ? { isOpen: false } : OPEN)
    seen.add(change.stage)
  }
  return doors
}
