import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { openBlobStore } from '../../artifacts/artifacts.ts'
import { createPipelineState, type PipelineExecution, type PipelineKey } from '../../core/execution/execution.ts'
import { ensureLogStream, logGroupKey, logStreamKey, openLogFiles, type LogFiles } from '../../journal/journal.ts'
import { openKeyRing } from '../../keys/keys.ts'
import { openSqliteStore, type Store } from '../../store/store.ts'
import { deleteUnusedBlobs } from './blobs.ts'
import { forgetBuilds } from './builds.ts'
import { DAY_MS } from './day.ts'
import { forgetEvents } from './events.ts'
import { forgetHistory, removeDeleted } from './history.ts'
import { forgetLogs } from './logs.ts'

const KEY: PipelineKey = { account: '111111111111', region: 'eu-west-1', name: 'site' }

describe('what is too old is forgotten', () => {
  let folder: string
  let store: Store
  let logFiles: LogFiles
  let now: number
  const clock = { now: () => now }
  const { signal } = new AbortController()
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-retention-'))
    store = await openSqliteStore({ file: join(folder, 'db') })
    now = Date.now()
    logFiles = openLogFiles({ folder: join(folder, 'logs'), clock })
  })
  afterEach(async () => {
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  test('executions that ended before the days that are kept, in however many portions', async () => {
    const state = createPipelineState({ key: KEY, declaration: DECLARATION, at: 1 })
    let record = await store.write((tx) => tx.pipelines.create(state, {}))
    for (let age = 1; age <= 250; age += 1) {
      const execution = anExecution(age, now - (age <= 230 ? 100 : 10) * DAY_MS)
      const before = record
      record = await store.write((tx) =>
        tx.pipelines.save(before, { ...before.state, executions: { [execution.id]: execution } }),
      )
    }
    assert.equal(await forgetHistory({ store, clock, historyDays: 365 }, signal), 0)
    assert.equal(await forgetHistory({ store, clock, historyDays: 90 }, signal), 230)
    const kept = await store.read.pipelines.executions(KEY, { limit: 1000 })
    assert.deepEqual([kept.length, kept.at(-1)?.age], [20, 231])
  })

  test('all but the newest events, in however many portions', async () => {
    const event = { account: '1', region: 'r', time: 1, source: 's', detailType: 't', resources: [], detail: {} }
    const events = Array.from({ length: 4500 }, (_, index) => ({ ...event, id: `e${index}` }))
    await store.write((tx) => tx.events.append(events))
    assert.equal(await forgetEvents({ store }, signal, 300), 4200)
    assert.equal((await store.read.events.after(0, 9999)).length, 300)
    assert.equal(await forgetEvents({ store }, signal, 300), 0)
  })

  test('what deleted pipelines left behind', async () => {
    const state = createPipelineState({ key: KEY, declaration: DECLARATION, at: 1 })
    let record = await store.write((tx) => tx.pipelines.create(state, {}))
    for (let age = 1; age <= 250; age += 1) {
      const execution = anExecution(age, now)
      const before = record
      record = await store.write((tx) =>
        tx.pipelines.save(before, { ...before.state, executions: { [execution.id]: execution } }),
      )
    }
    await store.write((tx) => tx.pipelines.delete(KEY))
    assert.ok((await removeDeleted({ store }, signal)) >= 250)
    assert.equal(await removeDeleted({ store }, signal), 0)
  })

  test('builds that ended before the days that are kept, but none that runs', async () => {
    const place = { account: '1', region: 'r', service: 'codebuild' }
    await store.write(async ({ resources }) => {
      await resources.put({ ...place, type: 'project', name: 'p' }, {})
      for (let number = 1; number <= 130; number += 1) {
        const document = {
          startedAt: now - (number <= 120 ? 400 : 10) * DAY_MS,
          status: number === 7 ? 'IN_PROGRESS' : 'SUCCEEDED',
        }
        await resources.put({ ...place, type: 'build', name: `p:${number}` }, document, { ordinal: number })
      }
    })
    assert.equal(await forgetBuilds({ store, clock, historyDays: 365 }, signal), 119)
    assert.equal((await store.read.resources.everywhere('codebuild', 'build')).length, 11)
    assert.equal(await forgetBuilds({ store, clock, historyDays: 365 }, signal), 0)
  })

  test('log streams that were last written before what their group keeps, or the server keeps without a policy', async () => {
    const written = async (group: string, stream: string): Promise<void> => {
      const key = { account: '1', region: 'r', group, stream }
      await store.write((tx) => ensureLogStream(tx, key, now))
      await logFiles.append(key, [{ timestamp: now, message: 'hello' }])
    }
    const left = async (): Promise<string[]> =>
      (await store.read.resources.everywhere('logs', 'stream')).map(({ name }) => name)
    await written('week', 'one')
    await written('week', 'two')
    await written('unlimited', 'three')
    await store.write((tx) =>
      tx.resources.put(logGroupKey({ account: '1', region: 'r' }, 'week'), {
        name: 'week',
        createdAt: now,
        tags: {},
        retentionInDays: 7,
      }),
    )
    now += 6 * DAY_MS
    assert.equal(await forgetLogs({ store, logFiles, clock, logDays: undefined }, signal), 0)
    now += 2 * DAY_MS
    assert.equal(await forgetLogs({ store, logFiles, clock, logDays: undefined }, signal), 2)
    assert.deepEqual(await left(), ['unlimited:three'])
    assert.equal(await logFiles.count({ account: '1', region: 'r', group: 'week', stream: 'one' }), 0)
    assert.equal(await forgetLogs({ store, logFiles, clock, logDays: 8 }, signal), 0)
    assert.equal(await forgetLogs({ store, logFiles, clock, logDays: 7 }, signal), 1)
    assert.deepEqual(await left(), [])
  })

  test('contents that neither an object nor a part of an upload names, a day after they were written', async () => {
    const blobs = await openBlobStore({
      folder: join(folder, 'objects'),
      keys: await openKeyRing({ masterKey: randomBytes(32), file: '' }),
    })
    const [object, part, lost] = await Promise.all(
      ['object', 'part', 'lost'].map((text) => blobs.put(Buffer.from(text))),
    )
    assert.ok(object !== undefined && part !== undefined && lost !== undefined)
    await store.write(async (tx) => {
      await tx.objects.put({
        bucket: 'b',
        key: 'k',
        versionId: 'v',
        deleteMarker: false,
        blobId: object.id,
        size: object.size,
        etag: object.md5,
        lastModified: now,
        document: {},
      })
      await tx.resources.put(
        { account: '1', region: '', service: 's3', type: 'part', name: 'upload/1' },
        { blob: part, at: now },
      )
    })
    now += DAY_MS / 2
    assert.equal(await deleteUnusedBlobs({ store, blobs, clock }, signal), 0)
    now += DAY_MS
    assert.equal(await deleteUnusedBlobs({ store, blobs, clock }, signal), 1)
    assert.equal(String(await buffer(await blobs.get(object.id))), 'object')
    assert.equal(String(await buffer(await blobs.get(part.id))), 'part')
    await assert.rejects(blobs.get(lost.id), { name: 'BlobNotFound' })
    assert.equal(await deleteUnusedBlobs({ store, blobs, clock }, signal), 0)
  })

  test('a stream that was made long ago and never written goes, one made lately stays', async () => {
    const key = { account: '1', region: 'r', group: 'g', stream: 'empty' }
    await store.write((tx) => ensureLogStream(tx, key, now - 3 * DAY_MS))
    await store.write((tx) => ensureLogStream(tx, { ...key, stream: 'new' }, now))
    assert.equal(await forgetLogs({ store, logFiles, clock, logDays: 2 }, signal), 1)
    assert.equal(await store.read.resources.get(logStreamKey(key)), undefined)
  })
})

const DECLARATION = {
  name: KEY.name,
  roleArn: 'arn:aws:iam::111111111111:role/pipeline',
  artifactStore: { type: 'S3', location: 'artifacts' },
  stages: [],
  version: 1,
  executionMode: 'QUEUED',
  pipelineType: 'V2',
} as const

const anExecution = (age: number, at: number): PipelineExecution => ({
  id: `e${age}`,
  age,
  pipelineVersion: 1,
  mode: 'QUEUED',
  type: 'STANDARD',
  status: 'Succeeded',
  trigger: { type: 'StartPipelineExecution' },
  variables: {},
  sourceRevisions: [],
  startedAt: at,
  updatedAt: at,
  attempt: 1,
  stages: {},
  artifacts: {},
  artifactRevisions: [],
  outputs: {},
})
