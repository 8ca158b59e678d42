/**
 * Running a stage again, inside the same execution: everything, or what failed. Old runs stay in history; new ones take their place.
 * Source: CodePipeline user guide, "Retry a failed stage or failed actions in a stage".
 */
import type { StageRetryMode } from '../pipeline/declaration.ts'
import type { PipelineEvent } from './events.ts'
import { omit, own } from './record.ts'
import { isFull, rejectFull, rejectUnknownStage } from './rejections.ts'
import { publishPipelineChange, publishStageChange } from './state-changes.ts'
import type { ActionExecution, PipelineExecution, StageExecution } from './state.ts'
import { hasFailed, isActive, isRunning, locksStages } from './status.ts'
import { putExecution, putStageState, reject, stageOf, stageStateOf, type Turn, type Verdict } from './turn.ts'

type Request = Extract<PipelineEvent, { type: 'RetryRequested' }>

export function retryRequested(turn: Turn, event: Request): Verdict {
  const { draft } = turn
  const { stage: name, executionId, mode } = event
  if (!draft.declaration.stages.some((stage) => stage.name === name)) return rejectUnknownStage(draft.key, name)
  const execution = own(draft.executions, executionId)
  const stage = execution === undefined ? undefined : own(execution.stages, name)
  if (execution === undefined || stage === undefined || !isLatest(turn, execution, name)) return rejectNotLatest(event)
  const obstacle = obstacleTo(turn, execution, name, stage, mode)
  if (obstacle !== undefined) {
    return reject(
      'StageNotRetryableException',
      `Stage '${name}' of execution '${executionId}' cannot be retried: ${obstacle}`,
    )
  }
  if (!isActive(execution) && isFull(turn)) return rejectFull(turn)
  resume(turn, execution, name, mode, 'ManualStageRetry')
  return { reply: { executionId } }
}

/** Inside the stage's lock, so that nobody gets in between; the failed runs must not be lost to history. */
export function retryAutomatically(turn: Turn, execution: PipelineExecution, name: string, mode: StageRetryMode): void {
  const runs = Object.values(own(execution.stages, name)?.actions ?? {})
  turn.replaced.push(...runs.filter((run) => isReplaced(run, mode) && run.updatedAt === turn.at))
  resume(turn, execution, name, mode, 'AutomatedStageRetry')
}

/** An execution is the stage's latest until another one enters. PARALLEL executions never get in each other's way. */
function isLatest(turn: Turn, { id, mode, status }: PipelineExecution, name: string): boolean {
  if (status === 'Superseded') return false
  return !locksStages(mode) || stageStateOf(turn, name).latest === id
}

const rejectNotLatest = ({ stage, executionId }: Request): Verdict =>
  reject(
    'NotLatestPipelineExecutionException',
    `Execution '${executionId}' is not the latest execution of stage '${stage}'`,
  )

/** @returns why not, as the end of a sentence */
function obstacleTo(
  turn: Turn,
  execution: PipelineExecution,
  name: string,
  stage: StageExecution,
  mode: StageRetryMode,
): string | undefined {
  const runs = Object.values(stage.actions)
  if (execution.pipelineVersion !== turn.draft.version) return 'the pipeline has been updated since'
  if (stage.status === 'Stopping') return 'it is being stopped'
  if (stage.status === 'InProgress' && stage.retry !== undefined) return 'it is being retried already'
  if (mode === 'ALL_ACTIONS' && runs.some(isRunning)) return 'an action is still running'
  const incomplete = stage.status === 'Stopped' && runs.length < stageOf(turn, execution, name).actions.length
  return runs.some(hasFailed) || incomplete ? undefined : 'none of its actions has failed'
}

const isReplaced = (run: ActionExecution, mode: StageRetryMode): boolean => mode === 'ALL_ACTIONS' || hasFailed(run)

function resume(
  turn: Turn,
  execution: PipelineExecution,
  name: string,
  mode: StageRetryMode,
  latest: 'ManualStageRetry' | 'AutomatedStageRetry',
): void {
  const stage = own(execution.stages, name)
  if (stage === undefined) return
  const kept = Object.entries(stage.actions).filter(([, run]) => !isReplaced(run, mode))
  const { manual = 0, automatic = 0 } = stage.retry ?? {}
  const resumed: StageExecution = {
    ...omit(stage, 'endedAt'),
    status: 'InProgress',
    actions: Object.fromEntries(kept),
    retry: {
      manual: manual + Number(latest === 'ManualStageRetry'),
      automatic: automatic + Number(latest === 'AutomatedStageRetry'),
      latest,
      latestAt: turn.at,
    },
  }
  const updated = putExecution(turn, {
    ...omit(execution, 'stop', 'statusSummary'),
    status: 'InProgress',
    attempt: execution.attempt + 1,
    at: { stage: name, place: 'inside' },
    stages: { ...execution.stages, [name]: resumed },
  })
  if (locksStages(updated.mode)) putStageState(turn, name, { ...stageStateOf(turn, name), holder: updated.id })
  publishPipelineChange(turn, updated, 'RESUMED')
  publishStageChange(turn, updated, name, resumed, 'RESUMED')
  turn.agenda.push({ type: 'advance', executionId: updated.id })
}
