import { omit } from './record.ts'
import type { PipelineExecution } from './state.ts'
import { putStageState, stageStateOf, type Turn } from './turn.ts'

/**
 * QUEUED mode: first come, first served in front of each stage; nobody overtakes and nobody is superseded.
 * Source: CodePipeline user guide, "Set or change the pipeline execution mode".
 */
export function joinQueue(turn: Turn, { id }: PipelineExecution, stage: string): void {
  const state = stageStateOf(turn, stage)
  putStageState(turn, stage, { ...omit(state, 'stoppedInbound'), waiting: [...state.waiting, id] })
}
