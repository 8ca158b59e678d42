/**
 * The orchestrator: an event happens to a pipeline, and this says what follows. Pure: the time comes in the event, ids from the caller,
 * and what is to be done goes out as commands.
 */
import { settle } from './advance.ts'
import { crossVersionRollbackRequested } from './across-versions.ts'
import { approvalAnswered } from './approvals.ts'
import type { Decision } from './commands.ts'
import type { PipelineEvent } from './events.ts'
import { overrideRequested } from './override.ts'
import { actionAcknowledged, actionFailed, actionProgressed, actionSucceeded } from './results.ts'
import { actionRetryRequested } from './retry-action.ts'
import { retryRequested } from './retry.ts'
import { rollbackRequested } from './rollback.ts'
import { actionSkipRequested } from './skip-action.ts'
import { startFromStageRequested } from './start-from-stage.ts'
import { executionRequested } from './start.ts'
import { ruleEnded, ruleDue, ruleTimedOut, ruleWaiting } from './rules.ts'
import type { PipelineState } from './state.ts'
import { stopRequested } from './stop.ts'
import { actionTimedOut } from './timeouts.ts'
import { transitionDisabled, transitionEnabled } from './transitions.ts'
import { closeTurn, openTurn, type DecideOptions, type Turn, type Verdict } from './turn.ts'
import { pipelineDeleted, pipelineUpdated } from './update.ts'

/**
 * @returns the next state (the same object when nothing changed) with what must be done about it; or, for what a caller asked against
 * the rules, the API's exception. Never throws but for bugs of ours (InvariantViolation).
 */
export function decide(state: PipelineState, event: PipelineEvent, options: DecideOptions): Decision<PipelineState> {
  const turn = openTurn(state, event.at, options)
  const verdict = handle(turn, event)
  if (verdict !== undefined && 'rejection' in verdict) return { accepted: false, rejection: verdict.rejection }
  settle(turn)
  return closeTurn(turn, verdict?.reply)
}

function handle(turn: Turn, event: PipelineEvent): Verdict | void {
  switch (event.type) {
    case 'ExecutionRequested':
      return executionRequested(turn, event)
    case 'ActionSucceeded':
      return actionSucceeded(turn, event)
    case 'ActionFailed':
      return actionFailed(turn, event)
    case 'ActionProgressed':
      return actionProgressed(turn, event)
    case 'ActionTimedOut':
      return actionTimedOut(turn, event)
    case 'ActionAcknowledged':
      return actionAcknowledged(turn, event)
    case 'ApprovalAnswered':
      return approvalAnswered(turn, event)
    case 'RuleSucceeded':
    case 'RuleFailed':
    case 'RuleErrored':
      return ruleEnded(turn, event)
    case 'RuleWaiting':
      return ruleWaiting(turn, event)
    case 'RuleDue':
      return ruleDue(turn, event)
    case 'RuleTimedOut':
      return ruleTimedOut(turn, event)
    case 'OverrideRequested':
      return overrideRequested(turn, event)
    case 'TransitionDisabled':
      return transitionDisabled(turn, event)
    case 'TransitionEnabled':
      return transitionEnabled(turn, event)
    case 'StopRequested':
      return stopRequested(turn, event)
    case 'RetryRequested':
      return retryRequested(turn, event)
    case 'RollbackRequested':
      return rollbackRequested(turn, event)
    case 'StartFromStageRequested':
      return startFromStageRequested(turn, event)
    case 'ActionRetryRequested':
      return actionRetryRequested(turn, event)
    case 'CrossVersionRollbackRequested':
      return crossVersionRollbackRequested(turn, event)
    case 'ActionSkipRequested':
      return actionSkipRequested(turn, event)
    case 'PipelineUpdated':
      return pipelineUpdated(turn, event)
    case 'PipelineDeleted':
      return pipelineDeleted(turn)
    default:
      return event satisfies never
  }
}
