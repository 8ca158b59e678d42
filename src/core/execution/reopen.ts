import { omit } from './record.ts'
import { publishPipelineChange, publishStageChange } from './state-changes.ts'
import type { PipelineExecution, StageExecution } from './state.ts'
import { locksStages } from './status.ts'
import { putExecution, putStageState, stageStateOf, type Turn } from './turn.ts'

/** The execution goes on inside the stage, whether that was over or not, and holds it again. */
export function reopen(
  turn: Turn,
  execution: PipelineExecution,
  name: string,
  stage: StageExecution,
  attempt: number,
): void {
  const resumed: StageExecution = { ...omit(stage, 'endedAt'), status: 'InProgress' }
  const updated = putExecution(turn, {
    ...omit(execution, 'stop', 'statusSummary'),
    status: 'InProgress',
    attempt,
    at: { stage: name, place: 'inside' },
    stages: { ...execution.stages, [name]: resumed },
  })
  if (locksStages(updated.mode)) putStageState(turn, name, { ...stageStateOf(turn, name), holder: updated.id })
  publishPipelineChange(turn, updated, 'RESUMED')
  publishStageChange(turn, updated, name, resumed, 'RESUMED')
  turn.agenda.push({ type: 'advance', executionId: updated.id })
}
