import { abandonProvider, endAction, findRunning, isApproval } from './actions.ts'
import type { PipelineEvent } from './events.ts'
import { timeoutMinutes } from './limits.ts'
import { actionOf, executionOf, type Turn } from './turn.ts'

/** A run that is over by now, or unknown, is left alone: the timer and the result crossed. */
export function actionTimedOut(turn: Turn, event: Extract<PipelineEvent, { type: 'ActionTimedOut' }>): void {
  const run = findRunning(turn, event)
  if (run === undefined) return
  const minutes = timeoutMinutes(turn.limits, actionOf(turn, executionOf(turn, run.executionId), run))
  const message = isApproval(run)
    ? `The approval expired: nobody answered within ${minutes} minutes.`
    : `The action timed out after ${minutes} minutes.`
  const ended = endAction(turn, run, { status: 'Failed', timedOut: true, error: { code: 'JobFailed', message } })
  abandonProvider(turn, ended, message, { timedOut: true })
  turn.agenda.push({ type: 'advance', executionId: run.executionId })
}
