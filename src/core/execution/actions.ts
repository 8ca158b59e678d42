/** The life of one run of an action: started, ended by its provider, abandoned by us. */
import { invariant } from '../invariant.ts'
import type { ActionDeclaration } from '../pipeline/declaration.ts'
import { artifactStoreOf, inputLocations, outputLocations, sourceRevisionsFor } from './artifacts.ts'
import type { ActionOrder } from './commands.ts'
import { timeoutMinutes } from './limits.ts'
import { own } from './record.ts'
import { resolveAction } from './resolve.ts'
import { pipelineArn, publishActionChange } from './state-changes.ts'
import type {
  ActionExecution,
  ActionExecutionId,
  ErrorDetails,
  ExecutionId,
  PipelineExecution,
  StageExecution,
} from './state.ts'
import { isRunning, locksStages } from './status.ts'
import { actionRegion, executionOf, putExecution, structureOf, type Turn } from './turn.ts'

export const isApproval = ({ typeId: { category } }: Pick<ActionExecution, 'typeId'>): boolean =>
  category === 'Approval'

/** Starts the action, or records at once that it failed when its configuration or inputs cannot be had. */
export function startAction(turn: Turn, executionId: ExecutionId, stage: string, action: ActionDeclaration): void {
  const execution = executionOf(turn, executionId)
  const resolved = resolveAction(execution, action)
  const inputs = inputLocations(execution, action)
  const run: ActionExecution = {
    id: turn.newId(),
    executionId,
    pipelineVersion: execution.pipelineVersion,
    stage,
    action: action.name,
    typeId: action.actionTypeId,
    region: actionRegion(turn, action),
    status: 'InProgress',
    startedAt: turn.at,
    updatedAt: turn.at,
    configuration: action.configuration,
    resolvedConfiguration: resolved.configuration,
    ...(action.roleArn === undefined ? {} : { roleArn: action.roleArn }),
    ...(action.namespace === undefined ? {} : { namespace: action.namespace }),
    inputArtifacts: typeof inputs === 'string' ? [] : inputs,
    outputArtifacts: outputLocations(turn, execution, action),
    ...(action.actionTypeId.category === 'Approval' ? openApproval(turn, resolved.configuration) : {}),
  }
  const started = recordRun(turn, run)
  publishActionChange(turn, started, run)
  const error = resolved.error ?? (typeof inputs === 'string' ? missingArtifact(inputs, executionId) : undefined)
  if (error === undefined) order(turn, started, action, run, resolved)
  else publishActionChange(turn, started, changeAction(turn, run, { status: 'Failed', error }))
}

function order(
  turn: Turn,
  execution: PipelineExecution,
  action: ActionDeclaration,
  run: ActionExecution,
  resolved: ReturnType<typeof resolveAction>,
): void {
  const { key } = turn.draft
  const structure = structureOf(turn, execution)
  const store = artifactStoreOf(structure, run.region)
  const timeoutAt = turn.at + timeoutMinutes(turn.limits, action) * 60_000
  turn.commands.push(
    { type: 'ScheduleTimeout', pipeline: key, executionId: execution.id, actionExecutionId: run.id, at: timeoutAt },
    {
      type: 'StartAction',
      order: {
        pipeline: key,
        pipelineArn: pipelineArn(key),
        pipelineRoleArn: structure.roleArn,
        executionId: execution.id,
        action: run,
        ...(store.encryptionKey === undefined ? {} : { encryptionKeyId: store.encryptionKey.id }),
        artifactBucket: store.location,
        sourceRevisions: sourceRevisionsFor(execution, action),
        ...(resolved.commands === undefined ? {} : { commands: resolved.commands }),
        ...(resolved.environmentVariables === undefined ? {} : { environmentVariables: resolved.environmentVariables }),
        ...(action.outputVariables === undefined ? {} : { exportedVariables: action.outputVariables }),
        ...filesOf(action),
        timeoutAt,
      },
    },
  )
}

function filesOf({ outputArtifacts }: ActionDeclaration): Pick<ActionOrder, 'outputFiles'> {
  const declared = outputArtifacts.flatMap(({ name, files = [] }) =>
    files.length === 0 ? [] : [[name, files] as const],
  )
  return declared.length === 0 ? {} : { outputFiles: Object.fromEntries(declared) }
}

/** The token that answers the approval is also its external id: in PARALLEL mode that is the only place that shows it. */
function openApproval(turn: Turn, { CustomData }: Readonly<Record<string, string>>): Partial<ActionExecution> {
  const token = turn.newId()
  return { token, externalExecutionId: token, ...(CustomData === undefined ? {} : { summary: CustomData }) }
}

export const missingArtifact = (name: string, executionId: ExecutionId): ErrorDetails => ({
  code: 'JobFailed',
  message: `The artifact ${name} of execution ${executionId} no longer exists in the artifact store.`,
})

/** Ends a running action; whoever calls puts the execution on the agenda. */
export function endAction(
  turn: Turn,
  running: ActionExecution,
  end: Partial<ActionExecution> & { readonly status: 'Succeeded' | 'Failed' | 'Abandoned' },
): ActionExecution {
  const ended = changeAction(turn, running, end)
  turn.commands.push({ type: 'CancelTimeout', actionExecutionId: ended.id })
  publishActionChange(turn, executionOf(turn, ended.executionId), ended)
  return ended
}

/** Abandons a running action: its provider is told, and what it still reports is no longer heard. */
export function abandonAction(turn: Turn, running: ActionExecution, reason: string): void {
  abandonProvider(turn, endAction(turn, running, { status: 'Abandoned' }), reason)
}

/** Tells the provider that nobody waits for its result any more. */
export function abandonProvider(
  turn: Turn,
  { id, executionId }: ActionExecution,
  reason: string,
  how: { readonly timedOut?: true } = {},
): void {
  const { key } = turn.draft
  turn.commands.push({ type: 'AbandonAction', pipeline: key, executionId, actionExecutionId: id, reason, ...how })
}

export function changeAction(turn: Turn, run: ActionExecution, changes: Partial<ActionExecution>): ActionExecution {
  const changed: ActionExecution = { ...run, ...changes, updatedAt: turn.at }
  showLatest(turn, putAction(turn, changed), changed, false)
  return changed
}

/** The run, when it is still running; late and repeated results find nothing. */
export function findRunning(
  turn: Turn,
  {
    executionId,
    actionExecutionId,
  }: { readonly executionId: ExecutionId; readonly actionExecutionId: ActionExecutionId },
): ActionExecution | undefined {
  const stage = currentStage(own(turn.draft.executions, executionId))
  return Object.values(stage?.actions ?? {}).find((action) => action.id === actionExecutionId && isRunning(action))
}

/** The stage that the execution is inside of. */
export function currentStage(execution: PipelineExecution | undefined): StageExecution | undefined {
  return execution?.at?.place === 'inside' ? own(execution.stages, execution.at.stage) : undefined
}

/** A new run takes the action's place in its stage, and in what is known of the action. */
export function recordRun(turn: Turn, run: ActionExecution): PipelineExecution {
  const execution = putAction(turn, run)
  showLatest(turn, execution, run, true)
  return execution
}

function putAction(turn: Turn, run: ActionExecution): PipelineExecution {
  const execution = executionOf(turn, run.executionId)
  const stage = own(execution.stages, run.stage)
  invariant(stage !== undefined, `${run.action} runs in stage ${run.stage}, which ${run.executionId} never entered`)
  const actions = { ...stage.actions, [run.action]: run }
  return putExecution(turn, { ...execution, stages: { ...execution.stages, [run.stage]: { ...stage, actions } } })
}

/**
 * What GetPipelineState shows of the action. PARALLEL executions have no part in it, and neither has an execution of an older version
 * whose action an update removed.
 */
function showLatest({ draft, before }: Turn, execution: PipelineExecution, run: ActionExecution, isNew: boolean): void {
  if (!locksStages(execution.mode)) return
  const key = `${run.stage}/${run.action}`
  if (!isNew && draft.latestActions[key]?.id !== run.id) return
  if (draft.latestActions === before.latestActions) draft.latestActions = { ...before.latestActions }
  draft.latestActions[key] = run
}
