import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSqliteStore, type ResourceKey } from '../../src/store/store.ts'
import { faultyStore, StoreFault } from './faulty-store.ts'

const key = (name: string): ResourceKey => ({ account: '1', region: 'r', service: 's', type: 't', name })

test('a faulty store fails before or after the work, says which, and the same seed fails the same way', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-faulty-'))
  const histories: string[] = []
  for (const file of ['one', 'two']) {
    await using store = await openSqliteStore({ file: join(folder, file) })
    const faulty = faultyStore(store, { seed: 42, failBefore: 0.3, failAfter: 0.3, delay: 0.3, failReads: 0.3 })
    let history = ''
    for (let n = 0; n < 60; n += 1) {
      const outcome = await faulty
        .write((tx) => tx.resources.put(key(`${n}`), n))
        .then(
          () => 'done',
          (error: unknown) => (error instanceof StoreFault && error.done ? 'done, but failed' : 'not done'),
        )
      const there = (await store.read.resources.get(key(`${n}`))) !== undefined
      assert.equal(there, outcome !== 'not done')
      history += `${outcome}\n`
    }
    faulty.heal()
    await faulty.read.resources.get(key('1'))
    assert.ok(faulty.injected() > 20)
    for (const kind of ['done\n', 'done, but failed\n', 'not done\n']) assert.ok(history.includes(kind), kind)
    histories.push(history)
  }
  assert.equal(histories[0], histories[1])
  await rm(folder, { recursive: true })
})
