/** Runs, executions and doors of the picture out of the API's records. What the API left out is left out. */
import type {
  ActionExecutionDetail,
  ActionState,
  PipelineExecutionSummary,
  SourceRevision,
  TransitionState,
} from '@aws-sdk/client-codepipeline'
import { lookOfExecution } from './looks.ts'
import type { ActionRun, Door, Place, Revision, Token } from './model.ts'

/** Members whose value is undefined are dropped: for optional members that may not be undefined. */
export const defined = <Members extends object>(
  members: Members,
): { [Key in keyof Members]?: Exclude<Members[Key], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Members]?: Exclude<Members[Key], undefined>
  }

const errorOf = (error: { code?: string | undefined; message?: string | undefined } | undefined) =>
  error === undefined ? undefined : { code: error.code ?? 'JobFailed', message: error.message ?? '' }

/** ListActionExecutions */
export function runOfDetail(detail: ActionExecutionDetail): ActionRun {
  const { executionResult } = detail.output ?? {}
  const isSource = detail.input?.actionTypeId?.category === 'Source'
  return {
    status: detail.status ?? 'InProgress',
    ...defined({
      id: detail.actionExecutionId,
      executionId: detail.pipelineExecutionId,
      startedAt: detail.startTime?.getTime(),
      updatedAt: detail.lastUpdateTime?.getTime(),
      summary: executionResult?.externalExecutionSummary,
      url: executionResult?.externalExecutionUrl,
      externalId: executionResult?.externalExecutionId,
      error: errorOf(executionResult?.errorDetails),
      updatedBy: detail.updatedBy,
      revisionId: isSource ? executionResult?.externalExecutionId : undefined,
    }),
  }
}

/** GetPipelineState says less of when and by whom, and more of approvals and progress. */
export function runOfState(
  { latestExecution, currentRevision }: ActionState,
  detail?: ActionRun,
): ActionRun | undefined {
  if (latestExecution?.status === undefined) return undefined
  const isSame = detail?.id === latestExecution.actionExecutionId
  return {
    ...(isSame && detail),
    status: latestExecution.status,
    ...defined({
      id: latestExecution.actionExecutionId,
      updatedAt: latestExecution.lastStatusChange?.getTime(),
      summary: latestExecution.summary,
      percentComplete: latestExecution.percentComplete,
      url: latestExecution.externalExecutionUrl,
      externalId: latestExecution.externalExecutionId,
      error: errorOf(latestExecution.errorDetails),
      token: latestExecution.token,
      updatedBy: latestExecution.lastUpdatedBy,
      revisionId: currentRevision?.revisionId,
    }),
  }
}

export function tokenOf(summary: PipelineExecutionSummary, place: Place): Token {
  const look = lookOfExecution(summary.status)
  return {
    id: summary.pipelineExecutionId ?? '',
    look: look === 'InProgress' && place.at === 'waiting' ? 'Waiting' : look,
    isRollback: summary.executionType === 'ROLLBACK',
    revisions: revisionsOf(summary.sourceRevisions),
    place,
    ...defined({
      startedAt: summary.startTime?.getTime(),
      updatedAt: summary.lastUpdateTime?.getTime(),
      trigger: summary.trigger?.triggerType,
      summary: summary.statusSummary ?? summary.stopTrigger?.reason,
    }),
  }
}

const revisionsOf = (revisions: readonly SourceRevision[] = []): readonly Revision[] =>
  revisions.flatMap(({ actionName, revisionId, revisionSummary, revisionUrl }) =>
    actionName === undefined || revisionId === undefined
      ? []
      : [{ action: actionName, id: revisionId, ...defined({ summary: revisionSummary, url: revisionUrl }) }],
  )

export function doorOf(transition: TransitionState | undefined): Door {
  const who = defined({ changedBy: transition?.lastChangedBy, changedAt: transition?.lastChangedAt?.getTime() })
  return transition?.enabled === false
    ? { isOpen: false, ...who, ...defined({ reason: transition.disabledReason }) }
    : { isOpen: true, ...who }
}

export const isActive = (status: string | undefined): boolean => status === 'InProgress' || status === 'Stopping'
