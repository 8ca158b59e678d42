/**
 * Aggregates in pieces: each execution, action run and declaration is a row of its own and written only when it changed; what is
 * left refers to them by id.
 */
import type {
  ActionExecution,
  ActionExecutionId,
  ExecutionId,
  PipelineExecution,
  PipelineKey,
  PipelineState,
  StageExecution,
} from '../../core/execution/execution.ts'
import { invariant } from '../../core/invariant.ts'
import type { PipelineDeclaration } from '../../core/pipeline/declaration.ts'

type StageDocument = Omit<StageExecution, 'actions'> & { readonly actions: Readonly<Record<string, ActionExecutionId>> }

export type ExecutionDocument = Omit<PipelineExecution, 'stages'> & {
  readonly stages: Readonly<Record<string, StageDocument>>
}

export type StateDocument = Omit<
  PipelineState,
  | 'key'
  | 'declaration'
  | 'version'
  | 'createdAt'
  | 'updatedAt'
  | 'executions'
  | 'latestActions'
  | 'olderVersions'
  | 'startTokens'
  | 'replacedActions'
  | 'replacedRules'
> & {
  /** with the execution that each belongs to, which is often none of the loaded ones */
  readonly latestActions: Readonly<Record<string, readonly [ActionExecutionId, ExecutionId]>>
  readonly olderVersions: readonly string[]
}

export type Actions = ReadonlyMap<ActionExecutionId, ActionExecution>

export function toStateDocument(state: PipelineState): StateDocument {
  const {
    key: _key,
    declaration: _declaration,
    version: _version,
    createdAt: _createdAt,
    updatedAt: _updatedAt,
    executions: _executions,
    startTokens: _startTokens,
    replacedActions: _replacedActions,
    replacedRules: _replacedRules,
    latestActions,
    olderVersions,
    ...rest
  } = state
  return {
    ...rest,
    latestActions: mapValues(latestActions, ({ id, executionId }) => [id, executionId] as const),
    olderVersions: Object.keys(olderVersions),
  }
}

export const toExecutionDocument = (execution: PipelineExecution): ExecutionDocument => ({
  ...execution,
  stages: mapValues(execution.stages, (stage) => ({ ...stage, actions: mapValues(stage.actions, idOf) })),
})

export const fromExecutionDocument = (document: ExecutionDocument, actions: Actions): PipelineExecution => ({
  ...document,
  stages: mapValues(document.stages, (stage) => ({
    ...stage,
    actions: mapValues(stage.actions, (id) => resolve(id, actions)),
  })),
})

export function fromStateDocument(
  document: StateDocument,
  parts: Pick<PipelineState, 'version' | 'createdAt' | 'updatedAt' | 'startTokens' | 'executions'> & {
    readonly key: PipelineKey
    readonly declarations: ReadonlyMap<number, PipelineDeclaration>
    readonly actions: Actions
  },
): PipelineState {
  const { latestActions, olderVersions, ...rest } = document
  const {
    declarations,
    actions,
    key: { account, region, name },
    ...others
  } = parts
  const declared = (version: number): PipelineDeclaration => {
    const declaration = declarations.get(version)
    invariant(declaration !== undefined, `version ${version} of pipeline ${name} is not stored`)
    return declaration
  }
  return {
    ...rest,
    ...others,
    key: { account, region, name },
    declaration: declared(parts.version),
    latestActions: mapValues(latestActions, ([id]) => resolve(id, actions)),
    olderVersions: Object.fromEntries(olderVersions.map((version) => [version, declared(Number(version))])),
  }
}

/** Every action run that the documents refer to. */
export function* actionIdsOf(
  executions: readonly ExecutionDocument[],
  state?: StateDocument,
): Generator<ActionExecutionId> {
  for (const { stages } of executions) for (const { actions } of Object.values(stages)) yield* Object.values(actions)
  if (state !== undefined) for (const [id] of Object.values(state.latestActions)) yield id
}

const idOf = ({ id }: ActionExecution): ActionExecutionId => id

function resolve(id: ActionExecutionId, actions: Actions): ActionExecution {
  const action = actions.get(id)
  invariant(action !== undefined, `action execution ${id} is not stored`)
  return action
}

/** Safe for any name: `fromEntries` defines members, so that one called `__proto__` is a member like any other. */
const mapValues = <Value, Mapped>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value) => Mapped,
): Readonly<Record<string, Mapped>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
