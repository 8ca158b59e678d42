import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import { openConnection, type Connection, type Session } from './connection.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import type { Query } from './query.ts'

describe('a batch that the database refuses', () => {
  let folder: string
  let connection: Connection
  let commits: GroupCommit
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-commit-'))
    connection = openConnection(join(folder, 'db'), { readOnly: false })
    connection.database.exec(`
      create table parents (id integer primary key);
      create table lines (text text, parent integer references parents (id) deferrable initially deferred)`)
    commits = createGroupCommit(connection, silentLog)
  })
  afterEach(async () => {
    await commits.close()
    connection.close()
    await rm(folder, { recursive: true })
  })

  const insert: Query<{ text: string; parent: number | null }, unknown> = {
    sql: 'insert into lines values (?, ?)',
    bind: ({ text, parent }) => [text, parent],
  }
  const add =
    (text: string, parent: number | null = null) =>
    async (session: Session): Promise<string> => {
      session.run(insert, { text, parent })
      return text
    }
  const lines = (): unknown[] =>
    connection.database
      .prepare('select text from lines')
      .all()
      .map(({ text }) => text)

  test('when COMMIT fails, every unit of the batch is told so, nothing stays, and the next batch works', async () => {
    const answers = await Promise.allSettled([commits.write(add('innocent')), commits.write(add('orphan', 99))])
    for (const answer of answers) assert.match(String((answer as PromiseRejectedResult).reason), /FOREIGN KEY/)
    assert.deepEqual(lines(), [])
    assert.equal(await commits.write(add('next')), 'next')
    assert.deepEqual(lines(), ['next'])
    assert.deepEqual(commits.stats, { commits: 1, units: 1 })
  })

  test('when BEGIN fails, those who wait are told so, and the next batch works', async () => {
    connection.database.exec('begin')
    const answers = await Promise.allSettled([commits.write(add('a')), commits.write(add('b'))])
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    assert.equal(await commits.write(add('next')), 'next')
    assert.deepEqual(lines(), ['next'])
  })

  test('when the disk is full, what was acknowledged is there, what was not is not', async () => {
    connection.database.exec('pragma max_page_count = 8')
    const texts = ['small', 'x'.repeat(100_000), 'another']
    const answers = await Promise.allSettled(texts.map((text) => commits.write(add(text))))
    assert.equal(answers[1]?.status, 'rejected')
    assert.deepEqual(
      lines(),
      texts.filter((_, index) => answers[index]?.status === 'fulfilled'),
    )
    connection.database.exec('pragma max_page_count = 100000')
    assert.equal(await commits.write(add('next')), 'next')
  })

  test('when a failure undid the whole transaction, the units before it are told so too', async () => {
    const answers = await Promise.allSettled([
      commits.write(add('before')),
      commits.write(async () => {
        connection.database.exec('rollback') // as SQLite does by itself on an input/output error
        throw new Error('disk I/O error')
      }),
      commits.write(add('after')),
    ])
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['rejected', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(lines(), ['after'])
  })

  test('a unit that hides such a failure is told all the same', async () => {
    const answers = await Promise.allSettled([
      commits.write(add('before')),
      commits.write(async () => connection.database.exec('rollback')),
    ])
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    assert.deepEqual(lines(), [])
  })
})
