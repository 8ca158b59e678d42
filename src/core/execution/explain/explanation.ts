/**
 * Why an execution is where it is, as data: the results of our own operation `Explain`. Types only, so that a browser may import
 * them. Times are ms since the epoch; names are those of AWS's API.
 */
import type { ActionTypeId, StageConditionKey } from '../../pipeline/declaration.ts'
import type { ErrorDetails, ExecutionId, Instant } from '../state.ts'

export interface Explanation {
  readonly pipelineName: string
  /** when this was true */
  readonly at: Instant
  /** those that need somebody first; empty when there is nothing to say: the pipeline never ran */
  readonly reasons: readonly Reason[]
}

/** What a reason is about: the narrowest thing there is, so that a stage is explained by what is explained of its actions. */
export interface Subject {
  readonly pipelineExecutionId?: ExecutionId
  readonly stageName?: string
  readonly actionName?: string
  readonly condition?: StageConditionKey
}

/** One call of AWS's CodePipeline API that would unblock the subject. */
export interface Remedy {
  readonly operation: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** what the caller must add to the parameters himself: an approval's token, a reason */
  readonly needs?: readonly string[]
  /** `Approves it`, for a button or a hint */
  readonly does: string
}

export interface RuleAsked {
  readonly ruleName: string
  readonly provider: string
  readonly since: Instant
  /** what the rule said last */
  readonly summary?: string
  /** it will be asked again then */
  readonly until?: Instant
}

/** Which circumstance it is, with what belongs to it. */
export type Circumstance =
  /** an action does its work */
  | {
      readonly kind: 'Running'
      readonly actionTypeId: ActionTypeId
      readonly externalExecutionUrl?: string
      readonly summary?: string
      readonly percentComplete?: number
      readonly timesOutAt: Instant
    }
  /** next in line, but another execution is in the stage */
  | { readonly kind: 'WaitingForStage'; readonly heldBy: ExecutionId }
  /** QUEUED mode, and others come first; `position` counts from 1 */
  | {
      readonly kind: 'Queued'
      readonly position: number
      readonly ahead: readonly ExecutionId[]
      readonly heldBy?: ExecutionId
    }
  /** without an execution as its subject: nobody waits there yet */
  | {
      readonly kind: 'TransitionDisabled'
      readonly reason?: string
      readonly position?: number
      /** an execution that waits longer is not resumed */
      readonly givesUpAt?: Instant
    }
  | {
      readonly kind: 'ApprovalNeeded'
      readonly expiresAt: Instant
      readonly question?: string
      /** what to review */
      readonly reviewUrl?: string
      /** the topic that was told */
      readonly notificationArn?: string
    }
  /** nobody has acknowledged the job */
  | { readonly kind: 'WaitingForJobWorker'; readonly actionTypeId: ActionTypeId; readonly timesOutAt: Instant }
  /** the build is queued */
  | {
      readonly kind: 'WaitingForRunner'
      readonly actionTypeId: ActionTypeId
      readonly externalExecutionUrl?: string
      readonly timesOutAt: Instant
    }
  | {
      readonly kind: 'ConditionWaiting'
      readonly rules: readonly RuleAsked[]
      readonly timesOutAt: Instant
      readonly isOverridable: boolean
    }
  /** PARALLEL mode: as many actions of the execution run as may */
  | { readonly kind: 'ActionLimit'; readonly limit: number; readonly waiting: readonly string[] }
  | { readonly kind: 'ConditionFailed'; readonly detail: string; readonly isOverridable: boolean }
  | {
      readonly kind: 'ActionFailed'
      readonly error: ErrorDetails
      readonly externalExecutionUrl?: string
      readonly summary?: string
    }
  | { readonly kind: 'ApprovalRejected'; readonly comment?: string }
  | { readonly kind: 'TimedOut'; readonly detail: string; readonly externalExecutionUrl?: string }
  /** nobody waits for the action's result any more */
  | { readonly kind: 'Abandoned'; readonly detail?: string }
  | { readonly kind: 'Superseded'; readonly supersededBy?: ExecutionId }
  /** it stops when these have ended */
  | { readonly kind: 'Stopping'; readonly reason?: string; readonly waitsFor: readonly string[] }
  | { readonly kind: 'Stopped'; readonly reason?: string; readonly abandoned: boolean }
  /** the pipeline was changed under it: it is cancelled when these have ended */
  | { readonly kind: 'Draining'; readonly detail: string; readonly waitsFor: readonly string[] }
  | { readonly kind: 'Cancelled'; readonly detail: string }
  /** an action that somebody had skipped this once (not on AWS) */
  | { readonly kind: 'ActionSkipped'; readonly reason: string }
  /** its entry condition said so */
  | { readonly kind: 'Skipped'; readonly detail?: string }
  | { readonly kind: 'RolledBack'; readonly rollbackExecutionId: ExecutionId; readonly targetExecutionId: ExecutionId }
  /** it stood at a disabled transition longer than 30 days */
  | { readonly kind: 'WaitedTooLong'; readonly detail: string }
  /** the pipeline had as many executions in progress as it may have */
  | { readonly kind: 'ExecutionLimit'; readonly detail: string }
  | { readonly kind: 'VariablesMissing'; readonly detail: string }
  /** for what older versions of Pipewright did not record */
  | { readonly kind: 'Failed'; readonly detail: string }
  | { readonly kind: 'Succeeded' }

export type CircumstanceKind = Circumstance['kind']
export type CircumstanceOf<Kind extends CircumstanceKind> = Extract<Circumstance, { readonly kind: Kind }>

export type Cause<Kind extends CircumstanceKind = CircumstanceKind> = CircumstanceOf<Kind> & {
  readonly about: Subject
  readonly since: Instant
  /** the person or role behind it */
  readonly by?: string
}

export type Reason = Cause & {
  /** one sentence for people */
  readonly message: string
  /** the suggested one first */
  readonly remedies: readonly Remedy[]
}
