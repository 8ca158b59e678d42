import assert from 'node:assert/strict'
import { test } from 'node:test'
import { patiently } from './patience.ts'

const lost = (code: string) => Object.assign(new Error(code), { code })

test('given a connection that breaks, then what was asked is asked again until there is an answer', async () => {
  const outcomes = [lost('ECONNREFUSED'), new Error('wrapped', { cause: lost('ECONNRESET') }), 'here it is']
  const answer = await patiently(new AbortController().signal, async () => {
    const outcome = outcomes.shift()
    if (outcome instanceof Error) throw outcome
    return outcome
  })
  assert.equal(answer, 'here it is')
})

test('given any other failure, or nobody who waits, then it is not asked again', async () => {
  let asked = 0
  const ask = (error: Error) => async () => {
    asked += 1
    throw error
  }
  await assert.rejects(patiently(new AbortController().signal, ask(new Error('no such key'))), /no such key/)
  await assert.rejects(patiently(AbortSignal.abort(), ask(lost('ECONNREFUSED'))), /ECONNREFUSED/)
  assert.equal(asked, 2)
})
