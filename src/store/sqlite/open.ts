import { Kysely } from 'kysely'
import { access, chmod, constants, mkdir, open, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { systemClock, type Clock } from '../../base/clock.ts'
import { silentLog, type Log } from '../../base/log.ts'
import { migrate } from '../migrations/migrate.ts'
import { sqliteDialect } from '../migrations/migration.ts'
import type { Store } from '../store.ts'
import { openConnection, type Connection } from './connection.ts'
import { createGroupCommit, type CommitStats } from './group-commit.ts'
import { kyselyDialect } from './kysely-dialect.ts'
import { reader, UnitWriter } from './parts.ts'

export interface SqliteStore extends Store {
  readonly stats: CommitStats
}

/** The place for the database cannot be used: not a folder, no permission, a full or read-only disk. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

/**
 * Opens the database, making it and its folder when missing and bringing its schema up to date.
 * @param options.file made readable for its owner only, in a folder made (when missing) for its owner only
 * @throws StoreUnavailable, DatabaseTooNew
 */
export async function openSqliteStore({
  file,
  clock = systemClock,
  log = silentLog,
}: {
  readonly file: string
  readonly clock?: Clock
  readonly log?: Log
}): Promise<SqliteStore> {
  await prepareFile(resolve(file), log)
  const writing = openConnection(file, { readOnly: false })
  let reading: Connection
  try {
    const migrated = await migrate(new Kysely<unknown>({ dialect: kyselyDialect(writing) }), {
      dialect: sqliteDialect,
      clock,
    })
    if (migrated.length > 0) log.info({ file, migrations: migrated }, 'the database schema was brought up to date')
    reading = openConnection(file, { readOnly: true })
  } catch (error) {
    writing.close()
    throw error
  }
  const commits = createGroupCommit(writing, log)
  let closed: Promise<void> | undefined
  return {
    read: reader(reading),
    write: (work) => commits.write((session) => work(new UnitWriter(session))),
    stats: commits.stats,
    [Symbol.asyncDispose]: () =>
      (closed ??= commits.close().then(() => {
        reading.close()
        writing.close() // the last one out: it folds the write-ahead log back into the file
      })),
  }
}

async function prepareFile(file: string, log: Log): Promise<void> {
  const folder = dirname(file)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.W_OK | constants.X_OK)
    // made by us and not by SQLite, so that it is private from its first byte on; its -wal and -shm files inherit the mode
    const handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o600)
    await handle.close()
    await chmod(file, 0o600)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StoreUnavailable(
      `the database ${file} cannot be written (${reason}): it needs a folder that this user may write to, and so does its write-ahead log`,
      { cause: error },
    )
  }
  const { mode } = await stat(folder)
  if ((mode & 0o022) !== 0) log.warn({ folder }, 'others may write to the folder of the database')
}
