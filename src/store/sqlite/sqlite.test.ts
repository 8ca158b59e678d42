import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { storeContract } from '../contract.ts'
import { MIGRATIONS } from '../migrations/migrate.ts'
import { DatabaseTooNew, openSqliteStore, StoreUnavailable, type ResourceKey } from '../store.ts'

let folder: string
let files = 0
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-store-'))
})
after(() => rm(folder, { recursive: true }))
const newFile = (): string => join(folder, `${(files += 1)}`, 'pipewright.db')
const key = (name: string): ResourceKey => ({ account: '1', region: 'r', service: 's', type: 't', name })

storeContract('SQLite', () => openSqliteStore({ file: newFile() }))

describe('SQLite: the file', () => {
  test('only its owner may read it, its log and its folder', async () => {
    const file = newFile()
    await using store = await openSqliteStore({ file })
    await store.write((tx) => tx.resources.put(key('a'), 1))
    const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777
    assert.equal(await mode(join(file, '..')), 0o700)
    for (const path of [file, `${file}-wal`, `${file}-shm`]) assert.equal(await mode(path), 0o600)
  })

  test('what was written is there when it is opened again', async () => {
    const file = newFile()
    await using first = await openSqliteStore({ file })
    await first.write((tx) => tx.resources.put(key('a'), { kept: true }))
    await first[Symbol.asyncDispose]()
    await using second = await openSqliteStore({ file })
    assert.deepEqual((await second.read.resources.get(key('a')))?.document, { kept: true })
  })

  test('a place that cannot be written is named in the error', async () => {
    const inTheWay = join(folder, 'a-file')
    await writeFile(inTheWay, '')
    await assert.rejects(openSqliteStore({ file: join(inTheWay, 'pipewright.db') }), (error: Error) => {
      assert.ok(error instanceof StoreUnavailable)
      assert.match(error.message, /a-file.*needs a folder that this user may write to/)
      return true
    })
  })

  test('a file that is no database is refused, and not changed', async () => {
    const file = join(folder, 'letter.txt')
    await writeFile(file, 'Dear reader, '.repeat(100))
    await assert.rejects(openSqliteStore({ file }), /not a database/)
    assert.equal((await stat(file)).size, 1300)
  })
})

describe('SQLite: migrations', () => {
  const versions = (file: string): unknown[] => {
    const database = new DatabaseSync(file)
    try {
      return database
        .prepare('select number, applied_at from schema_migrations')
        .all()
        .map((row) => ({ ...row }))
    } finally {
      database.close()
    }
  }

  test('an empty file gets them all, an up to date one none', async () => {
    const file = newFile()
    const openAt = async (now: number): Promise<void> =>
      (await openSqliteStore({ file, clock: { now: () => now } }))[Symbol.asyncDispose]()
    await openAt(1)
    const expected = MIGRATIONS.map(({ number }) => ({ number, applied_at: 1 }))
    assert.deepEqual(versions(file), expected)
    await openAt(2)
    assert.deepEqual(versions(file), expected)
  })

  test('they are numbered from 1 without gaps', () => {
    assert.deepEqual(
      MIGRATIONS.map(({ number }) => number),
      MIGRATIONS.map((_, index) => index + 1),
    )
  })

  test('a file written by a newer program is refused with both numbers, and left alone', async () => {
    const file = newFile()
    await (await openSqliteStore({ file }))[Symbol.asyncDispose]()
    const database = new DatabaseSync(file)
    database.exec(`insert into schema_migrations values (999, 'from the future', 0)`)
    database.close()
    await assert.rejects(openSqliteStore({ file }), (error: Error) => {
      assert.ok(error instanceof DatabaseTooNew)
      assert.match(error.message, new RegExp(`schema 999, this program knows schemas up to ${MIGRATIONS.length}:`))
      return true
    })
    assert.equal(versions(file).length, MIGRATIONS.length + 1)
  })
})

describe('SQLite: group commit', () => {
  test('a thousand writes that arrive together share a few commits; one after the other, each has its own', async () => {
    await using store = await openSqliteStore({ file: newFile() })
    const increment = (): Promise<number> => store.write((tx) => tx.resources.nextNumber(key('n')))
    const numbers = await Promise.all(Array.from({ length: 1000 }, increment))
    assert.deepEqual(
      numbers,
      Array.from({ length: 1000 }, (_, index) => index + 1),
    )
    assert.ok(store.stats.commits <= 8, `${store.stats.commits} commits`)
    const before = store.stats.commits
    for (let n = 0; n < 5; n += 1) await increment()
    assert.equal(store.stats.commits, before + 5)
  })

  test('64 writers, each waiting for its answers, share commits too', async () => {
    await using store = await openSqliteStore({ file: newFile() })
    const writer = async (n: number): Promise<void> => {
      for (let turn = 0; turn < 10; turn += 1) await store.write((tx) => tx.resources.put(key(`${n}`), turn))
    }
    await Promise.all(Array.from({ length: 64 }, (_, n) => writer(n)))
    assert.ok(store.stats.commits <= 30, `${store.stats.commits} commits`)
  })
})

const CRASH_WRITER = join(import.meta.dirname, '../../../test/support/store-crash-writer.ts')

describe('SQLite: a process killed while it writes', () => {
  test('every acknowledged write is there, and no unit by half', async () => {
    const file = newFile()
    for (let round = 0; round < 3; round += 1) {
      const acknowledged = await writeUntilKilled(file, 40 + round * 40)
      await using store = await openSqliteStore({ file })
      const halves = await Promise.all(
        ['left', 'right'].map(async (parent) =>
          (await store.read.resources.list({ account: '1', region: 'r', service: 's', type: 't', parent })).map(
            ({ document }) => document,
          ),
        ),
      )
      assert.deepEqual(halves[0], halves[1])
      const stored = new Set(halves[0])
      const lost = acknowledged.filter((number) => !stored.has(number))
      assert.deepEqual(lost, [])
      assert.equal((await store.read.outbox.pending()).length, stored.size)
    }
  })

  /** @returns the numbers whose write was acknowledged before the kill */
  async function writeUntilKilled(file: string, acknowledgements: number): Promise<number[]> {
    const child = spawn(process.execPath, [CRASH_WRITER, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    for await (const chunk of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      output += chunk
      if (output.split('\n').length > acknowledgements) child.kill('SIGKILL')
    }
    return output.split('\n').slice(0, -1).map(Number)
  }
})
