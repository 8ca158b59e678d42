import type { Activity, ExecutionTimings, Totals } from '../../../core/execution/timings.ts'
import { duration, paint, type Output } from '../../output.ts'

const WORDS: Readonly<Record<Activity, string>> = {
  running: 'running',
  transferring: 'moving artifacts',
  condition: 'asking conditions',
  queued: 'queued',
  approval: 'waiting for approval',
  transition: 'waiting for a stage',
  idle: 'nothing to do',
}

/** The whole, then stage by stage what its actions were at. */
export function showTimings(timings: ExecutionTimings, output: Output): void {
  const { pipelineName, pipelineExecutionId, status, durationMs, totals, between, stages } = timings
  const dim = (text: string): string => paint(output, 'dim', text)
  const head = paint(output, 'bold', pipelineName)
  output.line(`${head}  ${pipelineExecutionId}  ${status}  ${duration(durationMs)}: ${spent(totals)}`)
  for (const stage of stages) {
    const wait = between.find(({ beforeStage }) => beforeStage === stage.stageName)
    if (wait) output.line(`  ${dim(`${duration(wait.endedAt - wait.startedAt)} in front of ${stage.stageName}`)}`)
    output.line(`  ${paint(output, 'bold', stage.stageName)}  ${duration(stage.durationMs)}`)
    for (const { actionName, durationMs, segments } of stage.actions) {
      const steps = segments.map(
        ({ activity, startedAt, endedAt }) => `${WORDS[activity]} ${duration(endedAt - startedAt)}`,
      )
      output.line(`    ${actionName}  ${duration(durationMs)}  ${dim(steps.join(', '))}`)
    }
  }
  const last = between.at(-1)
  if (last && !stages.some(({ stageName }) => stageName === last.beforeStage)) {
    output.line(`  ${dim(`${duration(last.endedAt - last.startedAt)} in front of ${last.beforeStage ?? 'a stage'}`)}`)
  }
}

/** `running 12 s, queued 3.0 s`: the largest first, nothing that took no time */
const spent = (totals: Totals): string =>
  Object.entries(totals)
    .filter(([, milliseconds]) => milliseconds > 0)
    .toSorted(([, one], [, other]) => other - one)
    .map(([activity, milliseconds]) => `${WORDS[activity as Activity]} ${duration(milliseconds)}`)
    .join(', ')
