/**
 * What providers and job workers report. Reports are delivered at least once and in any order, so a report about a run that is not in
 * progress (any more) is accepted and changes nothing.
 */
import { QUOTAS } from '../catalog/quotas.ts'
import { outputVariablesTooLarge } from '../variables/size.ts'
import { changeAction, endAction, findRunning, isApproval } from './actions.ts'
import { withOutputs, withRevision } from './artifacts.ts'
import type { ActionProgress, PipelineEvent } from './events.ts'
import { own } from './record.ts'
import { publishActionProgress } from './state-changes.ts'
import type { ActionExecution, ErrorDetails } from './state.ts'
import { executionOf, putExecution, type Turn } from './turn.ts'

type Event<Type extends PipelineEvent['type']> = Extract<PipelineEvent, { type: Type }>

/** An approval succeeds by a person's answer only: that its request went out is no answer. */
export function actionSucceeded(turn: Turn, event: Event<'ActionSucceeded'>): void {
  const run = findRunning(turn, event)
  if (run === undefined || isApproval(run)) return
  const { outputVariables = {}, revision } = event
  if (outputVariablesTooLarge(outputVariables)) {
    fail(turn, run, TOO_LARGE, event.progress)
    return
  }
  const ended = endAction(turn, run, {
    ...progressOf(run, event.progress),
    status: 'Succeeded',
    ...(event.outputVariables === undefined ? {} : { outputVariables }),
    ...(revision === undefined ? {} : { revision: { ...revision, name: run.outputArtifacts[0]?.name ?? run.action } }),
  })
  const execution = executionOf(turn, run.executionId)
  putExecution(turn, {
    ...execution,
    updatedAt: turn.at,
    artifacts: withOutputs(execution.artifacts, run.outputArtifacts),
    ...(run.namespace === undefined ? {} : { outputs: { ...execution.outputs, [run.namespace]: outputVariables } }),
    ...(ended.revision === undefined || run.typeId.category !== 'Source'
      ? {}
      : { artifactRevisions: withRevision(execution.artifactRevisions, run.outputArtifacts, ended.revision) }),
  })
  see(turn, ended)
  advanceLater(turn, run)
}

export function actionFailed(turn: Turn, event: Event<'ActionFailed'>): void {
  const run = findRunning(turn, event)
  if (run !== undefined) fail(turn, run, event.error, event.progress)
}

export function actionProgressed(turn: Turn, event: Event<'ActionProgressed'>): void {
  const run = findRunning(turn, event)
  if (run === undefined) return
  const progress = progressOf(run, event.progress)
  if (Object.entries(progress).some(([member, value]) => run[member as keyof ActionProgress] !== value)) {
    publishActionProgress(turn, executionOf(turn, run.executionId), changeAction(turn, run, progress))
  }
}

export function actionAcknowledged(turn: Turn, event: Event<'ActionAcknowledged'>): void {
  const run = findRunning(turn, event)
  if (run !== undefined && run.acknowledged === undefined)
    changeAction(turn, run, { acknowledged: true, begunAt: turn.at })
}

function fail(turn: Turn, run: ActionExecution, error: ErrorDetails, progress: ActionProgress | undefined): void {
  endAction(turn, run, { ...progressOf(run, progress), status: 'Failed', error })
  advanceLater(turn, run)
}

const TOO_LARGE: ErrorDetails = {
  code: 'ConfigurationError',
  message: `The output variables of the action are larger than ${QUOTAS.outputVariablesBytesPerAction} bytes.`,
}

/** The external id of an approval is its token, whatever the provider that sends the request reports. */
function progressOf(run: ActionExecution, progress: ActionProgress = {}): ActionProgress {
  if (run.token === undefined) return progress
  return { ...progress, externalExecutionId: run.token }
}

/**
 * A revision that the newest execution fetched on its own is no news when change detection comes upon it. What older or pinned
 * executions fetch says nothing about the newest revision.
 */
function see({ draft }: Turn, { action, executionId, revision }: ActionExecution): void {
  const execution = own(draft.executions, executionId)
  if (revision === undefined || execution === undefined) return
  if (execution.id !== draft.newestExecution || execution.attempt > 1) return
  if (execution.sourceRevisions.some(({ actionName }) => actionName === action)) return
  draft.seenRevisions = { ...draft.seenRevisions, [action]: revision.revisionId }
}

const advanceLater = (turn: Turn, { executionId }: ActionExecution): void => {
  turn.agenda.push({ type: 'advance', executionId })
}
