/**
 * The EventBridge events of executions: each change of a status is published by the function that knows it.
 * Source: CodePipeline user guide, "Monitoring CodePipeline events".
 */
import type { ActionDeclaration, StageConditionKey } from '../pipeline/declaration.ts'
import type { StateChangeEvent } from './commands.ts'
import { own } from './record.ts'
import type {
  ActionExecution,
  ActionExecutionStatus,
  ArtifactLocation,
  ConditionExecution,
  Instant,
  PipelineExecution,
  PipelineKey,
  RuleExecution,
  StageExecution,
  TransitionState,
  Trigger,
} from './state.ts'
import type { Turn } from './turn.ts'

/** `RESUMED` says that a retry began; `CANCELED` is written with one L in events, with two in the API. */
export type PipelineChange =
  | 'STARTED'
  | 'RESUMED'
  | 'STOPPING'
  | 'STOPPED'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'SUPERSEDED'
  | 'CANCELED'
export type StageChange = Exclude<PipelineChange, 'SUPERSEDED'>

export const pipelineArn = ({ account, region, name }: PipelineKey): string =>
  `arn:${partitionOf(region)}:codepipeline:${region}:${account}:${name}`

export function publishPipelineChange(turn: Turn, execution: PipelineExecution, state: PipelineChange): void {
  publish(turn, 'CodePipeline Pipeline Execution State Change', {
    ...common(turn, execution, execution.startedAt),
    ...executionTrigger(execution, state),
    ...sourceRevisions(execution),
    state,
    ...((state === 'STOPPING' || state === 'STOPPED') && execution.stop?.reason !== undefined
      ? { 'stop-execution-comments': execution.stop.reason }
      : {}),
    ...versionAndAttempt(execution),
  })
}

export function publishStageChange(
  turn: Turn,
  execution: PipelineExecution,
  name: string,
  stage: StageExecution,
  state: StageChange,
): void {
  publish(turn, 'CodePipeline Stage Execution State Change', {
    ...common(turn, execution, stage.startedAt),
    stage: name,
    state,
    ...(stage.status === 'Skipped' ? { skipped: true } : {}),
    ...versionAndAttempt(execution),
    ...(stage.retry === undefined ? {} : { 'stage-last-retry-attempt-time': timestamp(stage.retry.latestAt) }),
  })
}

const ACTION_CHANGE = {
  InProgress: 'STARTED',
  Succeeded: 'SUCCEEDED',
  Failed: 'FAILED',
  Abandoned: 'ABANDONED',
} as const satisfies Record<ActionExecutionStatus, string>

export function publishActionChange(turn: Turn, execution: PipelineExecution, run: ActionExecution): void {
  publish(turn, 'CodePipeline Action Execution State Change', {
    ...common(turn, execution, run.startedAt),
    stage: run.stage,
    'action-execution-id': run.id,
    action: run.action,
    state: ACTION_CHANGE[run.status],
    region: run.region,
    type: typeOf(run),
    ...(run.status === 'InProgress' ? { 'input-artifacts': artifacts(run.inputArtifacts) } : {}),
    ...(run.status === 'Succeeded' ? { 'output-artifacts': artifacts(run.outputArtifacts) } : {}),
    ...(run.status === 'Succeeded' || run.status === 'Failed' ? { 'execution-result': executionResult(run) } : {}),
    ...versionAndAttempt(execution),
  })
}

/** A running action has told of itself: the build it started, how far it is. */
export function publishActionProgress(turn: Turn, execution: PipelineExecution, run: ActionExecution): void {
  publishOwn(turn, 'CodePipeline Action Execution Progress', {
    ...common(turn, execution, run.startedAt),
    stage: run.stage,
    'action-execution-id': run.id,
    action: run.action,
    ...(run.percentComplete === undefined ? {} : { 'percent-complete': run.percentComplete }),
    'execution-result': executionResult(run),
  })
}

/** A person had the action skipped: it neither started nor ended. */
export function publishActionSkipped(turn: Turn, execution: PipelineExecution, run: ActionExecution): void {
  publishOwn(turn, 'CodePipeline Action Execution Skipped', {
    ...common(turn, execution, run.startedAt),
    stage: run.stage,
    'action-execution-id': run.id,
    action: run.action,
    ...(run.skipped === undefined ? {} : { 'skipped-by': run.skipped.by, reason: run.skipped.reason }),
    ...versionAndAttempt(execution),
  })
}

/** It has come to a stage that it cannot enter yet: another one is inside, or the way in is closed. */
export function publishWaiting(turn: Turn, execution: PipelineExecution, stage: string, since: Instant): void {
  const holder = own(turn.draft.stages, stage)?.holder
  publishOwn(turn, 'CodePipeline Pipeline Execution Waiting', {
    ...common(turn, execution, execution.startedAt),
    stage,
    since: timestamp(since),
    ...(holder === undefined ? {} : { 'held-by': holder }),
    ...versionAndAttempt(execution),
  })
}

/** Somebody closed or opened the way into the stage. */
export function publishTransitionChange(
  turn: Turn,
  stage: string,
  { enabled, reason, changedBy, changedAt }: TransitionState,
): void {
  publishOwn(turn, 'CodePipeline Stage Transition State Change', {
    pipeline: turn.draft.key.name,
    stage,
    state: enabled ? 'ENABLED' : 'DISABLED',
    ...(reason === undefined ? {} : { reason }),
    'changed-by': changedBy,
    'changed-at': timestamp(changedAt),
  })
}

/** A condition of a stage is being asked, or its answer is known; `state` is spelled as the API spells it. */
export function publishConditionChange(
  turn: Turn,
  execution: PipelineExecution,
  stage: string,
  condition: StageConditionKey,
  { status, summary, changedAt }: ConditionExecution,
): void {
  publishOwn(turn, 'CodePipeline Stage Condition State Change', {
    ...common(turn, execution, execution.startedAt),
    stage,
    condition,
    state: status,
    'changed-at': timestamp(changedAt),
    ...(summary === undefined ? {} : { summary }),
    ...versionAndAttempt(execution),
  })
}

/** A running rule has told of itself: the build it started, until when it waits. */
export function publishRuleProgress(turn: Turn, execution: PipelineExecution, run: RuleExecution): void {
  publishOwn(turn, 'CodePipeline Rule Execution Progress', {
    ...common(turn, execution, run.startedAt),
    stage: run.stage,
    condition: run.condition,
    'rule-execution-id': run.id,
    rule: run.rule,
    ...(run.waitingUntil === undefined ? {} : { 'waiting-until': timestamp(run.waitingUntil) }),
    'execution-result': executionResult(run),
    ...versionAndAttempt(execution),
  })
}

/** The pipeline has another declaration now, or is gone. */
export function publishStructureChange(turn: Turn, state: 'UPDATED' | 'DELETED'): void {
  const { key, version } = turn.draft
  publishOwn(turn, 'CodePipeline Pipeline Structure Change', { pipeline: key.name, state, version })
}

/** An action that an update of the pipeline dropped before it started; it has no id and no run. */
export function publishActionCanceled(
  turn: Turn,
  execution: PipelineExecution,
  stage: string,
  action: ActionDeclaration,
): void {
  publish(turn, 'CodePipeline Action Execution State Change', {
    ...common(turn, execution, turn.at),
    stage,
    action: action.name,
    state: 'CANCELED',
    region: action.region ?? turn.draft.key.region,
    type: typeOf({ typeId: action.actionTypeId }),
    ...versionAndAttempt(execution),
  })
}

const publishOwn = (turn: Turn, detailType: StateChangeEvent['detailType'], detail: StateChangeEvent['detail']): void =>
  publish(turn, detailType, detail, 'pipewright.codepipeline')

function publish(
  { draft, at, commands }: Turn,
  detailType: StateChangeEvent['detailType'],
  detail: StateChangeEvent['detail'],
  source: StateChangeEvent['source'] = 'aws.codepipeline',
): void {
  const { account, region } = draft.key
  const resources = [pipelineArn(draft.key)]
  commands.push({
    type: 'PublishEvent',
    event: { account, region, time: at, source, detailType, resources, detail },
  })
}

const common = ({ draft }: Turn, execution: PipelineExecution, startedAt: Instant) => ({
  pipeline: draft.key.name,
  'execution-id': execution.id,
  'start-time': timestamp(startedAt),
})

const versionAndAttempt = ({ pipelineVersion, attempt }: PipelineExecution) => ({
  version: pipelineVersion,
  'pipeline-execution-attempt': attempt,
})

const typeOf = ({ typeId: { owner, category, provider, version } }: Pick<ActionExecution, 'typeId'>) => ({
  owner,
  category,
  provider,
  version,
})

const artifacts = (locations: readonly ArtifactLocation[]) =>
  locations.map(({ name, bucket, key }) => ({ name, s3location: { bucket, key } }))

type Worked = Pick<ActionExecution, 'externalExecutionId' | 'externalExecutionUrl' | 'summary' | 'error'>

const executionResult = (run: Worked) => ({
  ...(run.externalExecutionUrl === undefined ? {} : { 'external-execution-url': run.externalExecutionUrl }),
  ...resultSummary(run),
  ...(run.externalExecutionId === undefined ? {} : { 'external-execution-id': run.externalExecutionId }),
  ...(run.error === undefined ? {} : { 'error-code': run.error.code }),
})

function resultSummary({ summary, error }: Worked): { 'external-execution-summary'?: string } {
  const text = summary ?? error?.message
  return text === undefined ? {} : { 'external-execution-summary': text }
}

/** On STARTED always; executions that a git trigger started carry it on every event but a failure in the source stage. */
function executionTrigger(
  { trigger, stages }: PipelineExecution,
  state: PipelineChange,
): { 'execution-trigger'?: unknown } {
  const failedInSource = state === 'FAILED' && Object.keys(stages).length < 2
  if (trigger.type === 'WebhookV2' && !failedInSource) return { 'execution-trigger': gitTrigger(trigger) }
  return state === 'STARTED' ? { 'execution-trigger': plainTrigger(trigger) } : {}
}

const plainTrigger = ({ type, detail }: Trigger) => ({
  'trigger-type': type,
  ...(detail === undefined ? {} : { 'trigger-detail': detail }),
})

/** The detail of a git trigger is the JSON text of flat fields (commit-id, branch-name…). */
function gitTrigger(trigger: Trigger): unknown {
  try {
    const fields: unknown = JSON.parse(trigger.detail ?? '')
    if (typeof fields === 'object' && fields !== null) return fields
  } catch {
    // the detail of a trigger is the starter's to choose: what is not JSON is shown as it is
  }
  return plainTrigger(trigger)
}

/** An addition of ours: AWS's events name no commit, so that notifiers have to call back. */
function sourceRevisions({ artifactRevisions }: PipelineExecution): { 'source-revisions'?: unknown } {
  if (artifactRevisions.length === 0) return {}
  return {
    'source-revisions': artifactRevisions.map(({ name, revisionId, revisionSummary, revisionUrl }) => ({
      name,
      'revision-id': revisionId,
      ...(revisionSummary === undefined ? {} : { 'revision-summary': revisionSummary }),
      ...(revisionUrl === undefined ? {} : { 'revision-url': revisionUrl }),
    })),
  }
}

const timestamp = (at: Instant): string => new Date(at).toISOString()

const PARTITIONS = [
  { prefix: 'cn-', partition: 'aws-cn' },
  { prefix: 'us-gov-', partition: 'aws-us-gov' },
]

const partitionOf = (region: string): string =>
  PARTITIONS.find(({ prefix }) => region.startsWith(prefix))?.partition ?? 'aws'
