/** What an execution inside a stage is at: its running actions, what they wait for, and the conditions that are being asked. */
import type { StageConditionKey } from '../../pipeline/declaration.ts'
import { currentStage, isApproval } from '../actions.ts'
import { isForJobWorkers } from '../job-workers.ts'
import { ruleTimeoutMinutes } from '../limits.ts'
import { own } from '../record.ts'
import type { ActionExecution, ConditionExecution, PipelineExecution, StageExecution } from '../state.ts'
import { isRunning, runningActions, runningRules } from '../status.ts'
import type { Cause } from './explanation.ts'
import {
  aboutAction,
  aboutExecution,
  aboutStage,
  isLatestOf,
  limitsOf,
  stageOf,
  timesOutAt,
  type Scene,
} from './scene.ts'

export function whatItIsAt(scene: Scene, execution: PipelineExecution): readonly Cause[] {
  const stage = currentStage(execution)
  const name = execution.at?.stage
  if (stage === undefined || name === undefined) return []
  return [
    ...endingAfter(execution, stage),
    ...Object.entries(stage.conditions ?? {}).flatMap(([key, condition]) =>
      whyConditionWaits(scene, execution, name, key as StageConditionKey, condition),
    ),
    ...runningActions(stage).map((run) => whyActionRuns(scene, execution, run)),
    ...heldByLimit(scene, execution, name, stage),
  ]
}

/** Stopped by somebody, or by an update of the pipeline: nothing new starts, what runs may end. */
function endingAfter(execution: PipelineExecution, stage: StageExecution): readonly Cause[] {
  const about = aboutExecution(execution)
  const waitsFor = [
    ...runningActions(stage).map(({ action }) => action),
    ...runningRules(stage).map(({ rule }) => rule),
  ]
  const { stop, draining, updatedAt } = execution
  if (execution.status === 'Stopping') {
    return [
      {
        kind: 'Stopping',
        about,
        since: stop?.at ?? updatedAt,
        ...(stop?.by !== undefined && { by: stop.by }),
        ...(stop?.reason !== undefined && { reason: stop.reason }),
        waitsFor,
      },
    ]
  }
  return draining === undefined
    ? []
    : [{ kind: 'Draining', about, since: updatedAt, detail: draining.reason, waitsFor }]
}

function whyConditionWaits(
  scene: Scene,
  execution: PipelineExecution,
  stage: string,
  key: StageConditionKey,
  { status, changedAt, rules }: ConditionExecution,
): readonly Cause[] {
  if (status !== 'InProgress') return []
  const running = Object.values(rules).filter(isRunning)
  const declared = stageOf(scene, execution, stage)?.[key]?.conditions?.[0]
  const minutes = (name: string): number => {
    const rule = declared?.rules.find((one) => one.name === name)
    return rule === undefined ? 60 : ruleTimeoutMinutes(rule)
  }
  return [
    {
      kind: 'ConditionWaiting',
      about: { ...aboutStage(execution, stage), condition: key },
      since: changedAt,
      rules: running.map(({ rule, typeId, startedAt, summary, waitingUntil }) => ({
        ruleName: rule,
        provider: typeId.provider,
        since: startedAt,
        ...(summary !== undefined && { summary }),
        ...(waitingUntil !== undefined && { until: waitingUntil }),
      })),
      timesOutAt: Math.min(...running.map(({ rule, startedAt }) => startedAt + minutes(rule) * 60_000)),
      isOverridable: key !== 'onFailure' && declared?.result !== 'SKIP' && isLatestOf(scene, execution, stage),
    },
  ]
}

function whyActionRuns(scene: Scene, execution: PipelineExecution, run: ActionExecution): Cause {
  const about = aboutAction(run)
  const ends = timesOutAt(scene, execution, run)
  if (isApproval(run)) {
    const { CustomData, ExternalEntityLink, NotificationArn } = run.resolvedConfiguration
    return {
      kind: 'ApprovalNeeded',
      about,
      since: run.startedAt,
      expiresAt: ends,
      ...(CustomData !== undefined && { question: CustomData }),
      ...(ExternalEntityLink !== undefined && { reviewUrl: ExternalEntityLink }),
      ...(NotificationArn !== undefined && { notificationArn: NotificationArn }),
    }
  }
  const actionTypeId = run.typeId
  if (isForJobWorkers(run) && run.acknowledged === undefined) {
    return { kind: 'WaitingForJobWorker', about, since: run.startedAt, actionTypeId, timesOutAt: ends }
  }
  const link = run.externalExecutionUrl === undefined ? {} : { externalExecutionUrl: run.externalExecutionUrl }
  if (isBuild(run) && run.begunAt === undefined) {
    return { kind: 'WaitingForRunner', about, since: run.startedAt, actionTypeId, ...link, timesOutAt: ends }
  }
  return {
    kind: 'Running',
    about,
    since: run.begunAt ?? run.startedAt,
    actionTypeId,
    ...link,
    ...(run.summary !== undefined && { summary: run.summary }),
    ...(run.percentComplete !== undefined && { percentComplete: run.percentComplete }),
    timesOutAt: ends,
  }
}

/** Of the types whose work is done by build runners: they say when one has begun. */
const isBuild = ({ typeId: { owner, provider }, externalExecutionId }: ActionExecution): boolean =>
  owner === 'AWS' && (provider === 'CodeBuild' || provider === 'Commands') && externalExecutionId !== undefined

/** PARALLEL mode: the rest of a group waits for a slot. */
function heldByLimit(
  scene: Scene,
  execution: PipelineExecution,
  name: string,
  stage: StageExecution,
): readonly Cause[] {
  const { concurrentActions: limit } = limitsOf(scene)
  const running = runningActions(stage)
  if (execution.mode !== 'PARALLEL' || execution.status !== 'InProgress' || running.length < limit) return []
  const declared = stageOf(scene, execution, name)?.actions ?? []
  const group = declared.find((action) => action.name === running[0]?.action)?.runOrder
  const waiting = declared.filter(({ name, runOrder }) => runOrder === group && own(stage.actions, name) === undefined)
  if (waiting.length === 0) return []
  const about = aboutStage(execution, name)
  const since = Math.max(...running.map(({ startedAt }) => startedAt))
  return [{ kind: 'ActionLimit', about, since, limit, waiting: waiting.map(({ name }) => name) }]
}
