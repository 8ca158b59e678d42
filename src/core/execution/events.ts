/** What can happen to a pipeline. Time comes in with the event; ids come from the `newId` the caller passes to `decide`. */
import type { PipelineDeclaration } from '../pipeline/declaration.ts'
import type { ExtensionEvent } from './extension-events.ts'
import type {
  ActionExecutionId,
  ArtifactRevision,
  ErrorDetails,
  ExecutionId,
  Instant,
  PipelineExecution,
  RuleExecutionId,
  SourceRevisionOverride,
  Span,
  Trigger,
} from './state.ts'

export interface ActionProgress {
  readonly externalExecutionId?: string
  readonly externalExecutionUrl?: string
  readonly summary?: string
  readonly percentComplete?: number
  readonly logStreamArn?: string
  /** when somebody began with the work; until then it was queued */
  readonly begunAt?: Instant
  /** when artifacts moved */
  readonly transfers?: readonly Span[]
}

export type RuleProgress = Pick<ActionProgress, 'externalExecutionId' | 'externalExecutionUrl' | 'summary'>

/** which run of a rule something is said about */
interface OfRule {
  readonly at: Instant
  readonly executionId: ExecutionId
  readonly ruleExecutionId: RuleExecutionId
}

export type RuleEvent =
  | (OfRule & { readonly type: 'RuleSucceeded'; readonly progress?: RuleProgress })
  | (OfRule & { readonly type: 'RuleFailed'; readonly error: ErrorDetails; readonly progress?: RuleProgress })
  /** it could not be evaluated */
  | (OfRule & { readonly type: 'RuleErrored'; readonly error: ErrorDetails; readonly progress?: RuleProgress })
  /** not met yet: to be asked again then; absent: not before its time is over */
  | (OfRule & { readonly type: 'RuleWaiting'; readonly until?: Instant; readonly progress?: RuleProgress })
  | (OfRule & { readonly type: 'RuleDue' })
  | (OfRule & { readonly type: 'RuleTimedOut' })

export type PipelineEvent =
  | RuleEvent
  | ExtensionEvent
  | {
      readonly type: 'ExecutionRequested'
      readonly at: Instant
      readonly executionId: ExecutionId
      readonly trigger: Trigger
      /** already checked and completed with defaults by `checkStart` */
      readonly variables: Readonly<Record<string, string>>
      readonly sourceRevisions: readonly SourceRevisionOverride[]
      readonly clientRequestToken?: string
      /** started by a trigger, not by a caller: over the limit it is recorded as Failed instead of refused */
      readonly automatic: boolean
      /** PutActionRevision and change detection: start only when this revision was not seen before */
      readonly onlyIfNew?: { readonly actionName: string; readonly revisionId: string }
    }
  | {
      readonly type: 'ActionSucceeded'
      readonly at: Instant
      readonly executionId: ExecutionId
      readonly actionExecutionId: ActionExecutionId
      readonly progress?: ActionProgress
      readonly outputVariables?: Readonly<Record<string, string>>
      /** of a source action: what it fetched */
      readonly revision?: Omit<ArtifactRevision, 'name'>
    }
  | {
      readonly type: 'ActionFailed'
      readonly at: Instant
      readonly executionId: ExecutionId
      readonly actionExecutionId: ActionExecutionId
      readonly error: ErrorDetails
      readonly progress?: ActionProgress
    }
  | {
      readonly type: 'ActionProgressed'
      readonly at: Instant
      readonly executionId: ExecutionId
      readonly actionExecutionId: ActionExecutionId
      readonly progress: ActionProgress
    }
  | {
      readonly type: 'ActionTimedOut'
      readonly at: Instant
      readonly executionId: ExecutionId
      readonly actionExecutionId: ActionExecutionId
    }
  /** a job worker took the action's job */
  | {
      readonly type: 'ActionAcknowledged'
      readonly at: Instant
      readonly executionId: ExecutionId
      readonly actionExecutionId: ActionExecutionId
    }
  | {
      readonly type: 'ApprovalAnswered'
      readonly at: Instant
      readonly stage: string
      readonly action: string
      readonly token: string
      readonly status: 'Approved' | 'Rejected'
      readonly summary: string
      readonly by: string
    }
  | {
      readonly type: 'TransitionDisabled'
      readonly at: Instant
      readonly stage: string
      readonly direction: 'Inbound' | 'Outbound'
      readonly reason: string
      readonly by: string
    }
  | {
      readonly type: 'TransitionEnabled'
      readonly at: Instant
      readonly stage: string
      readonly direction: 'Inbound' | 'Outbound'
      readonly by: string
    }
  | {
      readonly type: 'StopRequested'
      readonly at: Instant
      readonly executionId: ExecutionId
      readonly abandon: boolean
      readonly reason?: string
      readonly by: string
    }
  | {
      readonly type: 'RetryRequested'
      readonly at: Instant
      readonly executionId: ExecutionId
      readonly stage: string
      readonly mode: 'FAILED_ACTIONS' | 'ALL_ACTIONS'
      readonly by: string
    }
  | {
      readonly type: 'OverrideRequested'
      readonly at: Instant
      readonly executionId: ExecutionId
      readonly stage: string
      readonly condition: 'beforeEntry' | 'onSuccess'
      readonly by: string
    }
  | {
      readonly type: 'RollbackRequested'
      readonly at: Instant
      /** of the rollback, which is an execution of its own */
      readonly executionId: ExecutionId
      readonly stage: string
      readonly targetExecutionId: ExecutionId
      /** from history, where most targets are; absent: there is none with this id */
      readonly target?: PipelineExecution
      readonly by: string
    }
  | {
      readonly type: 'PipelineUpdated'
      readonly at: Instant
      /** normalised, its `version` one above the current */
      readonly declaration: PipelineDeclaration
    }
  | { readonly type: 'PipelineDeleted'; readonly at: Instant }
