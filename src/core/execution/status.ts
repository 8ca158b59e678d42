/** What a status means for the orchestrator. */
import type {
  ActionExecution,
  ExecutionMode,
  PipelineExecution,
  PipelineExecutionStatus,
  RuleExecution,
  StageExecution,
} from './state.ts'

/** Source: CodePipeline API reference, `PipelineExecution.status`; `Failed` and `Stopped` can be left again by a retry. */
const ACTIVE = {
  InProgress: true,
  Stopping: true,
  Stopped: false,
  Succeeded: false,
  Superseded: false,
  Failed: false,
  Cancelled: false,
} as const satisfies Record<PipelineExecutionStatus, boolean>

/** In progress in the wide sense: it holds or will hold a stage, and counts against the limit of concurrent executions. */
export const isActive = ({ status }: PipelineExecution): boolean => ACTIVE[status]

/** Whether stages are locked by executions of this mode. */
export const locksStages = (mode: ExecutionMode): boolean => mode !== 'PARALLEL'

/** Whether concurrent executions of this mode are limited. */
export const isLimited = (mode: ExecutionMode): boolean => mode !== 'SUPERSEDED'

export const isRunning = ({ status }: ActionExecution | RuleExecution): boolean => status === 'InProgress'

export const hasFailed = ({ status, skipped }: ActionExecution): boolean =>
  (status === 'Failed' || status === 'Abandoned') && skipped === undefined

/** Nobody has to wait for it any more: it succeeded, or was skipped. */
export const isDone = (run: ActionExecution | undefined): boolean =>
  run !== undefined && (run.status === 'Succeeded' || run.skipped !== undefined)

export const runningActions = ({ actions }: Pick<StageExecution, 'actions'>): readonly ActionExecution[] =>
  Object.values(actions).filter(isRunning)

export const runningRules = ({ conditions = {} }: Pick<StageExecution, 'conditions'>): readonly RuleExecution[] =>
  Object.values(conditions).flatMap(({ rules }) => Object.values(rules).filter(isRunning))
