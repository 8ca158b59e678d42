/** What the simulator has found, as the smallest histories that show it. A new one is pasted from what `npm run simulate` prints. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Case } from './cases.ts'
import { simulate } from './simulation.ts'

async function assertNoViolation(history: Case): Promise<void> {
  assert.deepEqual((await simulate(history)).violations, [])
}

test('a job that the store refused to queue is no worker’s any more once its action is abandoned, also after a crash', async () => {
  await assertNoViolation({
    pipelines: [
      {
        mode: 'SUPERSEDED',
        stages: [
          { name: 'Source', actions: [{ name: 'S1', by: 'provider' }] },
          {
            name: 'Test',
            actions: [
              { name: 'T1', by: 'worker' },
              { name: 'T2', by: 'worker', group: 2 },
              { name: 'T3', by: 'worker', group: 2 },
            ],
          },
        ],
      },
    ],
    steps: [
      { type: 'start' },
      { type: 'result', of: 0 },
      { type: 'job', of: 0, commits: 2 },
      { type: 'refuse' },
      { type: 'stop', of: 1, abandon: true },
      { type: 'crash', at: 'now' },
    ],
  })
})

test('a rule that waits is asked again once, though a second timer is due before the commit of the first', async () => {
  await assertNoViolation({
    pipelines: [
      {
        mode: 'QUEUED',
        stages: [
          { name: 'Source', actions: [{ name: 'S1', by: 'provider' }] },
          { name: 'Deploy', actions: [{ name: 'D1', by: 'provider' }] },
        ],
      },
      {
        mode: 'SUPERSEDED',
        stages: [
          { name: 'Source', actions: [{ name: 'S1', by: 'provider' }], entry: { result: 'FAIL', rules: 2 } },
          { name: 'Build', actions: [{ name: 'B1', by: 'provider' }] },
        ],
      },
    ],
    steps: [
      { type: 'start', pipeline: 1 },
      { type: 'rule', of: 1, says: 'wait' },
      { type: 'start' },
      { type: 'result', of: 0, commits: 0 },
      { type: 'wait', ms: 157_252_821, commits: 1 },
      { type: 'clock', ms: 0 },
    ],
  })
})

test('an action that is abandoned while the outbox is read again is not started again', async () => {
  await assertNoViolation({
    pipelines: [
      {
        mode: 'PARALLEL',
        stages: [
          { name: 'Source', actions: [{ name: 'S1', by: 'provider' }] },
          { name: 'Test', actions: [{ name: 'T1', by: 'provider' }] },
        ],
      },
    ],
    steps: [
      { type: 'start' },
      { type: 'start' },
      { type: 'stop', of: 0, abandon: true, commits: 0 },
      { type: 'result', of: 1, commits: 1 },
      { type: 'refuse' },
    ],
  })
})

test('a rule that is abandoned while the outbox is read again is not evaluated again', async () => {
  await assertNoViolation({
    pipelines: [
      {
        mode: 'PARALLEL',
        stages: [
          { name: 'Source', actions: [{ name: 'S1', by: 'provider' }] },
          { name: 'Build', actions: [{ name: 'B1', by: 'provider' }], entry: { result: 'SKIP', rules: 2 } },
        ],
      },
    ],
    steps: [
      { type: 'start' },
      { type: 'result', of: 0 },
      { type: 'start' },
      { type: 'rule', of: 0, says: 'broken', commits: 0 },
      { type: 'result', of: 0, commits: 1 },
      { type: 'refuse' },
    ],
  })
})

test('a token that expired is forgotten with the next one, also when the clock is set back afterwards', async () => {
  await assertNoViolation({
    pipelines: [
      {
        mode: 'SUPERSEDED',
        stages: [
          { name: 'Source', actions: [{ name: 'S2', by: 'provider' }] },
          { name: 'Gate', actions: [{ name: 'G2', by: 'provider' }] },
        ],
      },
    ],
    steps: [
      { type: 'start', token: 1 },
      { type: 'clock', ms: -660_000 },
      { type: 'wait', ms: 91_803_479 },
      { type: 'start', token: 0 },
      { type: 'clock', ms: -5_340_000 },
      { type: 'start', token: 1 },
    ],
  })
})
