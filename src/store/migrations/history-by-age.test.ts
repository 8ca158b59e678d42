import assert from 'node:assert/strict'
import { Kysely } from 'kysely'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { systemClock } from '../../base/clock.ts'
import { KEY, aState, anAction, anExecution } from '../contract-data.ts'
import { openConnection } from '../sqlite/connection.ts'
import { kyselyDialect } from '../sqlite/kysely-dialect.ts'
import { openSqliteStore } from '../store.ts'
import { MIGRATIONS, migrate } from './migrate.ts'
import { sqliteDialect } from './migration.ts'

describe('a database from before runs were found by the age of their execution', () => {
  let folder: string
  let file: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-migration-'))
    file = join(folder, 'db')
    const connection = openConnection(file, { readOnly: false })
    await migrate(new Kysely<unknown>({ dialect: kyselyDialect(connection) }), {
      dialect: sqliteDialect,
      clock: systemClock,
      migrations: MIGRATIONS.slice(0, 2),
    })
    connection.close()
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('keeps its history, its order, and the latest run of each action', async () => {
    const declaration = aState().declaration
    const { executions: _e, latestActions: _l, startTokens: _s, olderVersions: _o, ...state } = aState({ nextAge: 3 })
    const runs = [
      anAction('failed', 'old', { status: 'Failed' }),
      anAction('retried', 'old', { status: 'Succeeded' }),
      anAction('running', 'new'),
    ]
    const database = new DatabaseSync(file)
    database.prepare(`insert into pipelines values (7, ?, ?, ?, 5, 1, 'V2', 'QUEUED', 1, 1, ?, '{}', '{}')`).run(
      KEY.account,
      KEY.region,
      KEY.name,
      JSON.stringify({
        ...state,
        latestActions: { 'Build/Unit': 'running', 'Build/Lint': 'retried' },
        olderVersions: [],
      }),
    )
    database.prepare('insert into pipeline_versions values (7, 1, ?)').run(JSON.stringify(declaration))
    const stage = (status: string, id: string) => ({ Build: { status, startedAt: 1, actions: { Unit: id } } })
    for (const [id, age, loaded, stages] of [
      ['old', 1, 0, stage('Succeeded', 'retried')],
      ['new', 2, 1, stage('InProgress', 'running')],
    ] as const) {
      const document = JSON.stringify({ ...anExecution(id, { age }), stages })
      database.prepare('insert into executions values (7, ?, ?, ?, ?)').run(id, age, loaded, document)
    }
    for (const [index, run] of runs.entries()) {
      database
        .prepare('insert into action_executions values (?, 7, ?, ?, ?)')
        .run(10 + index, run.id, run.executionId, JSON.stringify(run))
    }
    database.close()

    await using store = await openSqliteStore({ file })
    const { pipelines } = store.read
    const record = await pipelines.load(KEY)
    assert.deepEqual(record?.state.latestActions, { 'Build/Unit': runs[2], 'Build/Lint': runs[1] })
    assert.deepEqual(record?.state.executions['new']?.stages['Build']?.actions, { Unit: runs[2] })
    const history = await pipelines.actionExecutions(KEY, { limit: 9 })
    assert.deepEqual(
      history.map(({ sequence, action }) => [sequence, action.id]),
      [
        [12, 'running'],
        [11, 'retried'],
        [10, 'failed'],
      ],
    )
    const succeeded = await pipelines.executions(KEY, { limit: 9, succeededInStage: { stage: 'Build', version: 1 } })
    assert.deepEqual(
      succeeded.map(({ id }) => id),
      ['old'],
    )
    await store.write((tx) => tx.pipelines.save(record, { ...record.state, nextAge: 4 }))
    assert.equal((await pipelines.load(KEY))?.revision, 6)
  })
})
