/**
 * Deleting a pipeline whose history is long would keep everybody else waiting for minutes. Its name is taken away at once, so that
 * nobody finds it any more; its rows follow in portions.
 */
import type { PipelineKey } from '../../core/execution/execution.ts'
import type { Session } from './connection.ts'
import type { ExecutionDocument } from './pipeline-documents.ts'
import { oldest, removeExecution } from './pipeline-history.ts'
import { DELETED, nameOf, type Name } from './pipeline-reader.ts'
import { build, query } from './query.ts'

/** So many executions are removed with their pipeline. */
const SHORT_HISTORY = 100

/** @see PipelineWriter.delete */
export function deletePipeline(session: Session, key: PipelineKey): boolean {
  const pipeline = session.first(byName, nameOf(key))
  if (pipeline === undefined) return false
  const { id } = pipeline
  const executions = session.all(some, { id, limit: SHORT_HISTORY + 1 })
  if (executions.length <= SHORT_HISTORY) session.run(remove, { id })
  else session.run(rename, { id, ...DELETED, name: String(id) })
  return true
}

/** @see PipelineWriter.removeDeleted */
export function removeDeleted(session: Session, limit: number): number {
  const pipeline = session.first(anyDeleted, DELETED)
  if (pipeline === undefined) return 0
  const { id } = pipeline
  const rows = session.all(oldest, { pipelineId: id, afterAge: 0, limit })
  for (const { document } of rows) removeExecution(session, id, JSON.parse(document) as ExecutionDocument)
  if (rows.length < limit) session.run(remove, { id })
  return Math.max(rows.length, 1) // there may be another one
}

const byName = query((given: Name) =>
  build
    .selectFrom('pipelines')
    .select('id')
    .where('account', '=', given.account)
    .where('region', '=', given.region)
    .where('name', '=', given.name),
)

const anyDeleted = query((given: { account: string; region: string }) =>
  build
    .selectFrom('pipelines')
    .select('id')
    .where('account', '=', given.account)
    .where('region', '=', given.region)
    .limit(1),
)

const some = query((given: { id: number; limit: number }) =>
  build.selectFrom('executions').select('age').where('pipeline_id', '=', given.id).limit(given.limit),
)

const rename = query((given: { id: number } & Name) =>
  build
    .updateTable('pipelines')
    .set({ account: given.account, region: given.region, name: given.name })
    .where('id', '=', given.id),
)

/** With what is left of its rows. */
const remove = query((given: { id: number }) => build.deleteFrom('pipelines').where('id', '=', given.id))
