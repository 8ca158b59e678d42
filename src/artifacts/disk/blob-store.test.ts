import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import * as fc from 'fast-check'
import { openKeyRing, type KeyRing } from '../../keys/keys.ts'
import { BlobDamaged, BlobNotFound, openBlobStore, type BlobStore } from '../artifacts.ts'
import { FRAME_BYTES, SEALED_BYTES } from './frames.ts'

describe('blobs on disk', () => {
  let folder: string
  let store: BlobStore
  let keys: KeyRing
  before(async () => {
    keys = await openKeyRing({ masterKey: randomBytes(32), file: '' })
    folder = await mkdtemp(join(tmpdir(), 'pipewright-blobs-'))
    store = await openBlobStore({ folder, keys })
  })
  after(() => rm(folder, { recursive: true }))
  const fileOf = (id: string): string => join(folder, id.slice(0, 2), id)
  const read = async (id: string, range?: { start: number; end: number }): Promise<Buffer> =>
    buffer(await store.get(id, range))
  const drafts = (): Promise<string[]> => readdir(join(folder, 'drafts'))

  for (const size of [0, 1, 1023, 1025, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 5 * FRAME_BYTES, 1_000_000])
    test(`content of ${size} bytes comes back as it was, with its size and MD5`, async () => {
      const content = randomBytes(size)
      const blob = await store.put(content)
      assert.equal(blob.size, size)
      assert.equal(blob.md5, createHash('md5').update(content).digest('hex'))
      assert.ok((await read(blob.id)).equals(content))
      const streamed = await store.put(Readable.from([content.subarray(0, size >> 1), content.subarray(size >> 1)]))
      assert.deepEqual({ ...streamed, id: '' }, { ...blob, id: '' })
      assert.ok((await read(streamed.id)).equals(content))
    })

  test('any range equals the slice of the content', async () => {
    const content = randomBytes(3 * FRAME_BYTES + 500)
    const { id } = await store.put(content)
    const place = fc.integer({ min: 0, max: content.length - 1 })
    const nearBorder = fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -2, max: 2 }))
      .map(([frame, near]) => Math.max(0, frame * FRAME_BYTES + near))
    const anyPlace = fc.oneof(place, nearBorder)
    await fc.assert(
      fc.asyncProperty(anyPlace, anyPlace, async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)]
        assert.ok((await read(id, { start, end })).equals(content.subarray(start, end + 1)))
      }),
    )
    assert.ok((await read(id, { start: 10, end: 1e12 })).equals(content.subarray(10)))
    await assert.rejects(store.get(id, { start: content.length, end: content.length + 1 }), RangeError)
  })

  test('nothing of the content or its key is readable on disk', async () => {
    const { id } = await store.put(Buffer.from('a secret that must not be on the disk'))
    assert.ok(!(await readFile(fileOf(id))).includes('secret'))
    const others = await openBlobStore({ folder, keys: await openKeyRing({ masterKey: randomBytes(32), file: '' }) })
    await assert.rejects(others.get(id), { name: 'WrongMasterKey' })
  })

  test('flipping any bit of the file is noticed', async () => {
    const content = randomBytes(FRAME_BYTES + 100)
    const { id } = await store.put(content)
    const file = await readFile(fileOf(id))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: file.length * 8 - 1 }), async (bit) => {
        const changed = Buffer.from(file)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        await writeFile(fileOf(id), changed)
        await assert.rejects(read(id))
      }),
    )
  })

  test('cutting the file anywhere is noticed, also between frames', async () => {
    const { id } = await store.put(randomBytes(3 * FRAME_BYTES))
    const whole = (await readFile(fileOf(id))).length
    for (const length of [whole - 1, whole - SEALED_BYTES, whole - 2 * SEALED_BYTES, whole - 3 * SEALED_BYTES, 10, 0]) {
      await truncate(fileOf(id), length)
      await assert.rejects(read(id), BlobDamaged)
    }
  })

  test('frames in another order, repeated, left out, or of another blob are noticed', async () => {
    const [one, two] = [await store.put(randomBytes(3 * FRAME_BYTES)), await store.put(randomBytes(3 * FRAME_BYTES))]
    const [file, other] = [await readFile(fileOf(one.id)), await readFile(fileOf(two.id))]
    const header = file.subarray(0, file.length - 3 * SEALED_BYTES)
    const frame = (of: Buffer, index: number): Buffer =>
      of.subarray(header.length + index * SEALED_BYTES, header.length + (index + 1) * SEALED_BYTES)
    const spliced = [
      [frame(file, 1), frame(file, 0), frame(file, 2)],
      [frame(file, 0), frame(file, 0), frame(file, 2)],
      [frame(file, 0), frame(file, 2)],
      [frame(file, 0), frame(other, 1), frame(file, 2)],
      [frame(file, 0), frame(file, 1), frame(file, 2), frame(file, 2)],
    ]
    for (const frames of spliced) {
      await writeFile(fileOf(one.id), Buffer.concat([header, ...frames]))
      await assert.rejects(read(one.id), BlobDamaged)
    }
    await copyFile(fileOf(two.id), fileOf(one.id))
    await assert.rejects(read(one.id), BlobDamaged, "another blob's whole file under this name")
  })

  test('when the source fails, its error comes out and nothing is left behind', async () => {
    const source = Readable.from(
      (function* () {
        yield randomBytes(200_000)
        throw new Error('the upload broke off')
      })(),
    )
    await assert.rejects(store.put(source), /the upload broke off/)
    assert.deepEqual(await drafts(), [])
  })

  test('when the signal fires during a stalled upload, its reason comes out and nothing is left behind', async () => {
    const stop = new AbortController()
    const stalled = new Readable({ read() {} })
    stalled.push(randomBytes(1000))
    const put = store.put(stalled, { signal: stop.signal })
    setImmediate(() => stop.abort(new Error('stopped by the user')))
    await assert.rejects(put, /stopped by the user/)
    assert.ok(stalled.destroyed)
    assert.deepEqual(await drafts(), [])
    await assert.rejects(store.put(Buffer.from('x'), { signal: stop.signal }), /stopped by the user/)
  })

  test('concat joins blobs in order and keeps its sources', async () => {
    const parts = [randomBytes(FRAME_BYTES), Buffer.alloc(0), randomBytes(70_000), Buffer.from('end')]
    const ids = (await Promise.all(parts.map((part) => store.put(part)))).map(({ id }) => id)
    const whole = await store.concat(ids)
    assert.equal(whole.md5, createHash('md5').update(Buffer.concat(parts)).digest('hex'))
    assert.ok((await read(whole.id)).equals(Buffer.concat(parts)))
    assert.ok((await read(ids[2]!)).equals(parts[2]!))
    await assert.rejects(store.concat([ids[0]!, '0'.repeat(32)]), BlobNotFound)
    assert.deepEqual(await drafts(), [])
  })

  test('a deleted blob is gone, and deleting it again is fine', async () => {
    const { id } = await store.put(Buffer.from('x'))
    await store.delete(id)
    await store.delete(id)
    await assert.rejects(store.get(id), BlobNotFound)
  })

  test('ids that are not ours never reach the file system', async () => {
    await writeFile(join(folder, 'outside'), 'x')
    const { id } = await store.put(Buffer.from('x'))
    const hostile = [
      '',
      '..',
      '../outside',
      'outside',
      '/etc/passwd',
      `${id}\n`,
      id.toUpperCase(),
      `../${id}`,
      `${id}\0`,
    ]
    for (const bad of hostile.filter((name) => name !== id)) {
      await assert.rejects(store.get(bad), BlobNotFound)
      await assert.rejects(store.delete(bad), BlobNotFound)
    }
  })

  test('drafts of a server that died long ago are removed at the next start, fresh ones are kept', async () => {
    await writeFile(join(folder, 'drafts', 'old'), 'x')
    await utimes(join(folder, 'drafts', 'old'), new Date(0), new Date(0))
    await writeFile(join(folder, 'drafts', 'fresh'), 'x')
    await openBlobStore({ folder, keys })
    assert.deepEqual(await drafts(), ['fresh'])
    await rm(join(folder, 'drafts', 'fresh'))
  })

  test('64 MiB stream in and out in bounded memory', async () => {
    const chunk = randomBytes(1 << 20)
    const source = Readable.from(
      (function* () {
        for (let sent = 0; sent < 64; sent += 1) yield chunk
      })(),
    )
    const before = process.memoryUsage()
    let highest = 0
    const sample = (): void => {
      const { heapUsed, external } = process.memoryUsage()
      highest = Math.max(highest, heapUsed + external)
    }
    source.on('data', sample).pause()
    const { id, size } = await store.put(source)
    let out = 0
    for await (const part of await store.get(id)) {
      out += (part as Buffer).length
      sample()
    }
    assert.equal(size, 64 << 20)
    assert.equal(out, size)
    const grown = highest - before.heapUsed - before.external
    assert.ok(grown < 48 << 20, `grew by ${grown >> 20} MiB`)
  })

  test('a reader that leaves early closes the file', async () => {
    const { id } = await store.put(randomBytes(1 << 20))
    const stream = await store.get(id)
    const closed = new Promise((resolve) => stream.once('close', resolve))
    for await (const _ of stream) break
    await closed
  })
})
