/** Brings a database from any released state to the newest one, forward only, in one transaction: all of it or nothing. */
import { sql, type Kysely } from 'kysely'
import type { Clock } from '../../base/clock.ts'
import { firstTables } from './0001-first-tables.ts'
import { ruleExecutions } from './0002-rule-executions.ts'
import { historyByAge } from './0003-history-by-age.ts'
import { objectsByBlob } from './0004-objects-by-blob.ts'
import type { Dialect, Migration } from './migration.ts'

export const MIGRATIONS: readonly Migration[] = [firstTables, ruleExecutions, historyByAge, objectsByBlob]

/** The database was written by a newer version of the program: reading it could misunderstand, writing it could destroy. */
export class DatabaseTooNew extends Error {
  override readonly name = 'DatabaseTooNew'
}

/**
 * @returns the numbers of the migrations it ran; none when the database was up to date
 * @throws DatabaseTooNew
 */
export async function migrate(
  database: Kysely<unknown>,
  { dialect, clock, migrations = MIGRATIONS }: { dialect: Dialect; clock: Clock; migrations?: readonly Migration[] },
): Promise<readonly number[]> {
  const latest = migrations.at(-1)?.number ?? 0
  // looked at outside the transaction first: an up to date database is opened without writing
  if ((await reached(database, latest)) === latest) return []
  return database.transaction().execute(async (schema) => {
    await schema.schema
      .createTable('schema_migrations')
      .ifNotExists()
      .addColumn('number', 'integer', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute()
    const done = await reached(schema, latest)
    const missing = migrations.filter(({ number }) => number > done)
    for (const { number, name, up } of missing) {
      await up(schema, dialect)
      await sql`insert into schema_migrations (number, name, applied_at) values (${number}, ${name}, ${clock.now()})`.execute(
        schema,
      )
    }
    return missing.map(({ number }) => number)
  })
}

async function reached(database: Kysely<unknown>, latest: number): Promise<number> {
  const tables = await database.introspection.getTables()
  if (!tables.some(({ name }) => name === 'schema_migrations')) return 0
  const { rows } = await sql<{ number: number | null }>`select max(number) as number from schema_migrations`.execute(
    database,
  )
  const number = rows[0]?.number ?? 0
  if (number > latest)
    throw new DatabaseTooNew(
      `the database has schema ${number}, this program knows schemas up to ${latest}: it was used by a newer version of Pipewright; install that version or newer, or restore a backup`,
    )
  return number
}
