import type { CircumstanceKind, Reason, Remedy, Subject } from '../../../core/execution/explain.ts'
import { duration, paint, type Output } from '../../output.ts'

/** What it is, since when, until when, and what to type. */
export function showReason(reason: Reason, pipelineName: string, now: number, output: Output): void {
  const [mark, style] = MARKS[reason.kind]
  output.line(`  ${paint(output, style, mark)} ${reason.message}`)
  output.line(
    `    ${paint(output, 'dim', [`${duration(now - reason.since)} ago`, ...untilWhen(reason, now)].join(', '))}`,
  )
  for (const remedy of reason.remedies)
    output.line(`    ${remedy.does}: ${commandFor(remedy, pipelineName, reason.about)}`)
}

const WAITS = ['\u2026', 'cyan'] as const
const BROKE = ['\u2718', 'red'] as const
const ENDED = ['\u25A0', 'yellow'] as const
const NEEDS = ['?', 'yellow'] as const

const MARKS: Readonly<Record<CircumstanceKind, readonly [string, 'green' | 'red' | 'yellow' | 'cyan' | 'dim']>> = {
  Running: WAITS,
  WaitingForStage: WAITS,
  Queued: WAITS,
  TransitionDisabled: NEEDS,
  ApprovalNeeded: NEEDS,
  WaitingForJobWorker: NEEDS,
  WaitingForRunner: NEEDS,
  ConditionWaiting: WAITS,
  ActionLimit: WAITS,
  ConditionFailed: BROKE,
  ActionFailed: BROKE,
  ApprovalRejected: BROKE,
  TimedOut: BROKE,
  Abandoned: ENDED,
  Superseded: ['\u21B7', 'dim'],
  Stopping: ENDED,
  Stopped: ENDED,
  Draining: ENDED,
  Cancelled: ENDED,
  ActionSkipped: ['\u21B7', 'dim'],
  Skipped: ['\u21B7', 'dim'],
  RolledBack: ['\u21B6', 'yellow'],
  WaitedTooLong: BROKE,
  ExecutionLimit: BROKE,
  VariablesMissing: BROKE,
  Failed: BROKE,
  Succeeded: ['\u2714', 'green'],
}

function untilWhen(reason: Reason, now: number): readonly string[] {
  const left = (what: string, at: number): readonly string[] => (at > now ? [`${what} in ${span(at - now)}`] : [])
  if ('expiresAt' in reason) return left('expires', reason.expiresAt)
  if ('timesOutAt' in reason) return left('times out', reason.timesOutAt)
  if (reason.kind === 'TransitionDisabled' && reason.givesUpAt !== undefined) {
    return left('is not resumed any more', reason.givesUpAt)
  }
  return []
}

/** `7 days`, `3 h`, then as `duration` has it */
function span(milliseconds: number): string {
  const hours = Math.round(milliseconds / 3_600_000)
  if (hours >= 48) return `${Math.round(hours / 24)} days`
  return hours >= 2 ? `${hours} h` : duration(milliseconds)
}

/** Ready to paste; what the caller must find out stands in angle brackets. */
export function commandFor(
  { operation, parameters, needs = [] }: Remedy,
  pipelineName: string,
  about: Subject,
): string {
  if (operation === 'PutApprovalResult') {
    const { actionName = '', pipelineExecutionId = '' } = about
    return `pipewright approve ${word(pipelineName)} --action ${word(actionName)} --execution ${word(pipelineExecutionId)}`
  }
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    typeof value === 'boolean'
      ? [`--${value ? '' : 'no-'}${kebab(name)}`]
      : value === undefined
        ? []
        : [`--${kebab(name)}`, word(typeof value === 'string' ? value : JSON.stringify(value))],
  )
  const missing = needs.flatMap((name) => [`--${kebab(name)}`, `<${name}>`])
  return ['aws', 'codepipeline', kebab(operation), ...given, ...missing].join(' ')
}

const kebab = (name: string): string => name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, '-$&').toLowerCase()

/** Quoted for a POSIX shell where it must be. */
const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
