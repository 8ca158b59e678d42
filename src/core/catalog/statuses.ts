/**
 * Status values of everything that runs, as the API spells them, and which of them are final.
 *
 * Source: CodePipeline API model (enums); specification, "Objects and statuses".
 */
export const PIPELINE_EXECUTION_STATUSES = [
  'InProgress',
  'Stopping',
  'Stopped',
  'Succeeded',
  'Superseded',
  'Failed',
  'Cancelled',
] as const
export type PipelineExecutionStatus = (typeof PIPELINE_EXECUTION_STATUSES)[number]

export const STAGE_EXECUTION_STATUSES = [
  'InProgress',
  'Stopping',
  'Stopped',
  'Succeeded',
  'Failed',
  'Cancelled',
  'Skipped',
] as const
export type StageExecutionStatus = (typeof STAGE_EXECUTION_STATUSES)[number]

export const ACTION_EXECUTION_STATUSES = ['InProgress', 'Abandoned', 'Succeeded', 'Failed'] as const
export type ActionExecutionStatus = (typeof ACTION_EXECUTION_STATUSES)[number]

export const RULE_EXECUTION_STATUSES = ACTION_EXECUTION_STATUSES
export type RuleExecutionStatus = ActionExecutionStatus

export const CONDITION_EXECUTION_STATUSES = [
  'InProgress',
  'Failed',
  'Errored',
  'Succeeded',
  'Cancelled',
  'Abandoned',
  'Overridden',
] as const
export type ConditionExecutionStatus = (typeof CONDITION_EXECUTION_STATUSES)[number]

export const JOB_STATUSES = [
  'Created',
  'Queued',
  'Dispatched',
  'InProgress',
  'TimedOut',
  'Succeeded',
  'Failed',
] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

export type AnyStatus =
  | PipelineExecutionStatus
  | StageExecutionStatus
  | ActionExecutionStatus
  | ConditionExecutionStatus
  | JobStatus

const RUNNING: ReadonlySet<AnyStatus> = new Set(['InProgress', 'Stopping', 'Created', 'Queued', 'Dispatched'])

/** Has this thing ended? A retry can still bring a `Failed` or `Stopped` execution back to `InProgress`. */
export const isTerminal = (status: AnyStatus): boolean => !RUNNING.has(status)

/** May a retry bring an execution or stage in this status back to life? */
export const isRetryable = (status: PipelineExecutionStatus | StageExecutionStatus): boolean =>
  status === 'Failed' || status === 'Stopped'
