/** Where the time of an execution went, as data: the results of our own operation `GetTimings`. Types only, for browsers too. */
import type { ActionTypeId } from '../../pipeline/declaration.ts'
import type {
  ActionExecutionId,
  ActionExecutionStatus,
  ExecutionId,
  Instant,
  PipelineExecutionStatus,
  StageExecutionStatus,
} from '../state.ts'

/**
 * What an action was at. `queued`: for a job worker or a build runner to take it; `transferring`: its artifacts moved between the
 * artifact store and whoever works.
 */
export type ActionActivity = 'queued' | 'approval' | 'transferring' | 'running'

/**
 * What a stage or an execution was at. `condition`: rules were asked; `transition`: it stood in front of a stage, behind another
 * execution or a disabled transition; `idle`: nothing was to be done, as before a retry.
 */
export type Activity = ActionActivity | 'condition' | 'transition' | 'idle'

export interface Segment<Kind extends Activity = Activity> {
  readonly activity: Kind
  /** ms since the epoch */
  readonly startedAt: Instant
  /** of what has not ended: the time of asking */
  readonly endedAt: Instant
}

/** ms of each activity. When several went on at once, the time counts for the one that is nearest to work: the sum is the duration. */
export type Totals = Readonly<Record<Activity, number>>

export interface Timed {
  readonly startedAt: Instant
  /** absent: it is in progress */
  readonly endedAt?: Instant
  readonly durationMs: number
}

export interface ActionTimings extends Timed {
  readonly actionName: string
  readonly actionExecutionId: ActionExecutionId
  readonly actionTypeId: ActionTypeId
  readonly status: ActionExecutionStatus
  /** in order, without gaps or overlaps, from its start to its end */
  readonly segments: readonly Segment<ActionActivity>[]
}

export interface StageTimings extends Timed {
  readonly stageName: string
  readonly status: StageExecutionStatus
  readonly totals: Totals
  /** every run, those that a retry replaced included, oldest first */
  readonly actions: readonly ActionTimings[]
  /** when its conditions were asked */
  readonly conditions: readonly Segment<'condition'>[]
}

export interface ExecutionTimings extends Timed {
  readonly pipelineName: string
  readonly pipelineExecutionId: ExecutionId
  readonly status: PipelineExecutionStatus
  readonly totals: Totals
  /** waiting in front of a stage: what lies between the stages */
  readonly between: readonly (Segment<'transition'> & { readonly beforeStage?: string })[]
  /** in order of entry */
  readonly stages: readonly StageTimings[]
}
