import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { createAuth, type Auth } from '../../auth/auth.ts'
import { openKeyRing } from '../../keys/keys.ts'
import { openSqliteStore, type Store } from '../../store/store.ts'
import { ownedKeys } from './access-keys.ts'
import { createAdministrator } from './administrator.ts'
import { all, remove } from './entities.ts'

const ACCOUNT = '000000000000'

describe('the administrator of a new server', () => {
  let folder: string
  let store: Store
  let auth: Auth
  const clock = { now: () => 5 }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-administrator-'))
    store = await openSqliteStore({ file: join(folder, 'db') })
    auth = createAuth({ store, clock, keys: await openKeyRing({ file: join(folder, 'master.key') }) })
  })
  afterEach(async () => {
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })
  const create = () => createAdministrator({ store, auth, clock }, ACCOUNT)
  const names = async () => (await all(store.read, ACCOUNT, 'user')).map(({ name }) => name)

  test('is made once, is a user among the users, and its key is listed', async () => {
    const key = await create()
    assert.match(key?.accessKeyId ?? '', /^AKIA[A-Z2-7]{16}$/)
    const found = await auth.lookup(key?.accessKeyId ?? '')
    assert.deepEqual(
      [found?.secretAccessKey, found?.principal.arn],
      [key?.secretAccessKey, `arn:aws:iam::${ACCOUNT}:user/administrator`],
    )
    assert.equal(await create(), undefined)
    assert.deepEqual(await names(), ['administrator'])
    const keys = await ownedKeys(store.read, ACCOUNT, 'administrator')
    assert.deepEqual(
      keys.map(({ accessKeyId }) => accessKeyId),
      [key?.accessKeyId],
    )
  })

  test('of an earlier version is listed at the next start, its key unchanged', async () => {
    const principal = { account: ACCOUNT, arn: 'arn', userId: 'administrator', type: 'User' } as const
    await auth.addAccessKey({ accessKeyId: 'AKIAOLD', secretAccessKey: 'old', principal })
    const marker = { account: ACCOUNT, region: '', service: 'pipewright', type: 'setup', name: 'administrator' }
    await store.write((tx) => tx.resources.put(marker, { accessKeyId: 'AKIAOLD' }))
    assert.equal(await create(), undefined)
    assert.equal((await ownedKeys(store.read, ACCOUNT, 'administrator'))[0]?.accessKeyId, 'AKIAOLD')
    assert.equal((await auth.lookup('AKIAOLD'))?.secretAccessKey, 'old')
  })

  test('that was deleted does not come back', async () => {
    await create()
    await store.write((tx) => remove(tx, ACCOUNT, 'user', 'administrator'))
    assert.equal(await create(), undefined)
    assert.deepEqual(await names(), [])
  })
})
