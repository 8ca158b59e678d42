import { publishStageChange } from './state-changes.ts'
import type { PipelineExecution, StageExecution } from './state.ts'
import { locksStages } from './status.ts'
import { putExecution, putStageState, stageStateOf, type Turn } from './turn.ts'

/** The execution is inside the stage, and holds it if its mode locks stages. Whoever calls has seen to it that the stage is free. */
export function enter(turn: Turn, execution: PipelineExecution, name: string): void {
  const stage: StageExecution = { status: 'InProgress', startedAt: turn.at, actions: {} }
  const stages = { ...execution.stages, [name]: stage }
  const inside = putExecution(turn, { ...execution, at: { stage: name, place: 'inside' }, stages })
  if (locksStages(inside.mode)) {
    putStageState(turn, name, { ...stageStateOf(turn, name), holder: inside.id, latest: inside.id })
  }
  publishStageChange(turn, inside, name, stage, 'STARTED')
  turn.agenda.push({ type: 'advance', executionId: inside.id })
}
