import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline'
import { runsOf } from './attempts.ts'
import { possible, whoOf, whyOf } from './words.ts'

for (const [detail, who] of [
  ['arn:aws:iam::000000000000:user/ann', 'ann'],
  ['arn:aws:sts::1:assumed-role/Deployer/session-1', 'Deployer/session-1'],
  ['arn:aws:iam::000000000000:root', 'root'],
  ['refs/heads/main', 'refs/heads/main'],
] as const) {
  it(`${detail} is ${who}`, () => assert.equal(whoOf(detail), who))
}
it('a trigger without words is told by its name', () =>
  assert.deepEqual(whyOf({ triggerType: 'Moon' as never }), { why: 'Moon', who: undefined }))

describe('what may be done about an execution', () => {
  const run = (stageName: string, actionName: string, status: 'Failed' | 'Succeeded', category = 'Build') =>
    ({
      stageName,
      actionName,
      status,
      startTime: new Date(1),
      input: { actionTypeId: { category, owner: 'AWS', provider: 'X', version: '1' } },
    }) as ActionExecutionDetail
  const runs = runsOf([
    run('Source', 'Fetch', 'Succeeded', 'Source'),
    run('Build', 'Unit', 'Succeeded'),
    run('Test', 'E2E', 'Failed'),
    run('Test', 'Load', 'Succeeded'),
  ])
  const stages = [{ stageName: 'Test', latestExecution: { pipelineExecutionId: 'e', status: 'Failed' as const } }]

  it('the stage that failed may be retried, one that succeeded rolled back to', () =>
    assert.deepEqual(possible({ pipelineExecutionId: 'e', status: 'Failed' }, runs, stages), {
      retries: [{ stage: 'Test', failed: ['E2E'] }],
      rollbacks: ['Build'],
      canStop: false,
    }))
  it('nothing is retried where another execution has been since', () =>
    assert.deepEqual(possible({ pipelineExecutionId: 'other', status: 'Failed' }, runs, stages).retries, []))
  it('one that runs may be stopped, and not yet retried', () => {
    const found = possible({ pipelineExecutionId: 'e', status: 'InProgress' }, runs, stages)
    assert.deepEqual([found.canStop, found.retries], [true, []])
  })
})
