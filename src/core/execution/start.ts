/** A new execution. Source: CodePipeline API reference, StartPipelineExecution and PutActionRevision. */
import { arrive } from './advance.ts'
import { conclude } from './conclude.ts'
import type { PipelineEvent } from './events.ts'
import { own } from './record.ts'
import { fullMessage, isFull, rejectFull } from './rejections.ts'
import { publishPipelineChange } from './state-changes.ts'
import type { ExecutionId, PipelineExecution, PipelineState } from './state.ts'
import { invariant } from '../invariant.ts'
import { putExecution, reject, type Turn, type Verdict } from './turn.ts'

type Request = Extract<PipelineEvent, { type: 'ExecutionRequested' }>

export function executionRequested(turn: Turn, request: Request): Verdict {
  const known = alreadyStarted(turn, request)
  if (known !== undefined) return { reply: { executionId: known, started: false } }
  const { onlyIfNew } = request
  if (onlyIfNew !== undefined && own(turn.draft.seenRevisions, onlyIfNew.actionName) === onlyIfNew.revisionId) {
    const { newestExecution } = turn.draft
    return { reply: { started: false, ...(newestExecution === undefined ? {} : { executionId: newestExecution }) } }
  }
  const incomplete = missingVariables(turn.draft, request)
  const full = isFull(turn)
  if (incomplete !== undefined && !request.automatic) return reject('ValidationException', incomplete)
  if (full && !request.automatic) return rejectFull(turn)
  const execution = create(turn, request)
  if (incomplete !== undefined) conclude(turn, { ...execution, refusal: 'VariablesMissing' }, 'Failed', incomplete)
  else if (full) conclude(turn, { ...execution, refusal: 'ExecutionLimit' }, 'Failed', fullMessage(turn))
  else arrive(turn, execution, firstStage(turn.draft))
  return { reply: { executionId: execution.id, started: true } }
}

function create(turn: Turn, request: Request): PipelineExecution {
  const { draft, at } = turn
  const { executionId, trigger, variables, sourceRevisions, clientRequestToken, onlyIfNew } = request
  invariant(!Object.hasOwn(draft.executions, executionId), `execution ${executionId} exists already`)
  const execution = putExecution(turn, {
    id: executionId,
    age: draft.nextAge,
    pipelineVersion: draft.version,
    mode: draft.declaration.executionMode,
    type: 'STANDARD',
    status: 'InProgress',
    trigger,
    variables,
    sourceRevisions,
    ...(clientRequestToken === undefined ? {} : { clientRequestToken }),
    startedAt: at,
    updatedAt: at,
    attempt: 1,
    stages: {},
    artifacts: {},
    artifactRevisions: [],
    outputs: {},
  })
  draft.nextAge += 1
  draft.newestExecution = executionId
  if (clientRequestToken !== undefined) rememberToken(turn, clientRequestToken, executionId)
  if (onlyIfNew !== undefined) {
    draft.seenRevisions = { ...draft.seenRevisions, [onlyIfNew.actionName]: onlyIfNew.revisionId }
  }
  publishPipelineChange(turn, execution, 'STARTED')
  return execution
}

/** A repeated token means the same request: its other parameters are not compared. */
function alreadyStarted({ draft, at, limits }: Turn, { clientRequestToken }: Request): ExecutionId | undefined {
  const known = clientRequestToken === undefined ? undefined : own(draft.startTokens, clientRequestToken)
  return known !== undefined && at - known.at < limits.startTokenMs ? known.executionId : undefined
}

function rememberToken({ draft, at, limits }: Turn, token: string, executionId: ExecutionId): void {
  const alive = Object.entries(draft.startTokens).filter(([, known]) => at - known.at < limits.startTokenMs)
  const newest =
    alive.length < limits.startTokens
      ? alive
      : alive.toSorted(([, a], [, b]) => a.at - b.at).slice(1 - limits.startTokens)
  draft.startTokens = { ...Object.fromEntries(newest), [token]: { executionId, at } }
}

/** Callers are checked before (`checkStart`); triggers have nobody to supply values. */
function missingVariables({ declaration }: PipelineState, { variables }: Request): string | undefined {
  const missing = (declaration.variables ?? []).filter(
    ({ name, defaultValue }) => defaultValue === undefined && own(variables, name) === undefined,
  )
  if (missing.length === 0) return undefined
  return `The pipeline variables without a value must be given at the start: ${missing.map(({ name }) => name).join(', ')}.`
}

function firstStage({ declaration }: PipelineState): string {
  const [first] = declaration.stages
  invariant(first !== undefined, `pipeline ${declaration.name} has no stages`)
  return first.name
}
