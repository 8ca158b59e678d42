import { sql } from 'kysely'
import type {
  ActionExecution,
  PipelineExecution,
  PipelineKey,
  PipelineState,
  RuleExecution,
} from '../../core/execution/execution.ts'
import { invariant } from '../../core/invariant.ts'
import type { PipelineDeclaration } from '../../core/pipeline/declaration.ts'
import type { PipelineReader, PipelineRecord, PipelineSummary } from '../store.ts'
import type { AggregateCache } from './aggregate-cache.ts'
import type { Session } from './connection.ts'
import {
  actionIdsOf,
  fromExecutionDocument,
  fromStateDocument,
  type Actions,
  type ExecutionDocument,
  type StateDocument,
} from './pipeline-documents.ts'
import { build, query } from './query.ts'

/** @param cache of a session that sees committed state only */
export function pipelineReader(session: Session, cache?: AggregateCache): PipelineReader {
  return {
    load: async (key) => load(session, key, cache),
    list: async ({ account, region }, { after, limit }) =>
      session.all(summaries, { account, region, after: after ?? '', limit }).map((row): PipelineSummary => ({
        name: row.name,
        version: row.version,
        pipelineType: row.pipeline_type,
        executionMode: row.execution_mode,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      })),
    keys: async () =>
      session.all(keys, {}).map(({ account, region, name }): PipelineKey => ({ account, region, name })),
    async declaration(key, version) {
      const row = session.first(declaration, { ...nameOf(key), version })
      return row && (JSON.parse(row.declaration) as PipelineDeclaration)
    },
    async execution(key, id) {
      const row = session.first(execution, { ...nameOf(key), id })
      return row && readExecutions(session, row.pipeline_id, [row])[0]
    },
    async executions(key, { beforeAge, limit, succeededInStage }) {
      const page = { ...nameOf(key), beforeAge: beforeAge ?? Number.MAX_SAFE_INTEGER, limit }
      if (succeededInStage === undefined) return readPage(session, session.all(history, page))
      return readPage(session, session.all(succeeded, { ...page, ...succeededInStage }))
    },
    async actionExecutions(key, { executionId, before, limit }) {
      const page = { ...nameOf(key), before: before ?? Number.MAX_SAFE_INTEGER, limit }
      const rows =
        executionId === undefined
          ? session.all(actionHistory, page)
          : session.all(actionHistoryOf, { ...page, executionId })
      return rows.map(({ sequence, document }) => ({ sequence, action: JSON.parse(document) as ActionExecution }))
    },
    async ruleExecutions(key, { executionId, before, limit }) {
      const page = { ...nameOf(key), before: before ?? Number.MAX_SAFE_INTEGER, limit }
      const rows =
        executionId === undefined
          ? session.all(ruleHistory, page)
          : session.all(ruleHistoryOf, { ...page, executionId })
      return rows.map(({ sequence, document }) => ({ sequence, rule: JSON.parse(document) as RuleExecution }))
    },
  }
}

/** Several queries, on one synchronous breath: nothing can be committed between them. */
function load(session: Session, key: PipelineKey, cache: AggregateCache | undefined): PipelineRecord | undefined {
  const current = session.first(revisionOf, nameOf(key))
  if (current === undefined) return undefined
  const { id, revision } = current
  const tags = JSON.parse(current.tags) as Record<string, string>
  const known = cache?.get(id, revision)
  if (known !== undefined) return { revision, tags, state: known }
  const read = readAggregate(session, key)
  cache?.set(id, { revision, ...read })
  return { revision, tags, state: read.state }
}

function readAggregate(session: Session, key: PipelineKey): { state: PipelineState; weight: number } {
  const row = session.first(aggregate, nameOf(key))
  invariant(row !== undefined, `pipeline ${key.name} has no declaration`)
  const state = JSON.parse(row.state) as StateDocument
  const executionRows = session.all(loaded, { pipelineId: row.id })
  const documents = executionRows.map(parseExecution)
  const known = new Set(documents.map(({ id }) => id))
  const others = new Set(Object.values(state.latestActions).flatMap(([, id]) => (known.has(id) ? [] : [id])))
  const ages = [
    ...documents.map(({ age }) => age),
    ...session.all(agesById, { pipelineId: row.id, ids: JSON.stringify([...others]) }).map(({ age }) => age),
  ]
  const actionRows = actionRowsOf(session, row.id, ages, new Set(actionIdsOf(documents, state)))
  const actions = parseActions(actionRows)
  const declarations = new Map([[row.version, JSON.parse(row.declaration) as PipelineDeclaration]])
  for (const older of state.olderVersions) {
    const stored = session.first(declaration, { ...nameOf(key), version: Number(older) })
    if (stored !== undefined) declarations.set(Number(older), JSON.parse(stored.declaration) as PipelineDeclaration)
  }
  const texts = [row.state, row.declaration, ...[...executionRows, ...actionRows].map(({ document }) => document)]
  return {
    weight: texts.reduce((sum, { length }) => sum + length, 0),
    state: fromStateDocument(state, {
      key,
      version: row.version,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      startTokens: JSON.parse(row.start_tokens),
      executions: Object.fromEntries(
        documents.map((document) => [document.id, fromExecutionDocument(document, actions)]),
      ),
      declarations,
      actions,
    }),
  }
}

interface ExecutionRow {
  readonly pipeline_id: number
  readonly document: string
}

const parseExecution = ({ document }: { readonly document: string }): ExecutionDocument =>
  JSON.parse(document) as ExecutionDocument

const readPage = (session: Session, rows: readonly ExecutionRow[]): readonly PipelineExecution[] =>
  rows[0] === undefined ? [] : readExecutions(session, rows[0].pipeline_id, rows)

function readExecutions(
  session: Session,
  pipelineId: number,
  rows: readonly ExecutionRow[],
): readonly PipelineExecution[] {
  const documents = rows.map(parseExecution)
  const ages = documents.map(({ age }) => age)
  const actions = parseActions(actionRowsOf(session, pipelineId, ages, new Set(actionIdsOf(documents))))
  return documents.map((document) => fromExecutionDocument(document, actions))
}

interface ActionRow {
  readonly id: string
  readonly document: string
}

/** Of these executions, without the runs that a retry replaced. */
const actionRowsOf = (
  session: Session,
  pipelineId: number,
  ages: readonly number[],
  ids: ReadonlySet<string>,
): readonly ActionRow[] =>
  session.all(actionsByAge, { pipelineId, ages: JSON.stringify(ages) }).filter(({ id }) => ids.has(id))

const parseActions = (rows: readonly ActionRow[]): Actions =>
  new Map(rows.map(({ id, document }) => [id, JSON.parse(document) as ActionExecution]))

/** Not the key itself: it may have been taken from something larger. */
export const nameOf = ({ account, region, name }: PipelineKey): Name => ({ account, region, name })
/** A deleted pipeline whose rows are still being removed has its id for a name, in no account. */
export const DELETED = { account: '', region: '' } as const

export type Name = { readonly account: string; readonly region: string; readonly name: string }

const pipeline = (given: Name) =>
  build
    .selectFrom('pipelines')
    .where('pipelines.account', '=', given.account)
    .where('pipelines.region', '=', given.region)
    .where('pipelines.name', '=', given.name)

const revisionOf = query((given: Name) => pipeline(given).select(['id', 'revision', 'tags']))

const aggregate = query((given: Name) =>
  pipeline(given)
    .innerJoin('pipeline_versions', (join) =>
      join
        .onRef('pipeline_versions.pipeline_id', '=', 'pipelines.id')
        .onRef('pipeline_versions.version', '=', 'pipelines.version'),
    )
    .selectAll('pipelines')
    .select('pipeline_versions.declaration'),
)

const loaded = query((given: { pipelineId: number }) =>
  build
    .selectFrom('executions')
    .select('document')
    .where('pipeline_id', '=', given.pipelineId)
    .where('loaded', '=', 1)
    .orderBy('age'),
)

const agesById = query((given: { pipelineId: number; ids: string }) =>
  build
    .selectFrom('executions')
    .select('age')
    .where('pipeline_id', '=', given.pipelineId)
    .where('id', 'in', sql<string>`(select value from json_each(${given.ids}))`),
)

const actionsByAge = query((given: { pipelineId: number; ages: string }) =>
  build
    .selectFrom('action_executions')
    .select(['id', 'document'])
    .where('pipeline_id', '=', given.pipelineId)
    .where('execution_age', 'in', sql<number>`(select value from json_each(${given.ages}))`),
)

const summaries = query((given: { account: string; region: string; after: string; limit: number }) =>
  build
    .selectFrom('pipelines')
    .select(['name', 'version', 'pipeline_type', 'execution_mode', 'created_at', 'updated_at'])
    .where('account', '=', given.account)
    .where('region', '=', given.region)
    .where('name', '>', given.after)
    .orderBy('name')
    .limit(given.limit),
)

const keys = query(() =>
  build
    .selectFrom('pipelines')
    .select(['account', 'region', 'name'])
    .where('account', '<>', DELETED.account)
    .orderBy('account')
    .orderBy('region')
    .orderBy('name'),
)

const declaration = query((given: Name & { version: number }) =>
  pipeline(given)
    .innerJoin('pipeline_versions', 'pipeline_versions.pipeline_id', 'pipelines.id')
    .where('pipeline_versions.version', '=', given.version)
    .select('pipeline_versions.declaration'),
)

const executions = (given: Name) =>
  pipeline(given)
    .innerJoin('executions', 'executions.pipeline_id', 'pipelines.id')
    .select(['executions.pipeline_id', 'executions.document'])

const execution = query((given: Name & { id: string }) => executions(given).where('executions.id', '=', given.id))

type HistoryPage = Name & { readonly beforeAge: number; readonly limit: number }
const newestFirst = (given: HistoryPage) =>
  executions(given).where('executions.age', '<', given.beforeAge).orderBy('executions.age', 'desc').limit(given.limit)
const history = query(newestFirst)
/** From the successes and in their order: most executions may never have come to the stage. */
const succeeded = query((given: HistoryPage & { stage: string; version: number }) =>
  pipeline(given)
    .innerJoin('stage_successes', 'stage_successes.pipeline_id', 'pipelines.id')
    .innerJoin('executions', (join) =>
      join
        .onRef('executions.pipeline_id', '=', 'stage_successes.pipeline_id')
        .onRef('executions.age', '=', 'stage_successes.age'),
    )
    .select(['executions.pipeline_id', 'executions.document'])
    .where('stage_successes.stage', '=', given.stage)
    .where('stage_successes.version', '=', given.version)
    .where('stage_successes.age', '<', given.beforeAge)
    .orderBy('stage_successes.age', 'desc')
    .limit(given.limit),
)

type ActionPage = Name & { readonly before: number; readonly limit: number }
const actionRuns = (given: ActionPage) =>
  pipeline(given)
    .innerJoin('action_executions', 'action_executions.pipeline_id', 'pipelines.id')
    .select(['action_executions.sequence', 'action_executions.document'])
    .limit(given.limit)
const actionHistory = query((given: ActionPage) =>
  actionRuns(given)
    .where('action_executions.sequence', '<', given.before)
    .orderBy('action_executions.sequence', 'desc'),
)
/** An expression, so that the runs of the one execution are sorted instead of the pipeline's whole history searched in this order. */
const sequence = sql<number>`+action_executions.sequence`
const actionHistoryOf = query((given: ActionPage & { executionId: string }) =>
  actionRuns(given)
    .innerJoin('executions', (join) =>
      join
        .onRef('executions.pipeline_id', '=', 'action_executions.pipeline_id')
        .onRef('executions.age', '=', 'action_executions.execution_age'),
    )
    .where('executions.id', '=', given.executionId)
    .where(sequence, '<', given.before)
    .orderBy(sequence, 'desc'),
)

const lastRuleFirst = (given: ActionPage) =>
  pipeline(given)
    .innerJoin('rule_executions', 'rule_executions.pipeline_id', 'pipelines.id')
    .select(['rule_executions.sequence', 'rule_executions.document'])
    .where('rule_executions.sequence', '<', given.before)
    .orderBy('rule_executions.sequence', 'desc')
    .limit(given.limit)
const ruleHistory = query(lastRuleFirst)
const ruleHistoryOf = query((given: ActionPage & { executionId: string }) =>
  lastRuleFirst(given).where('rule_executions.execution_id', '=', given.executionId),
)
