/** Why an execution began, by whom, and what may be done about it: words and rules, no screen. */
import type { ExecutionTrigger, PipelineExecution, StageState } from '@aws-sdk/client-codepipeline'
import type { Run } from './attempts.ts'

const TRIGGERS: Readonly<Record<string, string>> = {
  CreatePipeline: 'The pipeline was created',
  StartPipelineExecution: 'Started by hand',
  PollForSourceChanges: 'A change was found in the source',
  Webhook: 'A web-hook said so',
  CloudWatchEvent: 'An event said so',
  PutActionRevision: 'A new revision was put',
  WebhookV2: 'A push or pull request',
  ManualRollback: 'Rolled back by hand',
  AutomatedRollback: 'Rolled back by a condition',
}

/** `Started by hand`, and who or what it was */
export function whyOf(trigger: ExecutionTrigger | undefined): {
  readonly why: string
  readonly who: string | undefined
} {
  const { triggerType = '', triggerDetail } = trigger ?? {}
  return {
    why: TRIGGERS[triggerType] ?? triggerType,
    who: triggerDetail === undefined ? undefined : whoOf(triggerDetail),
  }
}

/** A person's or role's name out of an ARN; anything else as it is. */
export function whoOf(detail: string): string {
  const match = /^arn:[^:]*:(?:iam|sts)::\d*:(?<resource>.+)$/.exec(detail)
  return match?.groups?.['resource']?.replace(/^(?:user|role|assumed-role)\//, '') ?? detail
}

export const isOver = ({ status }: Pick<PipelineExecution, 'status'>): boolean =>
  status !== 'InProgress' && status !== 'Stopping'

export interface Possible {
  /** stages that may be tried again, and which actions failed there */
  readonly retries: readonly { readonly stage: string; readonly failed: readonly string[] }[]
  /** stages this execution succeeded in, to which another may be rolled back */
  readonly rollbacks: readonly string[]
  readonly canStop: boolean
}

/**
 * What buttons to offer. The server decides; this only spares people a refusal: a stage is retried in the execution that was there
 * last, and rolled back to one that succeeded in it.
 */
export function possible(
  execution: Pick<PipelineExecution, 'status' | 'pipelineExecutionId' | 'executionMode'>,
  runs: readonly Run[],
  stages: readonly StageState[],
): Possible {
  const byStage = Map.groupBy(
    runs.filter(({ isLatest }) => isLatest),
    ({ stage }) => stage,
  )
  const retries = Array.from(byStage, ([stage, members]) => ({
    stage,
    failed: members.filter(({ status }) => status === 'Failed' || status === 'Abandoned').map(({ action }) => action),
  })).filter(({ stage, failed }) => {
    const state = stages.find(({ stageName }) => stageName === stage)
    const isThere =
      execution.executionMode === 'PARALLEL' ||
      state?.latestExecution?.pipelineExecutionId === execution.pipelineExecutionId
    return failed.length > 0 && isOver(execution) && isThere
  })
  const sources = new Set(runs.filter(({ category }) => category === 'Source').map(({ stage }) => stage))
  const rollbacks = Array.from(byStage)
    .filter(([stage, members]) => !sources.has(stage) && members.every(({ status }) => status === 'Succeeded'))
    .map(([stage]) => stage)
  return { retries, rollbacks, canStop: execution.status === 'InProgress' || execution.status === 'Stopping' }
}
