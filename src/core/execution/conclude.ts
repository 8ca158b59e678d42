/** How stages and executions end: statuses, summaries, events, and the place that becomes free. */
import { engages } from './conditions.ts'
import { own, omit } from './record.ts'
import { publishActionCanceled, publishPipelineChange, publishStageChange } from './state-changes.ts'
import type { PipelineExecution, StageExecution } from './state.ts'
import { hasFailed } from './status.ts'
import { putExecution, putStageState, stageOf, stageStateOf, type Turn } from './turn.ts'

/** What ends a stage without success ends its execution too. */
export type Unsuccessful = 'Failed' | 'Stopped' | 'Cancelled'

export function leave(turn: Turn, execution: PipelineExecution, stage: string, status: Unsuccessful): void {
  if (status === 'Cancelled') cancelUnstarted(turn, execution, stage)
  const done = endStage(turn, execution, stage, status)
  conclude(turn, done, status, SUMMARY[status](done, stage))
}

const STAGE_CHANGE = {
  Succeeded: 'SUCCEEDED',
  /** there is no state of its own for it; the event says `skipped` */
  Skipped: 'SUCCEEDED',
  Failed: 'FAILED',
  Stopped: 'STOPPED',
  Cancelled: 'CANCELED',
} as const

export function endStage(
  turn: Turn,
  execution: PipelineExecution,
  name: string,
  status: keyof typeof STAGE_CHANGE,
): PipelineExecution {
  const stage = own(execution.stages, name)
  if (stage === undefined) return execution
  const ended: StageExecution = { ...stage, status, endedAt: turn.at }
  const updated = putExecution(turn, { ...execution, stages: { ...execution.stages, [name]: ended } })
  publishStageChange(turn, updated, name, ended, STAGE_CHANGE[status])
  return updated
}

const PIPELINE_CHANGE = {
  Succeeded: 'SUCCEEDED',
  Failed: 'FAILED',
  Stopped: 'STOPPED',
  Cancelled: 'CANCELED',
  Superseded: 'SUPERSEDED',
} as const

/** The execution is over and gives up its place, wherever that is. */
export function conclude(
  turn: Turn,
  execution: PipelineExecution,
  status: keyof typeof PIPELINE_CHANGE,
  statusSummary?: string,
): PipelineExecution {
  const ended = putExecution(turn, {
    ...omit(execution, 'at', 'draining', 'statusSummary'),
    status,
    ...(statusSummary === undefined ? {} : { statusSummary }),
  })
  publishPipelineChange(turn, ended, PIPELINE_CHANGE[status])
  if (execution.at?.place === 'inside') unlock(turn, execution, execution.at.stage)
  if (execution.at?.place === 'waiting') stopWaiting(turn, execution, execution.at.stage)
  return ended
}

/** Frees the stage; whoever waits enters in this same decision. */
export function unlock(turn: Turn, { id }: PipelineExecution, stage: string): void {
  const state = stageStateOf(turn, stage)
  if (state.holder !== id) return
  putStageState(turn, stage, omit(state, 'holder'))
  turn.agenda.push({ type: 'admit', stage })
}

function stopWaiting(turn: Turn, { id }: PipelineExecution, stage: string): void {
  const state = stageStateOf(turn, stage)
  if (!state.waiting.includes(id)) return
  putStageState(turn, stage, { ...state, waiting: state.waiting.filter((other) => other !== id) })
}

/** The later groups of a stage whose execution an update cancels. */
function cancelUnstarted(turn: Turn, execution: PipelineExecution, stage: string): void {
  const runs = own(execution.stages, stage)?.actions ?? {}
  for (const action of stageOf(turn, execution, stage).actions) {
    if (own(runs, action.name) === undefined) publishActionCanceled(turn, execution, stage, action)
  }
}

const SUMMARY = {
  Failed: (execution, stage) => {
    const failed = Object.values(own(execution.stages, stage)?.actions ?? {}).filter(hasFailed)
    const { beforeEntry, onSuccess } = own(execution.stages, stage)?.conditions ?? {}
    const causes = [
      ...failed.map(({ action, error }) => `action ${action}: ${error?.message ?? 'abandoned'}`),
      ...[beforeEntry, onSuccess].flatMap((condition) =>
        condition !== undefined && engages(condition.status) ? [condition.summary ?? 'a condition failed'] : [],
      ),
    ]
    return `Stage ${stage} failed: ${causes.join('; ')}`
  },
  Stopped: (execution) => stopSummary(execution),
  Cancelled: ({ draining }) => draining?.reason ?? 'The execution was cancelled.',
} as const satisfies Record<Unsuccessful, (execution: PipelineExecution, stage: string) => string>

export const stopSummary = ({ stop }: PipelineExecution): string =>
  stop?.reason === undefined ? 'The execution was stopped.' : `The execution was stopped: ${stop.reason}`
