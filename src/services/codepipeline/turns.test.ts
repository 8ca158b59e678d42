import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTurn } from './turns.ts'

test('given works of one name, then each begins after the one before it ended, even if that failed', async () => {
  const owner = {}
  const log: string[] = []
  const work =
    (name: string, fails = false) =>
    async () => {
      log.push(`${name} begins`)
      await Promise.resolve()
      log.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    }
  const first = inTurn(owner, 'shop', work('first', true))
  const second = inTurn(owner, 'shop', work('second'))
  await assert.rejects(first, /first/)
  assert.equal(await second, 'second')
  assert.deepEqual(log, ['first begins', 'first ends', 'second begins', 'second ends'])
})

test('given works of different names, then they do not wait for each other', async () => {
  const owner = {}
  const stuck = Promise.withResolvers<void>()
  const waiting = inTurn(owner, 'slow', () => stuck.promise)
  assert.equal(await inTurn(owner, 'quick', async () => 'done'), 'done')
  stuck.resolve()
  await waiting
})
