import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline'
import { logPlaceOf, runsOf, took } from './attempts.ts'

const detail = (action: string, start: number, more: Partial<ActionExecutionDetail> = {}): ActionExecutionDetail => ({
  actionExecutionId: `${action}-${start}`,
  stageName: 'Test',
  actionName: action,
  status: 'Succeeded',
  startTime: new Date(start),
  lastUpdateTime: new Date(start + 10),
  ...more,
})

describe('the action runs of an execution', () => {
  it('are in the order in which they began, and say which try each is', () => {
    const runs = runsOf([detail('Unit', 30), detail('Lint', 5), detail('Unit', 10, { status: 'Failed' })])
    assert.deepEqual(
      runs.map(({ action, attempt, isLatest, status }) => [action, attempt, isLatest, status]),
      [
        ['Lint', 1, true, 'Succeeded'],
        ['Unit', 1, false, 'Failed'],
        ['Unit', 2, true, 'Succeeded'],
      ],
    )
  })

  it('take until now as long as they run', () => {
    const [ended, running] = runsOf([detail('A', 0), detail('B', 5, { status: 'InProgress' })])
    assert.ok(ended && running)
    assert.deepEqual([took(ended, 100), took(running, 100)], [10, 95])
  })

  for (const [what, found, expected] of [
    [
      'a log stream',
      { logStreamARN: 'arn:aws:logs:us-east-1:1:log-group:/aws/codepipeline/p:log-stream:a/b' },
      { group: '/aws/codepipeline/p', stream: 'a/b' },
    ],
    ["a build's id", { externalExecutionId: 'project:6ba7' }, { group: '/aws/codebuild/project', stream: '6ba7' }],
    ['nothing yet', {}, undefined],
  ] as const) {
    it(`have their log where ${what} says`, () => {
      const input = { actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' } } as const
      assert.deepEqual(logPlaceOf({ input, output: { executionResult: found } }), expected)
    })
  }
})
