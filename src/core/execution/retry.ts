/**
 * Running a stage again, inside the same execution: everything, or what failed. Old runs stay in history; new ones take their place.
 * Source: CodePipeline user guide, "Retry a failed stage or failed actions in a stage".
 */
import type { StageRetryMode } from '../pipeline/declaration.ts'
import { forgetConditions, hasPassed } from './conditions.ts'
import type { PipelineEvent } from './events.ts'
import { own } from './record.ts'
import { isFull, rejectFull, rejectNotLatest, rejectUnknownStage } from './rejections.ts'
import { reopen } from './reopen.ts'
import type { ActionExecution, PipelineExecution, StageExecution } from './state.ts'
import { hasFailed, isActive, isRunning, runningRules } from './status.ts'
import { isLatest, reject, stageOf, type Turn, type Verdict } from './turn.ts'

type Request = Extract<PipelineEvent, { type: 'RetryRequested' }>

export function retryRequested(turn: Turn, event: Request): Verdict {
  const { draft } = turn
  const { stage: name, executionId, mode } = event
  if (!draft.declaration.stages.some((stage) => stage.name === name)) return rejectUnknownStage(draft.key, name)
  const execution = own(draft.executions, executionId)
  const stage = execution === undefined ? undefined : own(execution.stages, name)
  if (execution === undefined || stage === undefined || !isLatest(turn, execution, name)) {
    return rejectNotLatest(executionId, name)
  }
  const obstacle = obstacleTo(turn, execution, name, stage, mode)
  if (obstacle !== undefined) {
    return reject(
      'StageNotRetryableException',
      `Stage '${name}' of execution '${executionId}' cannot be retried: ${obstacle}`,
    )
  }
  if (!isActive(execution) && isFull(turn)) return rejectFull(turn)
  resume(turn, execution, name, (run) => isReplaced(run, mode), 'ManualStageRetry')
  return { reply: { executionId } }
}

/** Inside the stage's lock, so that nobody gets in between; the failed runs must not be lost to history. */
export function retryAutomatically(turn: Turn, execution: PipelineExecution, name: string, mode: StageRetryMode): void {
  const runs = Object.values(own(execution.stages, name)?.actions ?? {})
  turn.replaced.push(...runs.filter((run) => isReplaced(run, mode) && run.updatedAt === turn.at))
  resume(turn, execution, name, (run) => isReplaced(run, mode), 'AutomatedStageRetry')
}

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
  if (stage.status === 'Skipped') return 'it was skipped'
  if (runningRules(stage).length > 0) return 'its conditions are being evaluated'
  if (mode === 'ALL_ACTIONS' && runs.some(isRunning)) return 'an action is still running'
  const conditions = Object.values(stage.conditions ?? {})
  const incomplete = stage.status === 'Stopped' && runs.length < stageOf(turn, execution, name).actions.length
  const unmet = stage.status !== 'InProgress' && conditions.some((condition) => !hasPassed(condition))
  return runs.some(hasFailed) || incomplete || unmet ? undefined : 'none of its actions has failed'
}

const isReplaced = (run: ActionExecution, mode: StageRetryMode): boolean => mode === 'ALL_ACTIONS' || hasFailed(run)

/** The runs to be replaced leave their place in the stage, so that their actions start again. */
export function resume(
  turn: Turn,
  execution: PipelineExecution,
  name: string,
  isToReplace: (run: ActionExecution) => boolean,
  latest: 'ManualStageRetry' | 'AutomatedStageRetry',
): void {
  const stage = own(execution.stages, name)
  if (stage === undefined) return
  const kept = Object.entries(stage.actions).filter(([, run]) => !isToReplace(run))
  const { manual = 0, automatic = 0 } = stage.retry ?? {}
  const resumed: StageExecution = {
    ...forgetConditions(turn, stage, (key, condition) => key === 'beforeEntry' && hasPassed(condition)),
    actions: Object.fromEntries(kept),
    retry: {
      manual: manual + Number(latest === 'ManualStageRetry'),
      automatic: automatic + Number(latest === 'AutomatedStageRetry'),
      latest,
      latestAt: turn.at,
    },
  }
  reopen(turn, execution, name, resumed, execution.attempt + 1)
}
