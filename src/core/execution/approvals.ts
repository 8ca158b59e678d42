/**
 * A person's answer to an approval. The token names the one run that is asked about, so that an answer meant for an earlier request can
 * never approve a later one. Source: CodePipeline API reference, PutApprovalResult.
 */
import { endAction } from './actions.ts'
import type { PipelineEvent } from './events.ts'
import { own } from './record.ts'
import { rejectUnknownAction, rejectUnknownStage } from './rejections.ts'
import type { ActionExecution } from './state.ts'
import { isRunning } from './status.ts'
import { reject, type Turn, type Verdict } from './turn.ts'

type Answer = Extract<PipelineEvent, { type: 'ApprovalAnswered' }>

export function approvalAnswered(turn: Turn, answer: Answer): Verdict {
  const run = findApproval(turn, answer)
  if (run === undefined) return rejectUnknown(turn, answer)
  if (!isRunning(run)) return rejectEnded(run)
  const { by, summary, status } = answer
  endAction(turn, run, {
    summary,
    updatedBy: by,
    ...(status === 'Approved' ? { status: 'Succeeded' } : { status: 'Failed', error: rejectedBy(answer) }),
  })
  turn.agenda.push({ type: 'advance', executionId: run.executionId })
  return undefined
}

const rejectedBy = ({ by, summary }: Answer) => ({
  code: 'JobFailed' as const,
  message: summary === '' ? `Rejected by ${by}.` : `Rejected by ${by}: ${summary}`,
})

/** Whichever execution it belongs to: in PARALLEL mode several may wait at the same action, each with its own token. */
function findApproval({ draft }: Turn, { stage, action, token }: Answer): ActionExecution | undefined {
  for (const execution of Object.values(draft.executions)) {
    const run = own(own(execution.stages, stage)?.actions ?? {}, action)
    if (run?.token === token) return run
  }
  return undefined
}

function rejectEnded({ status, updatedBy, token }: ActionExecution): Verdict {
  return status !== 'Abandoned' && updatedBy !== undefined
    ? reject('ApprovalAlreadyCompletedException', `The approval with token '${token}' has already been answered`)
    : INVALID_TOKEN
}

function rejectUnknown({ draft }: Turn, { stage, action }: Answer): Verdict {
  const declaredStage = draft.declaration.stages.find(({ name }) => name === stage)
  if (declaredStage === undefined) return rejectUnknownStage(draft.key, stage)
  const declared = declaredStage.actions.find(({ name }) => name === action)
  if (declared === undefined) return rejectUnknownAction(draft.key, stage, action)
  return declared.actionTypeId.category === 'Approval'
    ? INVALID_TOKEN
    : reject('ValidationException', `Action '${action}' in stage '${stage}' is not an approval action`)
}

const INVALID_TOKEN = reject(
  'InvalidApprovalTokenException',
  'The approval token is not the one of an open approval of this action',
)
