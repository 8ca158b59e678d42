/**
 * A person lets an execution pass a condition, while its rules run or after it has failed the stage.
 * Source: CodePipeline API reference, OverrideStageCondition.
 */
import { cancelConditions, forgetConditions, overrideCondition } from './conditions.ts'
import type { PipelineEvent } from './events.ts'
import { own } from './record.ts'
import { isFull, rejectFull, rejectNotLatest, rejectUnknownStage } from './rejections.ts'
import { reopen } from './reopen.ts'
import { conditionOf } from './rules.ts'
import type { PipelineExecution, StageExecution } from './state.ts'
import { isActive } from './status.ts'
import { executionOf, isLatest, putExecution, reject, stageOf, type Turn, type Verdict } from './turn.ts'

type Request = Extract<PipelineEvent, { type: 'OverrideRequested' }>

export function overrideRequested(turn: Turn, request: Request): Verdict {
  const { draft } = turn
  const { executionId, stage: name, condition, by } = request
  if (!draft.declaration.stages.some((stage) => stage.name === name)) return rejectUnknownStage(draft.key, name)
  const execution = own(draft.executions, executionId)
  const stage = execution === undefined ? undefined : own(execution.stages, name)
  if (execution === undefined || stage === undefined || !isLatest(turn, execution, name)) {
    return rejectNotLatest(executionId, name)
  }
  const obstacle = obstacleTo(turn, execution, stage, request)
  if (obstacle !== undefined) {
    const message = `The ${condition} condition of stage '${name}' cannot be overridden: ${obstacle}`
    return reject('ConditionNotOverridableException', message)
  }
  if (!isActive(execution) && isFull(turn)) return rejectFull(turn)
  overrideCondition(turn, executionId, name, condition, by)
  cancelConditions(turn, execution, 'Abandoned', 'The condition that had failed was overridden.')
  goOn(turn, name, executionOf(turn, executionId))
  return undefined
}

/** @returns why not, as the end of a sentence */
function obstacleTo(
  turn: Turn,
  execution: PipelineExecution,
  stage: StageExecution,
  { stage: name, condition: key }: Request,
): string | undefined {
  const status = conditionOf(execution, name, key)?.status
  if (execution.pipelineVersion !== turn.draft.version) return 'the pipeline has been updated since'
  if (status === undefined) return 'it has not been evaluated'
  if (stageOf(turn, execution, name)[key]?.conditions[0]?.result === 'SKIP') return 'its result is SKIP'
  if (status !== 'InProgress' && status !== 'Failed' && status !== 'Errored') return `it is ${status}`
  return stage.status === 'InProgress' || stage.status === 'Failed' ? undefined : `the stage is ${stage.status}`
}

/** What followed from the failure of the condition is taken back. */
function goOn(turn: Turn, name: string, execution: PipelineExecution): void {
  const stage = own(execution.stages, name)
  if (stage === undefined) return
  const passed = forgetConditions(turn, stage, (key) => key !== 'onFailure')
  if (stage.status === 'Failed') {
    reopen(turn, execution, name, passed, execution.attempt)
  } else {
    putExecution(turn, { ...execution, stages: { ...execution.stages, [name]: passed } })
    turn.agenda.push({ type: 'advance', executionId: execution.id })
  }
}
