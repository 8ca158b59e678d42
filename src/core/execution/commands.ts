/** What the orchestrator wants done. Data: committed together with the new state, performed at least once afterwards. */
import type {
  ActionExecution,
  ActionExecutionId,
  ExecutionId,
  Instant,
  PipelineKey,
  RuleExecution,
  RuleExecutionId,
  SourceRevisionOverride,
} from './state.ts'

/** Everything a provider needs to run an action; self-contained, so that a restart needs no other look-up. */
export interface ActionOrder {
  readonly pipeline: PipelineKey
  readonly pipelineArn: string
  readonly pipelineRoleArn: string
  readonly executionId: ExecutionId
  readonly action: ActionExecution
  /** of the artifact store of the action's region */
  readonly encryptionKeyId?: string
  readonly artifactBucket: string
  /** only for source actions: overrides given at start, or the revision pinned by an earlier run or the trigger */
  readonly sourceRevisions: readonly SourceRevisionOverride[]
  /** Compute/Commands and CodeBuild extras, resolved */
  readonly commands?: readonly string[]
  readonly environmentVariables?: readonly { readonly name: string; readonly value: string; readonly type: string }[]
  readonly exportedVariables?: readonly string[]
  /** output artifact name -> patterns of the files that go into it; only of outputs that declare some */
  readonly outputFiles?: Readonly<Record<string, readonly string[]>>
  readonly timeoutAt: Instant
}

/** Everything a rule provider needs, as an `ActionOrder` has it for actions. */
export interface RuleOrder {
  readonly pipeline: PipelineKey
  readonly pipelineArn: string
  readonly pipelineRoleArn: string
  readonly executionId: ExecutionId
  readonly rule: RuleExecution
  readonly encryptionKeyId?: string
  readonly artifactBucket: string
  /** of the Commands rule, resolved */
  readonly commands?: readonly string[]
  readonly timeoutAt: Instant
}

export type Command =
  | { readonly type: 'StartAction'; readonly order: ActionOrder }
  | {
      readonly type: 'AbandonAction'
      readonly pipeline: PipelineKey
      readonly executionId: ExecutionId
      readonly actionExecutionId: ActionExecutionId
      readonly reason: string
      /** the action ran into its timeout: its job is TimedOut, not Failed */
      readonly timedOut?: true
    }
  | {
      readonly type: 'ScheduleTimeout'
      readonly pipeline: PipelineKey
      readonly executionId: ExecutionId
      readonly actionExecutionId: ActionExecutionId
      readonly at: Instant
    }
  | { readonly type: 'CancelTimeout'; readonly actionExecutionId: ActionExecutionId }
  | { readonly type: 'StartRule'; readonly order: RuleOrder }
  | {
      readonly type: 'AbandonRule'
      readonly pipeline: PipelineKey
      readonly executionId: ExecutionId
      readonly ruleExecutionId: RuleExecutionId
      readonly reason: string
    }
  /** `timeout`: its time is over then; `check`: it waits, and is to be asked again then */
  | {
      readonly type: 'ScheduleRule'
      readonly pipeline: PipelineKey
      readonly executionId: ExecutionId
      readonly ruleExecutionId: RuleExecutionId
      readonly purpose: 'timeout' | 'check'
      readonly at: Instant
    }
  /** both of its timers; one that was never set is fine */
  | { readonly type: 'CancelRuleTimers'; readonly ruleExecutionId: RuleExecutionId }
  | { readonly type: 'PublishEvent'; readonly event: StateChangeEvent }

/**
 * An EventBridge event of the pipeline, without the envelope's id (`spec` 10.1, 10.2). AWS publishes none when a running action
 * tells of itself, an execution waits, a transition is closed, a condition is asked or the structure changes; ours does, under a
 * source of its own, so that whoever follows a pipeline need not ask again and again.
 */
export interface StateChangeEvent {
  readonly account: string
  readonly region: string
  readonly time: Instant
  readonly source: 'aws.codepipeline' | 'pipewright.codepipeline'
  readonly detailType:
    | 'CodePipeline Pipeline Execution State Change'
    | 'CodePipeline Stage Execution State Change'
    | 'CodePipeline Action Execution State Change'
    | 'CodePipeline Action Execution Progress'
    | 'CodePipeline Action Execution Skipped'
    | 'CodePipeline Rule Execution Progress'
    | 'CodePipeline Pipeline Execution Waiting'
    | 'CodePipeline Stage Transition State Change'
    | 'CodePipeline Stage Condition State Change'
    | 'CodePipeline Pipeline Structure Change'
  readonly resources: readonly string[]
  readonly detail: Readonly<Record<string, unknown>>
}

/** A caller asked for what the rules forbid; `code` is the API's exception. State is unchanged. */
export interface Rejection {
  readonly code: string
  readonly message: string
}

export type Decision<State> =
  | { readonly accepted: true; readonly state: State; readonly commands: readonly Command[]; readonly reply?: Reply }
  | { readonly accepted: false; readonly rejection: Rejection }

/** What the caller of an accepted event is told. */
export interface Reply {
  readonly executionId?: ExecutionId
  /** ExecutionRequested with `onlyIfNew` or a repeated token: nothing was started */
  readonly started?: boolean
}
