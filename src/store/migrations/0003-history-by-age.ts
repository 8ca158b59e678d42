/**
 * Makes a transition cost the same whatever the history: action runs are found by the age of their execution instead of by ids,
 * which are random, so that every new one changed another page of a large index. And who succeeded in a stage is found by an index.
 */
import { sql, type Kysely } from 'kysely'
import type { Dialect, Migration } from './migration.ts'

export const historyByAge: Migration = {
  number: 3,
  name: 'history by age',
  async up(schema, dialect) {
    await nameExecutionsOfLatestActions(schema)
    await rebuildActionExecutions(schema, dialect)
    await createStageSuccesses(schema, dialect)
  },
}

/** What a pipeline's state said of its latest actions was an id each; the row is found through the execution from now on. */
async function nameExecutionsOfLatestActions(schema: Kysely<unknown>): Promise<void> {
  const { rows: pipelines } = await sql<{ id: number; state: string }>`select id, state from pipelines`.execute(schema)
  for (const { id, state } of pipelines) {
    const document = JSON.parse(state) as { latestActions: Record<string, string> }
    const latest: [string, readonly string[]][] = []
    for (const [place, run] of Object.entries(document.latestActions)) {
      const { rows } = await sql<{ execution_id: string }>`
        select execution_id from action_executions where pipeline_id = ${id} and id = ${run}`.execute(schema)
      latest.push([place, [run, rows[0]?.execution_id ?? '']])
    }
    const changed = JSON.stringify({ ...document, latestActions: Object.fromEntries(latest) })
    await sql`update pipelines set state = ${changed} where id = ${id}`.execute(schema)
  }
}

async function rebuildActionExecutions(schema: Kysely<unknown>, { serial, asSerial, keepingSerial }: Dialect) {
  await schema.schema
    .createTable('action_executions_by_age')
    .addColumn('sequence', serial, asSerial)
    .addColumn('pipeline_id', 'bigint', (column) => column.notNull().references('pipelines.id').onDelete('cascade'))
    .addColumn('execution_age', 'bigint', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .execute()
  await sql`
    insert into action_executions_by_age (sequence, pipeline_id, execution_age, id, document) ${keepingSerial}
    select run.sequence, run.pipeline_id, execution.age, run.id, run.document
    from action_executions run
    join executions execution on execution.pipeline_id = run.pipeline_id and execution.id = run.execution_id
    order by run.sequence`.execute(schema)
  await schema.schema.dropTable('action_executions').execute()
  await schema.schema.alterTable('action_executions_by_age').renameTo('action_executions').execute()
  await schema.schema
    .createIndex('action_executions_of_execution')
    .unique()
    .on('action_executions')
    .columns(['pipeline_id', 'execution_age', 'id'])
    .execute()
  await schema.schema
    .createIndex('action_executions_history')
    .on('action_executions')
    .columns(['pipeline_id', 'sequence'])
    .execute()
}

async function createStageSuccesses(schema: Kysely<unknown>, { keyOnly, members, member }: Dialect): Promise<void> {
  await schema.schema
    .createTable('stage_successes')
    .addColumn('pipeline_id', 'bigint', (column) => column.notNull().references('pipelines.id').onDelete('cascade'))
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('age', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('stage_successes_pk', ['pipeline_id', 'stage', 'version', 'age'])
    .modifyEnd(keyOnly)
    .execute()
  const document = sql`execution.document`
  await sql`
    insert into stage_successes (pipeline_id, stage, version, age)
    select execution.pipeline_id, stage.key, cast(${member(document, 'pipelineVersion')} as bigint), execution.age
    from executions execution, ${members(document, 'stages')} stage
    where ${member(sql`stage.value`, 'status')} = 'Succeeded' and ${member(document, 'type')} <> 'ROLLBACK'`.execute(
    schema,
  )
}
