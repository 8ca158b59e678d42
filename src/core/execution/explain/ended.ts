/** Why an execution ended as it did, and why stages were left out. */
import type { StageConditionKey } from '../../pipeline/declaration.ts'
import { isApproval } from '../actions.ts'
import { engages } from '../conditions.ts'
import { own } from '../record.ts'
import type { ActionExecution, PipelineExecution, PipelineExecutionStatus, StageExecution } from '../state.ts'
import { hasFailed } from '../status.ts'
import type { Cause } from './explanation.ts'
import { aboutAction, aboutExecution, aboutStage, isLatestOf, stageOf, type Scene } from './scene.ts'

type Ended = Exclude<PipelineExecutionStatus, 'InProgress' | 'Stopping'>

export const whyItEnded: Readonly<Record<Ended, (scene: Scene, execution: PipelineExecution) => readonly Cause[]>> = {
  Succeeded: (_scene, execution) => [{ kind: 'Succeeded', ...general(execution) }],
  Superseded: (_scene, execution) => [whySuperseded(execution)],
  Cancelled: (_scene, execution) => [
    { kind: 'Cancelled', ...general(execution), detail: execution.statusSummary ?? 'The execution was cancelled.' },
  ],
  Stopped: (scene, execution) => [
    whyStopped(execution),
    ...Object.entries(execution.stages)
      .filter(([, { status }]) => status === 'Stopped')
      .flatMap(([name, stage]) => whyStageFailed(scene, execution, name, stage)),
  ],
  Failed: whyFailed,
}

const general = (execution: PipelineExecution) => ({ about: aboutExecution(execution), since: execution.updatedAt })

/** Older versions of Pipewright said by whom in the summary only. */
function whySuperseded(execution: PipelineExecution): Cause {
  const { supersededBy, statusSummary = '' } = execution
  const by = supersededBy?.executionId ?? /^Superseded by execution (\S+)\.$/.exec(statusSummary)?.[1]
  return {
    kind: 'Superseded',
    about: supersededBy === undefined ? aboutExecution(execution) : aboutStage(execution, supersededBy.stage),
    since: execution.updatedAt,
    ...(by !== undefined && { supersededBy: by }),
  }
}

function whyStopped(execution: PipelineExecution): Cause {
  const { stop } = execution
  const [inside] = Object.entries(execution.stages).find(([, { status }]) => status === 'Stopped') ?? []
  return {
    kind: 'Stopped',
    about: inside === undefined ? aboutExecution(execution) : aboutStage(execution, inside),
    since: execution.updatedAt,
    ...(stop?.by !== undefined && { by: stop.by }),
    ...(stop?.reason !== undefined && { reason: stop.reason }),
    abandoned: stop?.abandon === true,
  }
}

function whyFailed(scene: Scene, execution: PipelineExecution): readonly Cause[] {
  const { refusal, statusSummary: detail = 'The execution failed.', rolledBackBy } = execution
  if (refusal !== undefined) return [{ kind: refusal, ...general(execution), detail }]
  const causes = Object.entries(execution.stages)
    .filter(([, { status }]) => status === 'Failed')
    .flatMap(([name, stage]) => whyStageFailed(scene, execution, name, stage))
  const rollback: readonly Cause[] =
    rolledBackBy === undefined
      ? []
      : [
          {
            kind: 'RolledBack',
            about: aboutStage(execution, rolledBackBy.stage),
            since: execution.updatedAt,
            rollbackExecutionId: rolledBackBy.executionId,
            targetExecutionId: rolledBackBy.targetExecutionId,
          },
        ]
  return causes.length === 0 ? [{ kind: 'Failed', ...general(execution), detail }] : [...causes, ...rollback]
}

/** Also of a stage in which other actions still run. `onFailure` decides what follows a failure, and is none itself. */
export function whyStageFailed(
  scene: Scene,
  execution: PipelineExecution,
  name: string,
  { actions, conditions }: Pick<StageExecution, 'actions' | 'conditions'>,
): readonly Cause[] {
  const unmet = (['beforeEntry', 'onSuccess'] as const).flatMap((key) => {
    const condition = conditions?.[key]
    if (condition === undefined || !engages(condition.status)) return []
    return [
      {
        kind: 'ConditionFailed' as const,
        about: { ...aboutStage(execution, name), condition: key },
        since: condition.changedAt,
        detail: condition.summary ?? `The ${key} condition of stage ${name} failed.`,
        isOverridable: isOverridable(scene, execution, name, key),
      },
    ]
  })
  return [
    ...unmet,
    ...Object.values(actions)
      .filter(hasFailed)
      .map((run) => whyActionFailed(execution, run)),
  ]
}

const isOverridable = (
  scene: Scene,
  execution: PipelineExecution,
  name: string,
  key: Exclude<StageConditionKey, 'onFailure'>,
): boolean =>
  /^(?:InProgress|Failed)$/.test(own(execution.stages, name)?.status ?? '') &&
  stageOf(scene, execution, name)?.[key]?.conditions[0]?.result !== 'SKIP' &&
  isLatestOf(scene, execution, name)

function whyActionFailed(execution: PipelineExecution, run: ActionExecution): Cause {
  const common = {
    about: aboutAction(run),
    since: run.updatedAt,
    ...(run.updatedBy !== undefined && { by: run.updatedBy }),
  }
  const { error = NOT_RECORDED, summary, externalExecutionUrl } = run
  const link = externalExecutionUrl === undefined ? {} : { externalExecutionUrl }
  if (run.status === 'Abandoned') {
    const { stop, statusSummary } = execution
    const by = stop?.by === undefined ? {} : { by: stop.by }
    return { kind: 'Abandoned', ...common, ...by, ...(statusSummary !== undefined && { detail: statusSummary }) }
  }
  if (run.timedOut === true) return { kind: 'TimedOut', ...common, detail: error.message, ...link }
  if (isApproval(run) && run.updatedBy !== undefined) {
    return { kind: 'ApprovalRejected', ...common, ...(summary !== undefined && summary !== '' && { comment: summary }) }
  }
  return { kind: 'ActionFailed', ...common, error, ...(summary !== undefined && { summary }), ...link }
}

const NOT_RECORDED = { code: 'InternalError', message: 'No reason was recorded.' } as const

export const whySomethingWasSkipped = (execution: PipelineExecution): readonly Cause[] =>
  Object.entries(execution.stages).flatMap(([name, stage]) => [
    ...(stage.status === 'Skipped' ? [whyStageWasSkipped(execution, name, stage)] : []),
    ...Object.values(stage.actions).flatMap((run): readonly Cause[] =>
      run.skipped === undefined
        ? []
        : [{ kind: 'ActionSkipped', about: aboutAction(run), since: run.updatedAt, ...run.skipped }],
    ),
  ])

const whyStageWasSkipped = (
  execution: PipelineExecution,
  name: string,
  { startedAt, endedAt = startedAt, conditions }: StageExecution,
): Cause => ({
  kind: 'Skipped',
  about: { ...aboutStage(execution, name), condition: 'beforeEntry' },
  since: endedAt,
  ...(conditions?.beforeEntry?.summary !== undefined && { detail: conditions.beforeEntry.summary }),
})
