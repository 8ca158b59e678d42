/** One SQLite connection with its prepared statements; node:sqlite is synchronous, so is everything here. */
import type { Compilable } from 'kysely'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { Parameters, Query } from './query.ts'

/** Where queries run: a connection, or a unit of work on the writing one. */
export interface Session {
  all<Values extends Parameters, Row>(query: Query<Values, Row>, values: Values): Row[]
  first<Values extends Parameters, Row>(query: Query<Values, Row>, values: Values): Row | undefined
  /** @returns rows changed, and the row id of the last inserted row */
  run<Values extends Parameters>(query: Query<Values, unknown>, values: Values): Changes
  /** for queries whose conditions depend on the call */
  select<Row>(written: Compilable<Row>): Row[]
}

export interface Changes {
  readonly changes: number
  readonly lastId: number
}

export interface Connection extends Session {
  readonly database: DatabaseSync
  /** prepared once for each text */
  statement(text: string): StatementSync
  close(): void
}

/** Far more than the program's queries have shapes; a bound, in case a shape ever depends on data. */
const STATEMENTS_KEPT = 500

/** @param options.readOnly sees what other connections committed, and cannot write */
export function openConnection(file: string, { readOnly }: { readonly readOnly: boolean }): Connection {
  const database = new DatabaseSync(file, { readOnly, enableForeignKeyConstraints: true, timeout: BUSY_TIMEOUT_MS })
  database.exec(readOnly ? READER_SETTINGS : WRITER_SETTINGS)
  const statements = new Map<string, StatementSync>()

  const statement = (text: string): StatementSync => {
    let known = statements.get(text)
    if (known === undefined) {
      if (statements.size >= STATEMENTS_KEPT) statements.clear()
      statements.set(text, (known = database.prepare(text)))
    }
    return known
  }

  return {
    database,
    statement,
    all: <Values extends Parameters, Row>(query: Query<Values, Row>, values: Values) =>
      statement(query.sql).all(...query.bind(values)) as Row[],
    first: <Values extends Parameters, Row>(query: Query<Values, Row>, values: Values) =>
      statement(query.sql).get(...query.bind(values)) as Row | undefined,
    run(query, values) {
      const { changes, lastInsertRowid } = statement(query.sql).run(...query.bind(values))
      return { changes: Number(changes), lastId: Number(lastInsertRowid) }
    },
    select: <Row>(written: Compilable<Row>) => {
      const { sql, parameters } = written.compile()
      return statement(sql).all(...(parameters as SQLInputValue[])) as Row[]
    },
    close() {
      statements.clear()
      database.close()
    },
  }
}

/** Another process may hold the file for a moment: a backup, a `sqlite3` shell. */
const BUSY_TIMEOUT_MS = 10_000

/**
 * FULL: a commit is on the disk before it is acknowledged (with NORMAL a power cut may take the last ones).
 * A checkpoint costs several flushes; at 4000 pages (16 MB) it is rare, and the log stays small enough to be read quickly.
 * Savepoints keep their undo pages in memory instead of in temporary files.
 */
const WRITER_SETTINGS = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma wal_autocheckpoint = 4000;
  pragma journal_size_limit = 67108864;
  pragma temp_store = memory;
  pragma cache_size = -65536;
`
const READER_SETTINGS = `
  pragma query_only = on;
  pragma temp_store = memory;
  pragma cache_size = -32768;
`
