/** A new execution. Source: CodePipeline API reference, StartPipelineExecution and PutActionRevision. */
import { arrive } from './advance.ts'
import { conclude } from './conclude.ts'
import type { PipelineEvent } from './events.ts'
import { invariant } from '../invariant.ts'
import { openExecution } from './open-execution.ts'
import { own } from './record.ts'
import { fullMessage, isFull, rejectFull } from './rejections.ts'
import type { ExecutionId, PipelineExecution, PipelineState } from './state.ts'
import { reject, type Turn, type Verdict } from './turn.ts'
import { variablesWithoutValue } from './variables.ts'

type Request = Extract<PipelineEvent, { type: 'ExecutionRequested' }>

export function executionRequested(turn: Turn, request: Request): Verdict {
  const known = startedBefore(turn, request.clientRequestToken)
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
  const { draft } = turn
  const { executionId, trigger, variables, sourceRevisions, clientRequestToken, onlyIfNew } = request
  const execution = openExecution(turn, {
    id: executionId,
    type: 'STANDARD',
    trigger,
    variables,
    sourceRevisions,
    ...(clientRequestToken === undefined ? {} : { clientRequestToken }),
  })
  draft.newestExecution = executionId
  rememberStart(turn, execution)
  if (onlyIfNew !== undefined) {
    draft.seenRevisions = { ...draft.seenRevisions, [onlyIfNew.actionName]: onlyIfNew.revisionId }
  }
  return execution
}

/** A repeated token means the same request: its other parameters are not compared. */
export function startedBefore({ draft, at, limits }: Turn, token: string | undefined): ExecutionId | undefined {
  const known = token === undefined ? undefined : own(draft.startTokens, token)
  return known !== undefined && at - known.at < limits.startTokenMs ? known.executionId : undefined
}

export function rememberStart(
  { draft, at, limits }: Turn,
  { id: executionId, clientRequestToken: token }: PipelineExecution,
): void {
  if (token === undefined) return
  const alive = Object.entries(draft.startTokens).filter(([, known]) => at - known.at < limits.startTokenMs)
  const newest =
    alive.length < limits.startTokens
      ? alive
      : alive.toSorted(([, a], [, b]) => a.at - b.at).slice(1 - limits.startTokens)
  draft.startTokens = { ...Object.fromEntries(newest), [token]: { executionId, at } }
}

/** Callers are checked before (`checkStart`); triggers have nobody to supply values. */
function missingVariables({ declaration }: PipelineState, { variables }: Request): string | undefined {
  const missing = variablesWithoutValue(declaration, variables)
  if (missing.length === 0) return undefined
  return `The pipeline variables without a value must be given at the start: ${missing.join(', ')}.`
}

function firstStage({ declaration }: PipelineState): string {
  const [first] = declaration.stages
  invariant(first !== undefined, `pipeline ${declaration.name} has no stages`)
  return first.name
}
