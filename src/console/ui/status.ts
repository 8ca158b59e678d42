/** Every status of every kind, with how it looks: colour, shape and word together, so that nobody needs the colour. */
import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator'
import type {
  ActionExecutionStatus,
  ConditionExecutionStatus,
  PipelineExecutionStatus,
  RuleExecutionStatus,
  StageExecutionStatus,
} from '@aws-sdk/client-codepipeline'

export type AnyStatus =
  | ActionExecutionStatus
  | ConditionExecutionStatus
  | PipelineExecutionStatus
  | RuleExecutionStatus
  | StageExecutionStatus
  | 'Waiting'
  | 'NotStarted'

interface Look {
  /** Cloudscape's colour and shape */
  readonly type: StatusIndicatorProps.Type
  readonly label: string
}

export const STATUS = {
  Succeeded: { type: 'success', label: 'Succeeded' },
  Failed: { type: 'error', label: 'Failed' },
  Errored: { type: 'warning', label: 'Errored' },
  InProgress: { type: 'in-progress', label: 'In progress' },
  Waiting: { type: 'pending', label: 'Waiting' },
  Stopping: { type: 'in-progress', label: 'Stopping' },
  Stopped: { type: 'stopped', label: 'Stopped' },
  Superseded: { type: 'not-started', label: 'Superseded' },
  Cancelled: { type: 'stopped', label: 'Cancelled' },
  Abandoned: { type: 'stopped', label: 'Abandoned' },
  Skipped: { type: 'not-started', label: 'Skipped' },
  Overridden: { type: 'warning', label: 'Overridden' },
  NotStarted: { type: 'not-started', label: 'Not started' },
} satisfies Record<AnyStatus, Look>

export const lookOf = (status: string | undefined): Look =>
  status !== undefined && Object.hasOwn(STATUS, status)
    ? STATUS[status as AnyStatus]
    : { type: 'not-started', label: status ?? 'Not started' }
