import type { Migration } from './migration.ts'

/** The history of stage conditions; what is being evaluated is in the execution's document. */
export const ruleExecutions: Migration = {
  number: 2,
  name: 'rule executions',
  async up(schema, { serial, asSerial }) {
    await schema.schema
      .createTable('rule_executions')
      .addColumn('sequence', serial, asSerial)
      .addColumn('pipeline_id', 'bigint', (column) => column.notNull().references('pipelines.id').onDelete('cascade'))
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('execution_id', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addUniqueConstraint('rule_executions_id', ['pipeline_id', 'id'])
      .execute()
    await schema.schema
      .createIndex('rule_executions_history')
      .on('rule_executions')
      .columns(['pipeline_id', 'sequence'])
      .execute()
    await schema.schema
      .createIndex('rule_executions_of_execution')
      .on('rule_executions')
      .columns(['pipeline_id', 'execution_id', 'sequence'])
      .execute()
  },
}
