/** What a status becomes on the picture. Failing and erring differ: one is the world's answer, the other no answer at all. */
import type { StageConditionKey } from '../../core/pipeline/declaration.ts'
import type {
  ActionBox,
  ActionLook,
  ActionRun,
  Gate,
  GateLook,
  StageBox,
  StageLook,
  Tally,
  TokenLook,
} from './model.ts'

/** Error codes that say that the work was done and is no good; all others say that it could not be done. */
const FAILURES: ReadonlySet<string> = new Set(['JobFailed', 'Rejected'])

export function lookOfRun({ status, error }: ActionRun, category: string): ActionLook {
  if (status === 'InProgress') return category === 'Approval' ? 'NeedsApproval' : 'InProgress'
  if (status === 'Failed' && error !== undefined && !FAILURES.has(error.code)) return 'Errored'
  return status
}

/**
 * @param holder who is or was in the stage last
 * @param stageLook of the stage by its own status
 */
export function lookOfAction(
  run: ActionRun | undefined,
  category: string,
  holder: string | undefined,
  stageLook: StageLook,
): Pick<ActionBox, 'look' | 'isEarlier'> {
  const isCurrent =
    run !== undefined && run.isOld !== true && (holder === undefined || (run.executionId ?? holder) === holder)
  if (isCurrent) return { look: lookOfRun(run, category), isEarlier: false }
  const isEarlier = run !== undefined
  if (stageLook === 'InProgress') return { look: 'Pending', isEarlier }
  if (stageLook === 'Skipped') return { look: 'Skipped', isEarlier }
  return { look: run === undefined ? 'Idle' : lookOfRun(run, category), isEarlier }
}

const STAGE_LOOKS: Readonly<Record<string, StageLook>> = {
  InProgress: 'InProgress',
  Stopping: 'Stopping',
  Stopped: 'Stopped',
  Succeeded: 'Succeeded',
  Failed: 'Failed',
  Cancelled: 'Cancelled',
  Skipped: 'Skipped',
}

export const lookOfStage = (status: string | undefined): StageLook => STAGE_LOOKS[status ?? ''] ?? 'Idle'

/** A stage in which nothing but approvals run waits for people; one that failed only by errors erred. */
export function refineStageLook(look: StageLook, actions: readonly ActionBox[], gates: readonly Gate[]): StageLook {
  if (look === 'InProgress' || look === 'NeedsApproval') {
    const isAsked = actions.some((action) => action.look === 'NeedsApproval')
    const isBusy =
      actions.some((action) => action.look === 'InProgress') || gates.some((gate) => gate.look === 'InProgress')
    return isAsked && !isBusy ? 'NeedsApproval' : 'InProgress'
  }
  if (look === 'Failed' || look === 'Errored') {
    const hasErred =
      actions.some((action) => action.look === 'Errored') || gates.some((gate) => gate.look === 'Errored')
    const hasFailed = actions.some((action) => action.look === 'Failed') || gates.some((gate) => gate.look === 'Failed')
    return hasErred && !hasFailed ? 'Errored' : 'Failed'
  }
  return look
}

const TOKEN_LOOKS: Readonly<Record<string, TokenLook>> = {
  InProgress: 'InProgress',
  Stopping: 'Stopping',
  Stopped: 'Stopped',
  Succeeded: 'Succeeded',
  Superseded: 'Superseded',
  Failed: 'Failed',
  Cancelled: 'Cancelled',
}

export const lookOfExecution = (status: string | undefined): TokenLook => TOKEN_LOOKS[status ?? ''] ?? 'InProgress'

const GATE_LOOKS: Readonly<Record<string, GateLook>> = {
  InProgress: 'InProgress',
  Succeeded: 'Succeeded',
  Failed: 'Failed',
  Errored: 'Errored',
  Cancelled: 'Cancelled',
  Abandoned: 'Abandoned',
  Overridden: 'Overridden',
}

export const lookOfCondition = (status: string | undefined): GateLook => GATE_LOOKS[status ?? ''] ?? 'Idle'

/** How the keys of conditions read. */
export const GATE_NAMES = {
  beforeEntry: 'Entry condition',
  onSuccess: 'Success condition',
  onFailure: 'Failure condition',
} as const satisfies Record<StageConditionKey, string>

export function tallyOf(rows: StageBox['rows']): Tally {
  const tally: Partial<Record<ActionLook, number>> = {}
  for (const { actions } of rows) for (const { look } of actions) tally[look] = (tally[look] ?? 0) + 1
  return tally
}
