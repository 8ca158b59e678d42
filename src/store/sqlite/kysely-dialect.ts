/** Kysely over one of our connections: for what runs rarely and is written portably, the migrations. */
import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
} from 'kysely'
import type { SQLInputValue } from 'node:sqlite'
import type { Connection } from './connection.ts'

/** The connection stays its opener's: destroying the Kysely instance does not close it. */
export function kyselyDialect(connection: Connection): Dialect {
  const single: DatabaseConnection = {
    executeQuery: <Row>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) =>
      Promise.try(() => execute<Row>(connection, sql, parameters as SQLInputValue[])),
    streamQuery() {
      throw new Error('streaming is not supported: node:sqlite answers at once')
    },
  }
  const say = (text: string) => async (): Promise<void> => connection.database.exec(text)
  return {
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createDriver: () => ({
      init: async () => {},
      acquireConnection: async () => single,
      releaseConnection: async () => {},
      beginTransaction: say('begin immediate'),
      commitTransaction: say('commit'),
      rollbackTransaction: say('rollback'),
      destroy: async () => {},
    }),
  }
}

function execute<Row>(connection: Connection, sql: string, parameters: SQLInputValue[]): QueryResult<Row> {
  // prepared anew: a statement prepared before a migration changed the schema is of no use after it
  const statement = connection.database.prepare(sql)
  if (statement.columns().length > 0) return { rows: statement.all(...parameters) as Row[] }
  const { changes, lastInsertRowid } = statement.run(...parameters)
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
}
