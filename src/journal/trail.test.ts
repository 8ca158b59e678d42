import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { openTrail, type Trail } from './journal.ts'

describe('a trail', () => {
  let root: string
  let folder: string
  const open = (more: { segment?: number; segments?: number } = {}): Trail<string> =>
    openTrail<string>({ folder, ...more })
  const texts = async (trail: Trail<string>, page: Partial<Parameters<Trail<string>['read']>[0]> = {}) =>
    (await trail.read({ limit: 100, ...page })).records.map(({ number, record }) => `${number} ${record}`)
  const add = (trail: Trail<string>, ...records: readonly string[]): void =>
    records.forEach((record) => trail.add(() => record))

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'pipewright-trail-'))
    folder = join(root, 'trail')
  })
  afterEach(() => rm(root, { recursive: true }))

  test('without records there is not even a folder', async () => {
    const trail = open()
    assert.deepEqual(await trail.read({ limit: 5 }), { records: [] })
    await trail[Symbol.asyncDispose]()
    assert.deepEqual(await readdir(root), [])
  })

  test('tells the newest first, a page at a time, across files and restarts', async () => {
    const trail = open({ segment: 2 })
    add(trail, 'a', 'b', 'c', 'd', 'e')
    await trail[Symbol.asyncDispose]()
    const again = open({ segment: 2 })
    add(again, 'f')
    const first = await again.read({ limit: 4 })
    assert.deepEqual(
      first.records.map(({ record }) => record),
      ['f', 'e', 'd', 'c'],
    )
    assert.deepEqual(await texts(again, { before: first.next ?? 0 }), ['2 b', '1 a'])
    assert.equal((await again.read({ limit: 6 })).next, undefined)
    assert.deepEqual(await texts(again, { matches: (record) => 'bd'.includes(record) }), ['4 d', '2 b'])
  })

  test('forgets the oldest, and gives no number twice', async () => {
    const trail = open({ segment: 2, segments: 2 })
    add(trail, 'a', 'b', 'c', 'd', 'e')
    assert.deepEqual(await texts(trail), ['5 e', '4 d', '3 c'])
    assert.equal((await readdir(folder)).length, 2)
  })

  test('half a record, which a crash has left, is skipped', async () => {
    const trail = open()
    add(trail, 'a')
    await trail[Symbol.asyncDispose]()
    const [file = ''] = await readdir(folder)
    await appendFile(join(folder, file), '"hal')
    const again = open()
    add(again, 'b')
    assert.deepEqual(await texts(again), ['3 b', '1 a'])
  })

  test('a record that cannot be made costs no other', async () => {
    const trail = open()
    add(trail, 'a')
    trail.add(() => {
      throw new Error('a mistake')
    })
    add(trail, 'b')
    assert.deepEqual(await texts(trail), ['2 b', '1 a'])
  })
})
