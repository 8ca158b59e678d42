/** What a migration is, and the few things that SQLite and PostgreSQL spell differently. */
import { sql, type ColumnDataType, type ColumnDefinitionBuilder, type Kysely, type RawBuilder } from 'kysely'

export interface Migration {
  /** from 1, without gaps; a number that was ever released is never changed */
  readonly number: number
  readonly name: string
  readonly up: (schema: Kysely<unknown>, dialect: Dialect) => Promise<void>
}

export interface Dialect {
  /** a number that grows with every row and is never given twice, not even after a delete */
  readonly serial: ColumnDataType
  readonly asSerial: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder
  /** text that sorts by its UTF-8 bytes, as S3 lists keys */
  readonly byteOrderedText: ColumnDataType | RawBuilder<unknown>
  /** at the end of a table that is nothing but its primary key: kept once, in the order of the key */
  readonly keyOnly: RawBuilder<unknown>
  /** between `insert into table (columns)` and `select`, when the serial number is among the columns */
  readonly keepingSerial: RawBuilder<unknown>
  /** a table expression with `key` and `value` (a document) of each member of an object inside a document */
  readonly members: (document: RawBuilder<unknown>, member: string) => RawBuilder<unknown>
  /** a scalar member of a document, as text or number */
  readonly member: (document: RawBuilder<unknown>, member: string) => RawBuilder<unknown>
}

export const sqliteDialect: Dialect = {
  serial: 'integer',
  // without AUTOINCREMENT the number of a deleted last row is given again, and an outbox entry could be removed as another one
  asSerial: (column) => column.primaryKey().autoIncrement(),
  byteOrderedText: 'text',
  keyOnly: sql`without rowid`,
  keepingSerial: sql``,
  members: (document, member) => sql`json_each(${document}, ${sql.lit(`$.${member}`)})`,
  member: (document, member) => sql`json_extract(${document}, ${sql.lit(`$.${member}`)})`,
}

export const postgresDialect: Dialect = {
  serial: 'bigint',
  asSerial: (column) => column.generatedAlwaysAsIdentity().primaryKey(),
  byteOrderedText: sql`text collate "C"`,
  keyOnly: sql``,
  keepingSerial: sql`overriding system value`,
  members: (document, member) => sql`json_each(${document}::json -> ${sql.lit(member)})`,
  member: (document, member) => sql`${document}::json ->> ${sql.lit(member)}`,
}
