/**
 * What the orchestrator knows. A pipeline is one aggregate: its stage locks, waiting places, and the executions that still matter.
 * Plain JSON data throughout, updated immutably: an execution whose object identity did not change did not change.
 */
import type { ActionTypeId, PipelineDeclaration, RuleTypeId, StageConditionKey } from '../pipeline/declaration.ts'

export type Instant = number
export type ExecutionId = string
export type ActionExecutionId = string
export type RuleExecutionId = string
export type ExecutionMode = 'SUPERSEDED' | 'QUEUED' | 'PARALLEL'
export type PipelineExecutionStatus =
  | 'InProgress'
  | 'Stopping'
  | 'Stopped'
  | 'Succeeded'
  | 'Superseded'
  | 'Failed'
  | 'Cancelled'
export type StageExecutionStatus =
  | 'InProgress'
  | 'Stopping'
  | 'Stopped'
  | 'Succeeded'
  | 'Failed'
  | 'Cancelled'
  | 'Skipped'
export type ActionExecutionStatus = 'InProgress' | 'Succeeded' | 'Failed' | 'Abandoned'
export type RuleExecutionStatus = ActionExecutionStatus
export type ConditionExecutionStatus =
  | 'InProgress'
  | 'Succeeded'
  | 'Failed'
  | 'Errored'
  | 'Cancelled'
  | 'Abandoned'
  | 'Overridden'

export interface PipelineKey {
  readonly account: string
  readonly region: string
  readonly name: string
}

export interface Trigger {
  readonly type:
    | 'CreatePipeline'
    | 'StartPipelineExecution'
    | 'PollForSourceChanges'
    | 'Webhook'
    | 'CloudWatchEvent'
    | 'PutActionRevision'
    | 'WebhookV2'
    | 'ManualRollback'
    | 'AutomatedRollback'
  readonly detail?: string
}

export interface SourceRevisionOverride {
  readonly actionName: string
  readonly revisionType: 'COMMIT_ID' | 'IMAGE_DIGEST' | 'S3_OBJECT_VERSION_ID' | 'S3_OBJECT_KEY'
  readonly revisionValue: string
}

/** Where an artifact is: an object in the artifact store's bucket. */
export interface ArtifactLocation {
  readonly name: string
  readonly bucket: string
  readonly key: string
}

export interface ArtifactRevision {
  readonly name: string
  readonly revisionId: string
  readonly revisionChangeIdentifier?: string
  readonly revisionSummary?: string
  readonly created?: Instant
  readonly revisionUrl?: string
}

export interface ErrorDetails {
  readonly code:
    | 'JobFailed'
    | 'ConfigurationError'
    | 'PermissionError'
    | 'RevisionOutOfSync'
    | 'RevisionUnavailable'
    | 'SystemUnavailable'
    | 'InternalError'
  readonly message: string
}

/** From and to, ms since the epoch. */
export interface Span {
  readonly startedAt: Instant
  readonly endedAt: Instant
}

/** One run of one action; a retry makes a new one. */
export interface ActionExecution {
  readonly id: ActionExecutionId
  readonly executionId: ExecutionId
  readonly pipelineVersion: number
  readonly stage: string
  readonly action: string
  readonly typeId: ActionTypeId
  readonly region: string
  readonly status: ActionExecutionStatus
  readonly startedAt: Instant
  readonly updatedAt: Instant
  readonly configuration: Readonly<Record<string, string>>
  readonly resolvedConfiguration: Readonly<Record<string, string>>
  readonly roleArn?: string
  readonly namespace?: string
  readonly inputArtifacts: readonly ArtifactLocation[]
  readonly outputArtifacts: readonly ArtifactLocation[]
  /** the open or answered approval's token; also its externalExecutionId */
  readonly token?: string
  readonly summary?: string
  readonly externalExecutionId?: string
  readonly externalExecutionUrl?: string
  readonly percentComplete?: number
  readonly logStreamArn?: string
  readonly updatedBy?: string
  readonly error?: ErrorDetails
  /** a job worker took the job; only ever set for actions that job workers run */
  readonly acknowledged?: true
  /** when somebody began with the work, a job worker or a build runner; absent: at once, or nobody yet */
  readonly begunAt?: Instant
  /** when artifacts moved between the artifact store and whoever works, as far as that was told */
  readonly transfers?: readonly Span[]
  /** it failed because its time was over */
  readonly timedOut?: true
  readonly outputVariables?: Readonly<Record<string, string>>
  readonly revision?: ArtifactRevision
  /** it never ran: a person had it skipped this once. Its status is `Abandoned`, it has no outputs, and it holds nobody up */
  readonly skipped?: Skip
}

/** Who asked for an action to be skipped, and why. */
export interface Skip {
  readonly by: string
  readonly reason: string
}

/** One run of one rule of a stage's condition. */
export interface RuleExecution {
  readonly id: RuleExecutionId
  readonly executionId: ExecutionId
  readonly pipelineVersion: number
  readonly stage: string
  readonly condition: StageConditionKey
  readonly rule: string
  readonly typeId: RuleTypeId
  readonly region: string
  readonly status: RuleExecutionStatus
  readonly startedAt: Instant
  readonly updatedAt: Instant
  readonly configuration: Readonly<Record<string, string>>
  readonly resolvedConfiguration: Readonly<Record<string, string>>
  readonly roleArn?: string
  readonly inputArtifacts: readonly ArtifactLocation[]
  readonly summary?: string
  readonly externalExecutionId?: string
  readonly externalExecutionUrl?: string
  /** who overrode the condition while the rule was running */
  readonly updatedBy?: string
  readonly error?: ErrorDetails
  /** it could not be evaluated at all, which is another thing than not being met */
  readonly errored?: true
  /** while it runs: it was not met yet, and is asked again then */
  readonly waitingUntil?: Instant
}

/** What became of `beforeEntry`, `onSuccess` or `onFailure` of a stage; each has exactly one condition. */
export interface ConditionExecution {
  readonly status: ConditionExecutionStatus
  readonly changedAt: Instant
  readonly summary?: string
  /** by name */
  readonly rules: Readonly<Record<string, RuleExecution>>
}

export interface StageExecution {
  readonly status: StageExecutionStatus
  readonly startedAt: Instant
  readonly endedAt?: Instant
  /** the latest run of each action in this execution; an action that never started has none */
  readonly actions: Readonly<Record<string, ActionExecution>>
  /** those that were evaluated in this pass of the stage; a retry evaluates anew what was not met */
  readonly conditions?: Partial<Readonly<Record<StageConditionKey, ConditionExecution>>>
  readonly retry?: {
    readonly manual: number
    readonly automatic: number
    readonly latest: 'AutomatedStageRetry' | 'ManualStageRetry'
    readonly latestAt: Instant
  }
}

export interface PipelineExecution {
  readonly id: ExecutionId
  /** order of start within the pipeline; never reused, never a timestamp */
  readonly age: number
  readonly pipelineVersion: number
  readonly mode: ExecutionMode
  readonly type: 'STANDARD' | 'ROLLBACK'
  readonly status: PipelineExecutionStatus
  readonly statusSummary?: string
  readonly trigger: Trigger
  readonly variables: Readonly<Record<string, string>>
  readonly sourceRevisions: readonly SourceRevisionOverride[]
  readonly clientRequestToken?: string
  readonly startedAt: Instant
  readonly updatedAt: Instant
  /** 1, and one more for each retry */
  readonly attempt: number
  readonly stop?: { readonly reason?: string; readonly abandon: boolean; readonly at: Instant; readonly by?: string }
  /** set while an update of the pipeline lets its running actions end */
  readonly draining?: { readonly reason: string }
  /** where it is now; absent once it is over */
  readonly at?:
    | { readonly stage: string; readonly place: 'waiting'; readonly since: Instant }
    | { readonly stage: string; readonly place: 'inside' }
  readonly stages: Readonly<Record<string, StageExecution>>
  /** artifact name -> newest location */
  readonly artifacts: Readonly<Record<string, ArtifactLocation>>
  readonly artifactRevisions: readonly ArtifactRevision[]
  /** namespace -> output variables of the newest successful run */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly rollback?: { readonly targetExecutionId: ExecutionId }
  /** `stage/action` -> who wants the action skipped when its turn comes; it is gone from here then */
  readonly plannedSkips?: Readonly<Record<string, Skip>>
  /** how it came to be, when AWS's CodePipeline has no such thing */
  readonly extension?: ExecutionExtension
  readonly supersededBy?: { readonly executionId: ExecutionId; readonly stage: string }
  /** the automatic rollback that followed its failure */
  readonly rolledBackBy?: {
    readonly executionId: ExecutionId
    readonly targetExecutionId: ExecutionId
    readonly stage: string
  }
  /** why it failed without anything in a stage of it having failed */
  readonly refusal?: 'WaitedTooLong' | 'ExecutionLimit' | 'VariablesMissing'
}

export type ExecutionExtension =
  /** the stages before did not run in it: it has the artifacts, variables and revisions of that execution */
  | {
      readonly type: 'StartFromStage'
      readonly stage: string
      readonly fromExecutionId: ExecutionId
      readonly by: string
      readonly reason: string
    }
  /** a rollback to an execution of another version */
  | {
      readonly type: 'RollbackAcrossVersions'
      readonly targetVersion: number
      readonly by: string
      readonly reason?: string
    }

export interface TransitionState {
  readonly enabled: boolean
  readonly reason?: string
  readonly changedBy: string
  readonly changedAt: Instant
  /** since when without a break; `changedAt` moves when somebody disables it again */
  readonly disabledSince?: Instant
}

export interface StageState {
  /** who has locked the stage; never an execution in PARALLEL mode */
  readonly holder?: ExecutionId
  /** who waits in front of it, in order of arrival; at most one in SUPERSEDED mode, never an execution in PARALLEL mode */
  readonly waiting: readonly ExecutionId[]
  /** the last execution that entered */
  readonly latest?: ExecutionId
  /** a stopped waiter stays visible until replaced */
  readonly stoppedInbound?: ExecutionId
  /**
   * of a stage that may be rolled back without any call: who succeeded in it last, rollbacks not counted, in this version of the
   * pipeline
   */
  readonly rollbackTarget?: ExecutionId
}

export interface PipelineState {
  readonly key: PipelineKey
  readonly declaration: PipelineDeclaration
  readonly version: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly nextAge: number
  readonly transitions: Readonly<Record<string, TransitionState>>
  readonly stages: Readonly<Record<string, StageState>>
  /**
   * Those in progress, the latest, the stopped inbound and the rollback target of each stage, in PARALLEL mode those that may be
   * retried; and those that ended in the last decision, so that whoever saves the state sees their end.
   */
  readonly executions: Readonly<Record<ExecutionId, PipelineExecution>>
  /** the newest run of each action ("stage/action"), whichever execution it belongs to (GetPipelineState shows it) */
  readonly latestActions: Readonly<Record<string, ActionExecution>>
  /** declarations of older versions that executions above still run on */
  readonly olderVersions: Readonly<Record<string, PipelineDeclaration>>
  /** last revision seen per source action, for change detection and PutActionRevision */
  readonly seenRevisions: Readonly<Record<string, string>>
  /** StartPipelineExecution tokens of the last 24 hours */
  readonly startTokens: Readonly<Record<string, { readonly executionId: ExecutionId; readonly at: Instant }>>
  /** the one started last, whatever became of it; those that fetch no sources (rollbacks, starts from a later stage) do not count */
  readonly newestExecution?: ExecutionId
  /**
   * Action runs that ended in the last decision and whose place in their stage a retry took in that same decision. History must
   * save them from here; the next decision drops them.
   */
  readonly replacedActions?: readonly ActionExecution[]
  /** the same of rules: they ended in the last decision, in which their condition was set back */
  readonly replacedRules?: readonly RuleExecution[]
}
