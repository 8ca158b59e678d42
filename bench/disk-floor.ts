/** What the disk and SQLite allow: one row of 1 KB a commit, with the settings that the store has. */
import { DatabaseSync } from 'node:sqlite'

export function openDiskFloor(file: string): Disposable & { commits(count: number): void } {
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000')
  database.exec('create table rows (id integer primary key, document text not null)')
  const insert = database.prepare('insert into rows (document) values (?)')
  const document = 'x'.repeat(1024)
  return {
    commits(count) {
      for (let index = 0; index < count; index += 1) insert.run(document)
    },
    [Symbol.dispose]: () => database.close(),
  }
}
