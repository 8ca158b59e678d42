/** Forgets what is older than anybody may ask for. */
import type { PipelineKey } from '../../core/execution/execution.ts'
import type { PipelineWriter } from '../store.ts'
import type { Session } from './connection.ts'
import type { ExecutionDocument, StateDocument } from './pipeline-documents.ts'
import { nameOf, type Name } from './pipeline-reader.ts'
import { build, query } from './query.ts'

/** @see PipelineWriter.forget */
export function forget(
  session: Session,
  key: PipelineKey,
  { changedBefore, afterAge = 0, limit }: Parameters<PipelineWriter['forget']>[1],
): Awaited<ReturnType<PipelineWriter['forget']>> {
  const pipeline = session.first(stateOf, nameOf(key))
  if (pipeline === undefined) return { executions: 0, afterAge: undefined }
  const pipelineId = pipeline.id
  const { latestActions } = JSON.parse(pipeline.state) as StateDocument
  const shown = new Set(Object.values(latestActions).map(([, executionId]) => executionId))
  const rows = session.all(oldest, { pipelineId, afterAge, limit })
  const documents = rows.map(({ loaded, document }) => ({ ...(JSON.parse(document) as ExecutionDocument), loaded }))
  const gone = documents.filter(
    ({ id, loaded, updatedAt }) => loaded === 0 && updatedAt < changedBefore && !shown.has(id),
  )
  for (const execution of gone) removeExecution(session, pipelineId, execution)
  const last = documents.length < limit ? undefined : documents.at(-1)
  return { executions: gone.length, afterAge: last && last.startedAt < changedBefore ? last.age : undefined }
}

/** With all that belongs to it. */
export function removeExecution(
  session: Session,
  pipelineId: number,
  { age, id, pipelineVersion: version, stages }: ExecutionDocument,
): void {
  session.run(removeActions, { pipelineId, age })
  session.run(removeRules, { pipelineId, id })
  for (const [stage, { status }] of Object.entries(stages)) {
    if (status === 'Succeeded') session.run(removeSuccess, { pipelineId, stage, version, age })
  }
  session.run(removeRow, { pipelineId, age })
}

const stateOf = query((given: Name) =>
  build
    .selectFrom('pipelines')
    .select(['id', 'state'])
    .where('account', '=', given.account)
    .where('region', '=', given.region)
    .where('name', '=', given.name),
)

export const oldest = query((given: { pipelineId: number; afterAge: number; limit: number }) =>
  build
    .selectFrom('executions')
    .select(['loaded', 'document'])
    .where('pipeline_id', '=', given.pipelineId)
    .where('age', '>', given.afterAge)
    .orderBy('age')
    .limit(given.limit),
)

const removeRow = query((given: { pipelineId: number; age: number }) =>
  build.deleteFrom('executions').where('pipeline_id', '=', given.pipelineId).where('age', '=', given.age),
)

const removeActions = query((given: { pipelineId: number; age: number }) =>
  build
    .deleteFrom('action_executions')
    .where('pipeline_id', '=', given.pipelineId)
    .where('execution_age', '=', given.age),
)

const removeRules = query((given: { pipelineId: number; id: string }) =>
  build.deleteFrom('rule_executions').where('pipeline_id', '=', given.pipelineId).where('execution_id', '=', given.id),
)

const removeSuccess = query((given: { pipelineId: number; stage: string; version: number; age: number }) =>
  build
    .deleteFrom('stage_successes')
    .where('pipeline_id', '=', given.pipelineId)
    .where('stage', '=', given.stage)
    .where('version', '=', given.version)
    .where('age', '=', given.age),
)
