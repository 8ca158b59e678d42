/**
 * Closing and opening the way into a stage. The outbound transition of a stage is the inbound one of the stage behind it.
 * Source: CodePipeline user guide, "Disable or enable transitions between stages".
 */
import type { PipelineEvent } from './events.ts'
import { conclude } from './conclude.ts'
import { own } from './record.ts'
import { rejectUnknownStage } from './rejections.ts'
import { publishTransitionChange } from './state-changes.ts'
import type { TransitionState } from './state.ts'
import { isActive, locksStages } from './status.ts'
import { reject, type Turn, type Verdict } from './turn.ts'

type Disabled = Extract<PipelineEvent, { type: 'TransitionDisabled' }>
type Enabled = Extract<PipelineEvent, { type: 'TransitionEnabled' }>

export const isOpen = ({ draft }: Turn, stage: string): boolean => own(draft.transitions, stage)?.enabled ?? true

/** Executions already inside are not affected. Disabling again replaces reason, time and actor. */
export function transitionDisabled(turn: Turn, event: Disabled): Verdict {
  const stage = entranceOf(turn, event)
  if (typeof stage !== 'string') return stage
  const before = own(turn.draft.transitions, stage)
  setTransition(turn, stage, {
    enabled: false,
    reason: event.reason,
    changedBy: event.by,
    changedAt: turn.at,
    disabledSince: (before?.enabled === false ? before.disabledSince : undefined) ?? turn.at,
  })
  return undefined
}

/** Who waits enters as the mode says, but for those who have waited too long. Enabling an enabled transition changes nothing. */
export function transitionEnabled(turn: Turn, event: Enabled): Verdict {
  const stage = entranceOf(turn, event)
  if (typeof stage !== 'string') return stage
  const before = own(turn.draft.transitions, stage)
  if (before === undefined || before.enabled) return undefined
  expireWaiting(turn, stage, before)
  setTransition(turn, stage, { enabled: true, changedBy: event.by, changedAt: turn.at })
  turn.agenda.push({ type: 'admit', stage })
  releaseParallel(turn)
  return undefined
}

/** Every PARALLEL execution that a transition held and that may go now. */
export function releaseParallel(turn: Turn): void {
  for (const execution of Object.values(turn.draft.executions)) {
    if (!locksStages(execution.mode) && execution.at?.place === 'waiting') {
      turn.agenda.push({ type: 'release', executionId: execution.id })
    }
  }
}

/** An execution that stood at a disabled transition for more than 30 days is not resumed. */
function expireWaiting(turn: Turn, stage: string, { changedAt, disabledSince = changedAt }: TransitionState): void {
  for (const execution of Object.values(turn.draft.executions)) {
    const { at } = execution
    if (!isActive(execution) || at?.place !== 'waiting' || at.stage !== stage) continue
    if (turn.at - Math.max(at.since, disabledSince) <= turn.limits.inboundWaitMs) continue
    const refused = { ...execution, refusal: 'WaitedTooLong' } as const
    conclude(turn, refused, 'Failed', 'The inbound execution waited more than 30 days and was not resumed.')
  }
}

function setTransition(turn: Turn, stage: string, state: TransitionState): void {
  turn.draft.transitions = { ...turn.draft.transitions, [stage]: state }
  publishTransitionChange(turn, stage, state)
}

/** @returns the stage whose entrance the caller means, or why there is none */
function entranceOf({ draft }: Turn, { stage, direction }: Disabled | Enabled): string | Verdict {
  const { stages } = draft.declaration
  const index = stages.findIndex(({ name }) => name === stage)
  if (index < 0) return rejectUnknownStage(draft.key, stage)
  if (direction === 'Inbound') return stage
  return (
    stages[index + 1]?.name ??
    reject('ValidationException', `Stage '${stage}' is the last stage of the pipeline and has no outbound transition`)
  )
}
