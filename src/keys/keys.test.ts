import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import * as fc from 'fast-check'
import { KeyDamaged, MasterKeyUnusable, openKeyRing, WrongMasterKey } from './keys.ts'

describe('the key ring', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-keys-'))
  })
  after(() => rm(folder, { recursive: true }))
  const inFolder = (name: string): string => join(folder, name)

  test('a data key unwraps to itself, and no two are alike', async () => {
    const ring = await openKeyRing({ masterKey: randomBytes(32), file: inFolder('unused') })
    const [one, two] = [ring.createDataKey(), ring.createDataKey()]
    assert.equal(one.plaintext.length, 32)
    assert.deepEqual(ring.unwrap(one.wrapped), one.plaintext)
    assert.notDeepEqual(one.plaintext, two.plaintext)
    assert.match(one.wrapped, /^[\w-]+$/)
  })

  test('given a master key, the file is neither read nor made', async () => {
    await openKeyRing({ masterKey: randomBytes(32).toString('base64'), file: inFolder('never') })
    await assert.rejects(stat(inFolder('never')), { code: 'ENOENT' })
  })

  test('without a master key, one is made for the owner only, and found again at the next start', async () => {
    const file = inFolder('nested/master.key')
    const { wrapped, plaintext } = (await openKeyRing({ file })).createDataKey()
    assert.equal((await stat(file)).mode & 0o777, 0o600)
    assert.deepEqual((await openKeyRing({ file })).unwrap(wrapped), plaintext)
  })

  test('servers that start together end with one key and leave no drafts', async () => {
    const file = inFolder('together/master.key')
    const rings = await Promise.all(Array.from({ length: 8 }, () => openKeyRing({ file })))
    const { wrapped, plaintext } = rings[0]!.createDataKey()
    for (const ring of rings) assert.deepEqual(ring.unwrap(wrapped), plaintext)
    assert.deepEqual(await readdir(inFolder('together')), ['master.key'])
  })

  test('a key file that every user may read is refused', async () => {
    const file = inFolder('open.key')
    await writeFile(file, randomBytes(32).toString('base64'))
    await chmod(file, 0o644)
    await assert.rejects(openKeyRing({ file }), MasterKeyUnusable)
  })

  test('a master key of the wrong length or not in base64 is refused, and the message does not repeat it', async () => {
    for (const masterKey of ['', 'short', randomBytes(16).toString('base64'), '!'.repeat(44), new Uint8Array(31)])
      await assert.rejects(openKeyRing({ masterKey, file: inFolder('unused') }), (error: Error) => {
        assert.ok(error instanceof MasterKeyUnusable)
        assert.ok(typeof masterKey !== 'string' || masterKey === '' || !error.message.includes(masterKey))
        return true
      })
    const file = inFolder('garbage.key')
    await writeFile(file, 'garbage', { mode: 0o600 })
    await assert.rejects(openKeyRing({ file }), MasterKeyUnusable)
    assert.equal(await readFile(file, 'utf8'), 'garbage')
  })

  test('another master key is told apart from damage, and both ids are named', async () => {
    const mine = await openKeyRing({ masterKey: randomBytes(32), file: '' })
    const theirs = await openKeyRing({ masterKey: randomBytes(32), file: '' })
    assert.throws(() => mine.unwrap(theirs.createDataKey().wrapped), WrongMasterKey)
  })

  test('after a rotation, what the retired key wrapped still opens, and new keys use the new one', async () => {
    const [old, young] = [randomBytes(32), randomBytes(32)]
    const before = (await openKeyRing({ masterKey: old, file: '' })).createDataKey()
    const rotated = await openKeyRing({ masterKey: young, retired: [old], file: '' })
    assert.deepEqual(rotated.unwrap(before.wrapped), before.plaintext)
    const fresh = rotated.createDataKey()
    assert.deepEqual((await openKeyRing({ masterKey: young, file: '' })).unwrap(fresh.wrapped), fresh.plaintext)
  })

  test('a wrapped key with any bit flipped, cut or extended does not open', async () => {
    const ring = await openKeyRing({ masterKey: randomBytes(32), file: '' })
    const { wrapped } = ring.createDataKey()
    const bytes = Buffer.from(wrapped, 'base64url')
    const refused = (changed: string): void =>
      assert.throws(
        () => ring.unwrap(changed),
        (error) => error instanceof KeyDamaged || error instanceof WrongMasterKey,
      )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), (bit) => {
        const changed = Buffer.from(bytes)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        refused(changed.toString('base64url'))
      }),
    )
    for (const changed of ['', wrapped.slice(1), `${wrapped}A`, `${wrapped}=`, ` ${wrapped}`]) refused(changed)
  })
})
