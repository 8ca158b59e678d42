import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPipelineState } from '../../../src/core/execution/execution.ts'
import { ANA, DAY, pipeline, world } from './harness.ts'

test('S73 given a start with a token, when it is repeated within 24 hours, then the first id comes back and nothing starts', () => {
  const w = world()
  w.start('E1', { clientRequestToken: 'once' })
  assert.deepEqual(w.reply, { executionId: 'E1', started: true })
  const before = w.state
  assert.deepEqual(w.start('E2', { clientRequestToken: 'once' }), [])
  assert.deepEqual(w.reply, { executionId: 'E1', started: false })
  assert.equal(w.state, before)
})

test('S73 given a start with a token, when it is repeated after 24 hours, then a new execution starts', () => {
  const w = world()
  w.start('E1', { clientRequestToken: 'once' })
  w.wait(DAY)
  w.start('E2', { clientRequestToken: 'once' })
  assert.deepEqual(w.reply, { executionId: 'E2', started: true })
})

test('given many tokens, when more come than are remembered, then the oldest are forgotten', () => {
  const w = world(pipeline(), { limits: { startTokens: 2 } })
  for (const id of ['E1', 'E2', 'E3']) w.start(id, { clientRequestToken: id })
  assert.deepEqual(Object.keys(w.state.startTokens), ['E2', 'E3'])
})

const onlyIfNew = (revisionId: string) => ({ onlyIfNew: { actionName: 'S', revisionId }, automatic: true })

test('given a revision was seen, when change detection comes with it again, then nothing starts and the newest execution is named', () => {
  const w = world()
  w.start('E1', onlyIfNew('c1'))
  assert.equal(w.reply?.started, true)
  w.start('E2', onlyIfNew('c1'))
  assert.deepEqual(w.reply, { executionId: 'E1', started: false })
  w.start('E3', onlyIfNew('c2'))
  assert.deepEqual(w.reply, { executionId: 'E3', started: true })
})

test('given the newest execution fetched a revision on its own, when change detection finds that revision, then nothing starts', () => {
  const w = world()
  w.start('E1')
  w.ok('S', 'E1', { revision: { revisionId: 'c5' } })
  w.start('E2', onlyIfNew('c5'))
  assert.equal(w.reply?.started, false)
})

test('given an older execution fetches an older revision late, when the newest is detected again, then it is still no news', () => {
  const w = world(pipeline({ mode: 'PARALLEL' }))
  w.start('E1')
  w.start('E2', onlyIfNew('c2'))
  w.ok('S', 'E1', { revision: { revisionId: 'c1' } })
  w.start('E3', onlyIfNew('c2'))
  assert.equal(w.reply?.started, false)
})

test('given a transition that is closed from birth, when the pipeline is created, then no execution can slip through', () => {
  const key = { account: '111122223333', region: 'eu-west-1', name: 'shop' }
  const disabled = [{ stage: 'Deploy', reason: 'later', by: ANA }]
  const { transitions } = createPipelineState({ key, declaration: pipeline(), at: 1, disabled })
  assert.deepEqual(transitions, {
    Deploy: { enabled: false, reason: 'later', changedBy: ANA, changedAt: 1, disabledSince: 1 },
  })
})
