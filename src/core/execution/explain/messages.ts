/** Each reason as one sentence. Times are left to whoever shows it: only he knows the reader's clock. */
import type { ActionTypeId } from '../../pipeline/declaration.ts'
import type { Cause, CircumstanceKind } from './explanation.ts'

export const messageOf = (cause: Cause): string =>
  // the table's types have made sure that each entry takes what its kind has; what people wrote may end in a mark of its own
  (MESSAGES[cause.kind] as (cause: Cause) => string)(cause).replace(/(?<=[.!?])\.$/, '')

const MESSAGES: { readonly [Kind in CircumstanceKind]: (cause: Cause<Kind>) => string } = {
  Running: ({ about, actionTypeId, summary }) =>
    `${about.actionName} is at work (${actionTypeId.provider})${also(summary)}.`,
  WaitingForStage: ({ about, heldBy }) => `Execution ${heldBy} is in stage ${about.stageName}; this one is next.`,
  Queued: ({ about, position, ahead }) =>
    `It is number ${position} in the queue of stage ${about.stageName}, behind ${ahead.join(', ')}.`,
  TransitionDisabled: ({ about, by, reason }) =>
    `The transition into stage ${about.stageName} was disabled by ${by}${also(reason)}.`,
  ApprovalNeeded: ({ about, question }) => `${about.actionName} waits for somebody's approval${also(question)}.`,
  WaitingForJobWorker: ({ about, actionTypeId }) =>
    `No job worker for ${describe(actionTypeId)} has acknowledged the job of ${about.actionName}.`,
  WaitingForRunner: ({ about }) => `The build of ${about.actionName} is queued: no build runner has taken it yet.`,
  ConditionWaiting: ({ about, rules }) =>
    `The ${about.condition} condition of stage ${about.stageName} waits for ${rules
      .map(({ ruleName, provider, summary }) => `rule ${ruleName} (${provider})${also(summary)}`)
      .join(', ')}.`,
  ActionLimit: ({ limit, waiting }) =>
    `${waiting.join(', ')} must wait: an execution may run ${limit} actions at once, and does.`,
  ConditionFailed: ({ about, detail }) =>
    `The ${about.condition} condition of stage ${about.stageName} was not met: ${sentence(detail)}`,
  ActionFailed: ({ about, error }) => `${about.actionName} failed (${error.code}): ${sentence(error.message)}`,
  ApprovalRejected: ({ about, by, comment }) => `${about.actionName} was rejected by ${by}${also(comment)}.`,
  TimedOut: ({ about, detail }) => `${about.actionName}: ${sentence(detail)}`,
  Abandoned: ({ about, detail }) => `${about.actionName} was abandoned${also(detail)}.`,
  Superseded: ({ about, supersededBy }) =>
    `It was superseded${supersededBy === undefined ? '' : ` by execution ${supersededBy}`}${
      about.stageName === undefined ? '' : ` in front of stage ${about.stageName}`
    }.`,
  Stopping: ({ by, reason, waitsFor }) =>
    `It was stopped${whom(by)}${also(reason)}; it waits for the end of ${waitsFor.join(', ')}.`,
  Stopped: ({ by, reason, abandoned }) =>
    `It was stopped${abandoned ? ' and abandoned' : ''}${whom(by)}${also(reason)}.`,
  Draining: ({ detail, waitsFor }) => `${sentence(detail)} It waits for the end of ${waitsFor.join(', ')}.`,
  Cancelled: ({ detail }) => sentence(detail),
  ActionSkipped: ({ about, by, reason }) => `${about.actionName} was skipped by ${by}${also(reason)}.`,
  Skipped: ({ about, detail }) => `Stage ${about.stageName} was skipped by its entry condition${also(detail)}.`,
  RolledBack: ({ about, rollbackExecutionId, targetExecutionId }) =>
    `Stage ${about.stageName} was rolled back to what execution ${targetExecutionId} had, by execution ${rollbackExecutionId}.`,
  WaitedTooLong: ({ detail }) => sentence(detail),
  ExecutionLimit: ({ detail }) => sentence(detail),
  VariablesMissing: ({ detail }) => sentence(detail),
  Failed: ({ detail }) => sentence(detail),
  Succeeded: () => 'It succeeded.',
}

/** `: why`, without the full stop that follows */
const also = (text: string | undefined): string =>
  text === undefined || text === '' ? '' : `: ${text.replace(/\.$/, '')}`
const whom = (by: string | undefined): string => (by === undefined ? '' : ` by ${by}`)
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
const describe = ({ category, owner, provider, version }: ActionTypeId): string =>
  `${category}/${owner}/${provider}/${version}`
