/**
 * Queries written with Kysely's builder and compiled once: building and compiling one costs more than running it, and the queries
 * of a transition run thousands of times a second.
 */
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, type Compilable } from 'kysely'
import type { SQLInputValue } from 'node:sqlite'
import type { Tables } from '../tables.ts'

export type Parameters = Readonly<Record<string, string | number | null>>

export interface Query<Values extends Parameters, Row> {
  readonly sql: string
  /** the values in the order of the text's question marks */
  bind(values: Values): SQLInputValue[]
  /** only carries the type */
  readonly row?: Row
}

/** The builder; it compiles and cannot run anything. */
export const build = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

/**
 * @param write gets stand-ins for the values of each run, which may only be put into the query:
 * `query((given: { id: string }) => build.deleteFrom('timers').where('id', '=', given.id))`
 */
export function query<Values extends Parameters, Row>(write: (given: Values) => Compilable<Row>): Query<Values, Row> {
  const { sql, parameters } = write(standIns as Values).compile()
  const sources = parameters.map((parameter) =>
    parameter instanceof StandIn
      ? (values: Values) => values[parameter.name] ?? null
      : () => parameter as SQLInputValue,
  )
  return { sql, bind: (values) => sources.map((source) => source(values)) }
}

class StandIn {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

const standIns: unknown = new Proxy({}, { get: (_, name) => new StandIn(String(name)) })
