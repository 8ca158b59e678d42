/**
 * Why does it not go on? For every execution, stage, action and condition that waits, failed, was superseded, stopped, skipped or
 * cancelled: one reason, from the state and the time alone, with what would unblock it.
 */
import { whyItEnded, whyStageFailed, whySomethingWasSkipped } from './explain/ended.ts'
import type { Cause, CircumstanceKind, Reason } from './explain/explanation.ts'
import { whatItIsAt } from './explain/inside.ts'
import { messageOf } from './explain/messages.ts'
import { remediesFor } from './explain/remedies.ts'
import type { Scene } from './explain/scene.ts'
import { disabledTransitions, whyItWaits } from './explain/waiting.ts'
import { currentStage } from './actions.ts'
import { own } from './record.ts'
import type { PipelineExecution, PipelineState } from './state.ts'
import { isActive } from './status.ts'

export type * from './explain/explanation.ts'
export type { Scene } from './explain/scene.ts'

/**
 * Of a whole pipeline: every execution in progress, whatever failed or was stopped in a stage and has not been followed there, and
 * the transitions that are disabled. When all of that is nothing: how the newest execution ended.
 */
export function explainPipeline(scene: Scene): readonly Reason[] {
  const { state } = scene
  const open = Object.values(state.executions).filter(
    (execution) => isActive(execution) || isLeftBehind(state, execution),
  )
  const causes = [...open.flatMap((execution) => causesOf(scene, execution)), ...disabledTransitions(state)]
  if (causes.length > 0) return inOrder(scene, causes)
  const newest = state.newestExecution === undefined ? undefined : own(state.executions, state.newestExecution)
  return newest === undefined ? [] : explainExecution(scene, newest)
}

/** @param execution of the scene's pipeline, from its state or from history */
export const explainExecution = (scene: Scene, execution: PipelineExecution): readonly Reason[] =>
  inOrder(scene, causesOf(scene, execution))

/** It failed or was stopped, and nobody has taken its place in that stage since. */
function isLeftBehind({ stages }: PipelineState, execution: PipelineExecution): boolean {
  if (execution.status !== 'Failed' && execution.status !== 'Stopped') return false
  return Object.entries(stages).some(
    ([name, { latest, stoppedInbound }]) =>
      stoppedInbound === execution.id ||
      (latest === execution.id && /^(?:Failed|Stopped)$/.test(own(execution.stages, name)?.status ?? '')),
  )
}

function causesOf(scene: Scene, execution: PipelineExecution): readonly Cause[] {
  const skipped = whySomethingWasSkipped(execution)
  const { status, at } = execution
  if (status !== 'InProgress' && status !== 'Stopping') return [...whyItEnded[status](scene, execution), ...skipped]
  const stage = currentStage(execution)
  const failed = stage === undefined || at === undefined ? [] : whyStageFailed(scene, execution, at.stage, stage)
  return [...whyItWaits(scene, execution), ...whatItIsAt(scene, execution), ...failed, ...skipped]
}

const inOrder = (scene: Scene, causes: readonly Cause[]): readonly Reason[] =>
  causes
    .map((cause): Reason => ({ ...cause, message: messageOf(cause), remedies: remediesFor(scene, cause) }))
    .toSorted((one, other) => URGENCY[one.kind] - URGENCY[other.kind] || one.since - other.since)

/** Who needs a person comes first, then what broke, what waits for others, and what only has to be known. */
const URGENCY = {
  ApprovalNeeded: 0,
  TransitionDisabled: 1,
  WaitingForJobWorker: 2,
  WaitingForRunner: 2,
  ActionFailed: 3,
  ApprovalRejected: 3,
  TimedOut: 3,
  ConditionFailed: 3,
  Failed: 3,
  WaitedTooLong: 3,
  ExecutionLimit: 3,
  VariablesMissing: 3,
  Stopping: 4,
  Draining: 4,
  Stopped: 4,
  Abandoned: 5,
  Cancelled: 5,
  Superseded: 5,
  ConditionWaiting: 6,
  WaitingForStage: 7,
  Queued: 7,
  ActionLimit: 7,
  Running: 8,
  RolledBack: 9,
  ActionSkipped: 10,
  Skipped: 10,
  Succeeded: 11,
} as const satisfies Record<CircumstanceKind, number>
