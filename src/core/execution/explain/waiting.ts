/** Why an execution does not enter the stage it stands in front of. */
import { own } from '../record.ts'
import type { PipelineExecution, PipelineState } from '../state.ts'
import { isActive } from '../status.ts'
import type { Cause } from './explanation.ts'
import { aboutStage, limitsOf, type Scene } from './scene.ts'

/** A disabled transition comes first: whoever leaves the stage, it lets nobody in. */
export function whyItWaits(scene: Scene, execution: PipelineExecution): readonly Cause[] {
  const { at } = execution
  if (at?.place !== 'waiting') return []
  const { waiting = [], holder } = own(scene.state.stages, at.stage) ?? {}
  const about = aboutStage(execution, at.stage)
  const ahead = waiting.slice(0, Math.max(0, waiting.indexOf(execution.id)))
  const transition = own(scene.state.transitions, at.stage)
  if (transition?.enabled === false) {
    const { reason, changedBy, changedAt, disabledSince = changedAt } = transition
    return [
      {
        kind: 'TransitionDisabled',
        about,
        since: Math.max(at.since, disabledSince),
        by: changedBy,
        ...(reason !== undefined && { reason }),
        position: ahead.length + 1,
        givesUpAt: Math.max(at.since, disabledSince) + limitsOf(scene).inboundWaitMs,
      },
    ]
  }
  const heldBy = holder === undefined ? {} : { heldBy: holder }
  if (ahead.length > 0) {
    return [{ kind: 'Queued', about, since: at.since, position: ahead.length + 1, ahead, ...heldBy }]
  }
  return holder === undefined ? [] : [{ kind: 'WaitingForStage', about, since: at.since, heldBy: holder }]
}

/** The transitions that will hold whoever comes; those that hold somebody are told of with them. */
export function disabledTransitions({ transitions, executions }: PipelineState): readonly Cause[] {
  const waitedFor = new Set(
    Object.values(executions).flatMap((execution) =>
      isActive(execution) && execution.at?.place === 'waiting' ? [execution.at.stage] : [],
    ),
  )
  return Object.entries(transitions).flatMap(([stageName, { enabled, reason, changedBy, changedAt, disabledSince }]) =>
    enabled || waitedFor.has(stageName)
      ? []
      : [
          {
            kind: 'TransitionDisabled' as const,
            about: { stageName },
            since: disabledSince ?? changedAt,
            by: changedBy,
            ...(reason !== undefined && { reason }),
          },
        ],
  )
}
