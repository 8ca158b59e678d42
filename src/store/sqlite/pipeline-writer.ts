import type {
  ActionExecution,
  PipelineExecution,
  PipelineState,
  RuleExecution,
} from '../../core/execution/execution.ts'
import { own } from '../../core/execution/record.ts'
import { invariant } from '../../core/invariant.ts'
import { StaleWrite, type PipelineRecord, type PipelineWriter } from '../store.ts'
import type { Session } from './connection.ts'
import { toExecutionDocument, toStateDocument } from './pipeline-documents.ts'
import { deletePipeline, removeDeleted } from './pipeline-deletion.ts'
import { forget } from './pipeline-history.ts'
import { nameOf, pipelineReader, type Name } from './pipeline-reader.ts'
import { build, query } from './query.ts'

export function pipelineWriter(session: Session): PipelineWriter {
  return {
    ...pipelineReader(session),
    async create(state, tags) {
      const row = session.first(create, {
        ...aggregateOf(state),
        createdAt: state.createdAt,
        startTokens: JSON.stringify(state.startTokens),
        tags: JSON.stringify(tags),
      })
      if (row === undefined) throw new StaleWrite(`pipeline "${state.key.name}" exists already`)
      saveParts(session, row.id, undefined, state)
      return { state, revision: 1, tags }
    },
    async save(before, after) {
      const { revision } = before
      // two plain statements: an UPDATE that returns the row costs SQLite more than both
      const row = session.first(atRevision, { ...nameOf(after.key), revision })
      if (row === undefined)
        throw new StaleWrite(`pipeline "${after.key.name}" is not at revision ${revision} any more`)
      session.run(update, { ...aggregateOf(after), id: row.id, revision: revision + 1 })
      if (after.startTokens !== before.state.startTokens)
        session.run(updateStartTokens, { id: row.id, startTokens: JSON.stringify(after.startTokens) })
      saveParts(session, row.id, before.state, after)
      return { state: after, revision: revision + 1, tags: JSON.parse(row.tags) as PipelineRecord['tags'] }
    },
    async tag(key, tags) {
      const { changes } = session.run(tag, { ...nameOf(key), tags: JSON.stringify(tags) })
      if (changes === 0) throw new StaleWrite(`there is no pipeline "${key.name}"`)
    },
    forget: async (key, page) => forget(session, key, page),
    delete: async (key) => deletePipeline(session, key),
    removeDeleted: async (limit) => removeDeleted(session, limit),
  }
}

const aggregateOf = (state: PipelineState): Aggregate => ({
  ...nameOf(state.key),
  version: state.version,
  pipelineType: state.declaration.pipelineType,
  executionMode: state.declaration.executionMode,
  updatedAt: state.updatedAt,
  state: JSON.stringify(toStateDocument(state)),
})

/** What did not change is the same object in both states. */
function saveParts(
  session: Session,
  pipelineId: number,
  before: PipelineState | undefined,
  after: PipelineState,
): void {
  if (before?.declaration !== after.declaration)
    session.run(putVersion, { pipelineId, version: after.version, declaration: JSON.stringify(after.declaration) })
  for (const [action, known] of changedActions(before, after)) {
    const age = ageOf(action, before, after)
    saveAction(session, { pipelineId, age }, action, known)
  }
  for (const rule of changedRules(before, after)) saveRule(session, pipelineId, rule)
  if (before?.executions === after.executions) return
  for (const execution of Object.values(after.executions)) {
    const executionBefore = before && own(before.executions, execution.id)
    if (executionBefore === execution) continue
    saveExecution(session, pipelineId, execution, executionBefore !== undefined)
    saveSuccesses(session, pipelineId, execution, executionBefore)
  }
  if (before === undefined) return
  for (const id of Object.keys(before.executions))
    if (!Object.hasOwn(after.executions, id)) session.run(leaveToHistory, { pipelineId, id })
}

/** Most writes change what is known to be there, and a plain UPDATE costs half of an INSERT … ON CONFLICT. */
function saveExecution(session: Session, pipelineId: number, execution: PipelineExecution, known: boolean): void {
  const { id, age } = execution
  const document = JSON.stringify(toExecutionDocument(execution))
  if (known) session.run(updateExecution, { pipelineId, id, document })
  else session.run(putExecution, { pipelineId, id, age, document })
}

/** Written once each: a stage that has succeeded is never entered again by the same execution. */
function saveSuccesses(
  session: Session,
  pipelineId: number,
  { stages, pipelineVersion: version, age, type }: PipelineExecution,
  before: PipelineExecution | undefined,
): void {
  if (stages === before?.stages || type === 'ROLLBACK') return
  for (const [stage, { status }] of Object.entries(stages)) {
    if (status !== 'Succeeded' || (before && own(before.stages, stage)?.status === status)) continue
    session.run(putStageSuccess, { pipelineId, stage, version, age })
  }
}

function saveAction(
  session: Session,
  execution: { readonly pipelineId: number; readonly age: number },
  action: ActionExecution,
  known: boolean,
): void {
  const values = { ...execution, id: action.id, document: JSON.stringify(action) }
  session.run(known ? updateAction : putAction, values)
}

/** A run changes only while its execution is in the state. */
function ageOf({ executionId, id }: ActionExecution, before: PipelineState | undefined, after: PipelineState): number {
  const execution = own(after.executions, executionId) ?? (before && own(before.executions, executionId))
  invariant(execution !== undefined, `action execution ${id} changed without its execution ${executionId}`)
  return execution.age
}

/** Each once, with whether its place held the same run before; replaced runs first: they started before what took their place. */
function changedActions(
  before: PipelineState | undefined,
  after: PipelineState,
): Iterable<readonly [ActionExecution, boolean]> {
  const changed = new Map<string, readonly [ActionExecution, boolean]>()
  const add = (action: ActionExecution, place?: ActionExecution): void => {
    const known = place?.id === action.id || changed.get(action.id)?.[1] === true
    changed.set(action.id, [action, known])
  }
  if (after.replacedActions !== before?.replacedActions) after.replacedActions?.forEach((action) => add(action))
  if (after.executions !== before?.executions)
    for (const { id, stages } of Object.values(after.executions)) {
      const stagesBefore = before && own(before.executions, id)?.stages
      if (stages === stagesBefore) continue
      for (const [name, { actions }] of Object.entries(stages)) {
        const actionsBefore = stagesBefore && own(stagesBefore, name)?.actions
        if (actions !== actionsBefore) forEachChanged(actionsBefore, actions, add)
      }
    }
  // usually the same objects as above
  if (after.latestActions !== before?.latestActions) forEachChanged(before?.latestActions, after.latestActions, add)
  return changed.values()
}

function saveRule(session: Session, pipelineId: number, rule: RuleExecution): void {
  const { id, executionId } = rule
  session.run(putRule, { pipelineId, id, executionId, document: JSON.stringify(rule) })
}

/** Few pipelines have rules, and they run seldom: that a run may be written twice costs nothing worth a thought. */
function* changedRules(before: PipelineState | undefined, after: PipelineState): Generator<RuleExecution> {
  if (after.replacedRules !== before?.replacedRules) yield* after.replacedRules ?? []
  if (after.executions === before?.executions) return
  for (const { id, stages } of Object.values(after.executions)) {
    const stagesBefore = before && own(before.executions, id)?.stages
    if (stages === stagesBefore) continue
    for (const [name, { conditions }] of Object.entries(stages)) {
      const conditionsBefore = stagesBefore && own(stagesBefore, name)?.conditions
      if (conditions === undefined || conditions === conditionsBefore) continue
      const known = new Set(Object.values(conditionsBefore ?? {}).flatMap(({ rules }) => Object.values(rules)))
      for (const { rules } of Object.values(conditions)) {
        for (const rule of Object.values(rules)) if (!known.has(rule)) yield rule
      }
    }
  }
}

function forEachChanged<Value>(
  before: Readonly<Record<string, Value>> | undefined,
  after: Readonly<Record<string, Value>>,
  changed: (value: Value, before: Value | undefined) => unknown,
): void {
  for (const [name, value] of Object.entries(after)) {
    const valueBefore = before && own(before, name)
    if (valueBefore !== value) changed(value, valueBefore)
  }
}

type Aggregate = Name & {
  readonly version: number
  readonly pipelineType: string
  readonly executionMode: string
  readonly updatedAt: number
  readonly state: string
}

const create = query((given: Aggregate & { createdAt: number; startTokens: string; tags: string }) =>
  build
    .insertInto('pipelines')
    .values({
      account: given.account,
      region: given.region,
      name: given.name,
      revision: 1,
      version: given.version,
      pipeline_type: given.pipelineType,
      execution_mode: given.executionMode,
      created_at: given.createdAt,
      updated_at: given.updatedAt,
      state: given.state,
      start_tokens: given.startTokens,
      tags: given.tags,
    })
    .onConflict((conflict) => conflict.columns(['account', 'region', 'name']).doNothing())
    .returning('id'),
)

const atRevision = query((given: Name & { revision: number }) =>
  build
    .selectFrom('pipelines')
    .select(['id', 'tags'])
    .where('account', '=', given.account)
    .where('region', '=', given.region)
    .where('name', '=', given.name)
    .where('revision', '=', given.revision),
)

const update = query((given: Aggregate & { id: number; revision: number }) =>
  build
    .updateTable('pipelines')
    .set({
      revision: given.revision,
      version: given.version,
      pipeline_type: given.pipelineType,
      execution_mode: given.executionMode,
      updated_at: given.updatedAt,
      state: given.state,
    })
    .where('id', '=', given.id),
)

const updateStartTokens = query((given: { id: number; startTokens: string }) =>
  build.updateTable('pipelines').set({ start_tokens: given.startTokens }).where('id', '=', given.id),
)

const putVersion = query((given: { pipelineId: number; version: number; declaration: string }) =>
  build
    .insertInto('pipeline_versions')
    .values({ pipeline_id: given.pipelineId, version: given.version, declaration: given.declaration })
    .onConflict((conflict) =>
      conflict
        .columns(['pipeline_id', 'version'])
        .doUpdateSet((eb) => ({ declaration: eb.ref('excluded.declaration') })),
    ),
)

const updateExecution = query((given: { pipelineId: number; id: string; document: string }) =>
  build
    .updateTable('executions')
    // not `loaded`, though it is 1: SQLite would write the index anew
    .set({ document: given.document })
    .where('pipeline_id', '=', given.pipelineId)
    .where('id', '=', given.id),
)

const putExecution = query((given: { pipelineId: number; id: string; age: number; document: string }) =>
  build
    .insertInto('executions')
    .values({ pipeline_id: given.pipelineId, id: given.id, age: given.age, loaded: 1, document: given.document })
    .onConflict((conflict) =>
      conflict
        .columns(['pipeline_id', 'id'])
        .doUpdateSet((eb) => ({ document: eb.ref('excluded.document'), loaded: 1 })),
    ),
)

const leaveToHistory = query((given: { pipelineId: number; id: string }) =>
  build
    .updateTable('executions')
    .set({ loaded: 0 })
    .where('pipeline_id', '=', given.pipelineId)
    .where('id', '=', given.id),
)

interface ActionValues {
  readonly [name: string]: string | number
  readonly pipelineId: number
  readonly age: number
  readonly id: string
  readonly document: string
}

const updateAction = query((given: ActionValues) =>
  build
    .updateTable('action_executions')
    .set({ document: given.document })
    .where('pipeline_id', '=', given.pipelineId)
    .where('execution_age', '=', given.age)
    .where('id', '=', given.id),
)

const putAction = query((given: ActionValues) =>
  build
    .insertInto('action_executions')
    .values({ pipeline_id: given.pipelineId, execution_age: given.age, id: given.id, document: given.document })
    .onConflict((conflict) =>
      conflict
        .columns(['pipeline_id', 'execution_age', 'id'])
        .doUpdateSet((eb) => ({ document: eb.ref('excluded.document') })),
    ),
)

const putStageSuccess = query((given: { pipelineId: number; stage: string; version: number; age: number }) =>
  build
    .insertInto('stage_successes')
    .values({ pipeline_id: given.pipelineId, stage: given.stage, version: given.version, age: given.age })
    .onConflict((conflict) => conflict.columns(['pipeline_id', 'stage', 'version', 'age']).doNothing()),
)

const putRule = query((given: { pipelineId: number; id: string; executionId: string; document: string }) =>
  build
    .insertInto('rule_executions')
    .values({
      pipeline_id: given.pipelineId,
      id: given.id,
      execution_id: given.executionId,
      document: given.document,
    })
    .onConflict((conflict) =>
      conflict.columns(['pipeline_id', 'id']).doUpdateSet((eb) => ({ document: eb.ref('excluded.document') })),
    ),
)

const tag = query((given: Name & { tags: string }) =>
  build
    .updateTable('pipelines')
    .set({ tags: given.tags })
    .where('account', '=', given.account)
    .where('region', '=', given.region)
    .where('name', '=', given.name),
)
