import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, test } from 'node:test'
import * as fc from 'fast-check'
import { openLogFiles, type LogFiles, type LogStreamKey } from './journal.ts'

describe('log files', () => {
  let folder: string
  let logs: LogFiles
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-logs-'))
    logs = reopen()
  })
  afterEach(() => rm(folder, { recursive: true }))

  const reopen = (): LogFiles => openLogFiles({ folder, clock: { now: () => 77 } })
  const key = (more: Partial<LogStreamKey> = {}): LogStreamKey => ({
    account: '1',
    region: 'r',
    group: '/aws/codebuild/site',
    stream: 'build-1',
    ...more,
  })
  const line = (n: number): { timestamp: number; message: string } => ({ timestamp: n, message: `line ${n}` })
  const lines = (count: number) => Array.from({ length: count }, (_, n) => line(n))
  const indexes = async (from: number, limit: number): Promise<number[]> =>
    (await logs.read(key(), { from, limit })).map(({ index }) => index)
  const files = async (): Promise<string[]> =>
    (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.log'))

  test('what is appended is read back with its place and the time it came', async () => {
    await logs.append(key(), [{ timestamp: 1, message: 'hello\nworld\n' }])
    assert.deepEqual(await logs.read(key(), { from: 0, limit: 9 }), [
      { timestamp: 1, ingestionTime: 77, message: 'hello\nworld\n', index: 0 },
    ])
    assert.equal(await logs.count(key()), 1)
    assert.equal(await logs.count(key({ stream: 'nothing' })), 0)
    assert.deepEqual(await logs.read(key({ stream: 'nothing' }), { from: 0, limit: 1 }), [])
  })

  test('any text survives, also across a restart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), async (messages) => {
        const stream = key({ stream: JSON.stringify(messages) })
        await logs.delete(stream)
        await logs.append(
          stream,
          messages.map((message) => ({ timestamp: 1, message })),
        )
        for (const reader of [logs, reopen()])
          assert.deepEqual(
            (await reader.read(stream, { from: 0, limit: 1000 })).map(({ message }) => message),
            messages,
          )
      }),
      { numRuns: 25 },
    )
  })

  test('reading begins anywhere, ends anywhere, before and after a restart', async () => {
    await logs.append(key(), lines(1000))
    for (let round = 0; round < 2; round += 1) {
      assert.deepEqual(await indexes(0, 2), [0, 1])
      assert.deepEqual(await indexes(255, 3), [255, 256, 257])
      assert.deepEqual(await indexes(998, 9), [998, 999])
      assert.deepEqual(await indexes(1000, 9), [])
      assert.deepEqual(await indexes(-5, 1), [0])
      assert.equal((await logs.read(key(), { from: 700, limit: 1 }))[0]?.message, 'line 700')
      logs = reopen()
    }
    await logs.append(key(), [line(1000)])
    assert.deepEqual(await indexes(999, 9), [999, 1000])
  })

  test('appends that overlap keep their order, each batch in one piece', async () => {
    const batches = Array.from({ length: 50 }, (_, n) => [line(n), line(n)])
    await Promise.all(batches.map((batch) => logs.append(key(), batch)))
    const read = await logs.read(key(), { from: 0, limit: 1000 })
    assert.deepEqual(
      read.map(({ timestamp }) => timestamp),
      batches.flat().map(({ timestamp }) => timestamp),
    )
    assert.deepEqual(
      read.map(({ index }) => index),
      Array.from({ length: 100 }, (_, n) => n),
    )
  })

  test('a line that a crash cut off is dropped, and the next one does not stick to it', async () => {
    await logs.append(key(), [line(0)])
    const [file = ''] = await files()
    await appendFile(join(folder, file), '[1,77,"half a li')
    logs = reopen()
    await logs.append(key(), [line(1)])
    assert.deepEqual(
      (await logs.read(key(), { from: 0, limit: 9 })).map(({ message }) => message),
      ['line 0', 'line 1'],
    )
  })

  test('names cannot leave the folder, streams never share a file, files are their owner’s only', async () => {
    const odd = ['../../etc/passwd', '/', '.', 'a/b', 'x'.repeat(512), 'a\u0000b']
    for (const stream of odd) await logs.append(key({ stream }), [{ timestamp: 1, message: stream }])
    await logs.append(key({ account: '2', stream: '/' }), [{ timestamp: 1, message: 'another account' }])
    const found = await files()
    assert.equal(found.length, odd.length + 1)
    for (const file of found) assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600)
    for (const stream of odd) {
      const [event] = await logs.read(key({ stream }), { from: 0, limit: 1 })
      assert.equal(event?.message, stream)
    }
  })

  test('a deleted stream is empty, and may begin anew', async () => {
    await logs.append(key(), lines(3))
    await logs.delete(key())
    assert.equal(await logs.count(key()), 0)
    assert.deepEqual(await files(), [])
    await logs.delete(key())
    await logs.append(key(), [line(9)])
    assert.deepEqual(await indexes(0, 9), [0])
  })

  test('followers see batches as they come, of the whole group or of one stream', async () => {
    const seen: string[] = []
    const { account, region, group } = key()
    const stop = logs.follow({ account, region, group }, ({ stream }, events) =>
      seen.push(`group: ${stream} ${events.map(({ index }) => index).join()}`),
    )
    logs.follow(key({ stream: 'build-2' }), (_, events) => seen.push(`stream: ${events.length}`))
    await logs.append(key(), lines(2))
    await logs.append(key({ stream: 'build-2' }), lines(1))
    await logs.append(key({ group: 'another' }), lines(1))
    stop()
    await logs.append(key(), lines(1))
    assert.deepEqual(seen, ['group: build-1 0,1', 'group: build-2 0', 'stream: 1'])
  })

  test('the download is every line as text, each ended once', async () => {
    await logs.append(key(), [
      { timestamp: 1, message: 'with end\n' },
      { timestamp: 1, message: 'without' },
    ])
    assert.equal(await text(logs.stream(key())), 'with end\nwithout\n')
    assert.equal(await text(logs.stream(key({ stream: 'nothing' }))), '')
  })
})
