import { conclude } from './conclude.ts'
import { omit } from './record.ts'
import type { PipelineExecution } from './state.ts'
import { executionOf, putStageState, stageStateOf, type Turn } from './turn.ts'

/**
 * SUPERSEDED mode: there is one waiting place in front of a stage, and the newest execution has it. Age decides, not arrival: an
 * older execution that comes late after a retry must not overwrite a newer one.
 * Source: CodePipeline user guide, "How pipeline executions work", rule 3.
 */
export function supersede(turn: Turn, arriving: PipelineExecution, stage: string): void {
  const state = stageStateOf(turn, stage)
  const rivals = [...state.waiting.map((id) => executionOf(turn, id)), arriving]
  const newest = rivals.reduce((one, other) => (other.age > one.age ? other : one))
  putStageState(turn, stage, { ...omit(state, 'stoppedInbound'), waiting: [newest.id] })
  for (const older of rivals) {
    if (older === newest) continue
    const superseded = { ...older, supersededBy: { executionId: newest.id, stage } }
    conclude(turn, superseded, 'Superseded', `Superseded by execution ${newest.id}.`)
  }
}
