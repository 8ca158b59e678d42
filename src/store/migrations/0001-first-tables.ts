import type { CreateTableBuilder } from 'kysely'
import type { Migration } from './migration.ts'

export const firstTables: Migration = {
  number: 1,
  name: 'first tables',
  async up(schema, { serial, asSerial, byteOrderedText }) {
    const named = <Columns extends string>(
      table: CreateTableBuilder<string, Columns>,
    ): CreateTableBuilder<string, string> =>
      ['account', 'region', 'service', 'type', 'name'].reduce<CreateTableBuilder<string, string>>(
        (builder, column) => builder.addColumn(column, 'text', (text) => text.notNull()),
        table,
      )
    const nameColumns = ['account', 'region', 'service', 'type', 'name']

    await named(schema.schema.createTable('resources'))
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('parent', 'text', (column) => column.notNull())
      .addColumn('ordinal', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('resources_pk', nameColumns)
      .execute()
    await schema.schema.createIndex('resources_anywhere').on('resources').columns(['service', 'type', 'name']).execute()
    await schema.schema
      .createIndex('resources_children')
      .on('resources')
      .columns(['account', 'region', 'service', 'type', 'parent', 'ordinal', 'name'])
      .execute()
    await schema.schema
      .createIndex('resources_ordered')
      .on('resources')
      .columns(['account', 'region', 'service', 'type', 'ordinal', 'name'])
      .execute()

    await named(schema.schema.createTable('sequences'))
      .addColumn('value', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('sequences_pk', nameColumns)
      .execute()

    await schema.schema
      .createTable('pipelines')
      .addColumn('id', serial, asSerial)
      .addColumn('account', 'text', (column) => column.notNull())
      .addColumn('region', 'text', (column) => column.notNull())
      .addColumn('name', byteOrderedText, (column) => column.notNull())
      .addColumn('revision', 'bigint', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('pipeline_type', 'text', (column) => column.notNull())
      .addColumn('execution_mode', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('start_tokens', 'text', (column) => column.notNull())
      .addColumn('tags', 'text', (column) => column.notNull())
      .addUniqueConstraint('pipelines_name', ['account', 'region', 'name'])
      .execute()

    await schema.schema
      .createTable('pipeline_versions')
      .addColumn('pipeline_id', 'bigint', (column) => column.notNull().references('pipelines.id').onDelete('cascade'))
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('declaration', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('pipeline_versions_pk', ['pipeline_id', 'version'])
      .execute()

    await schema.schema
      .createTable('executions')
      .addColumn('pipeline_id', 'bigint', (column) => column.notNull().references('pipelines.id').onDelete('cascade'))
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('age', 'bigint', (column) => column.notNull())
      .addColumn('loaded', 'integer', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('executions_pk', ['pipeline_id', 'id'])
      .addUniqueConstraint('executions_age', ['pipeline_id', 'age'])
      .execute()
    await schema.schema
      .createIndex('executions_loaded')
      .on('executions')
      .columns(['pipeline_id', 'loaded', 'age'])
      .execute()

    await schema.schema
      .createTable('action_executions')
      .addColumn('sequence', serial, asSerial)
      .addColumn('pipeline_id', 'bigint', (column) => column.notNull().references('pipelines.id').onDelete('cascade'))
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('execution_id', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addUniqueConstraint('action_executions_id', ['pipeline_id', 'id'])
      .execute()
    await schema.schema
      .createIndex('action_executions_history')
      .on('action_executions')
      .columns(['pipeline_id', 'sequence'])
      .execute()
    await schema.schema
      .createIndex('action_executions_of_execution')
      .on('action_executions')
      .columns(['pipeline_id', 'execution_id', 'sequence'])
      .execute()

    await schema.schema
      .createTable('outbox')
      .addColumn('id', serial, asSerial)
      .addColumn('command', 'text', (column) => column.notNull())
      .execute()

    await schema.schema
      .createTable('timers')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute()
    await schema.schema.createIndex('timers_due').on('timers').columns(['at', 'id']).execute()

    await schema.schema
      .createTable('jobs')
      .addColumn('sequence', serial, asSerial)
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('queue', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('nonce', 'text', (column) => column.notNull())
      .addColumn('query', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('lease_until', 'bigint')
      .addColumn('worker', 'text')
      .addColumn('document', 'text', (column) => column.notNull())
      .execute()
    await schema.schema
      .createIndex('jobs_waiting')
      .on('jobs')
      .columns(['status', 'queue', 'created_at', 'sequence'])
      .execute()

    await schema.schema
      .createTable('events')
      .addColumn('sequence', serial, asSerial)
      .addColumn('document', 'text', (column) => column.notNull())
      .execute()
    await schema.schema
      .createTable('consumers')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .execute()

    await schema.schema
      .createTable('objects')
      .addColumn('sequence', serial, asSerial)
      .addColumn('bucket', 'text', (column) => column.notNull())
      .addColumn('key', byteOrderedText, (column) => column.notNull())
      .addColumn('version_id', 'text', (column) => column.notNull())
      .addColumn('is_latest', 'integer', (column) => column.notNull())
      .addColumn('delete_marker', 'integer', (column) => column.notNull())
      .addColumn('blob_id', 'text')
      .addColumn('size', 'bigint', (column) => column.notNull())
      .addColumn('etag', 'text', (column) => column.notNull())
      .addColumn('last_modified', 'bigint', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addUniqueConstraint('objects_version', ['bucket', 'key', 'version_id'])
      .execute()
    await schema.schema.createIndex('objects_versions').on('objects').columns(['bucket', 'key', 'sequence']).execute()
    await schema.schema
      .createIndex('objects_latest')
      .on('objects')
      .columns(['bucket', 'is_latest', 'delete_marker', 'key'])
      .execute()
  },
}
