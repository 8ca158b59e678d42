import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline'
import { runsOf } from '../execution/attempts.ts'
import { chosen, logChoices, placesOf } from './log-choices.ts'

const detail = (actionName: string, start: number, externalExecutionId?: string): ActionExecutionDetail => ({
  stageName: 'Test',
  actionName,
  startTime: new Date(start),
  input: { actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' } },
  output: { executionResult: { externalExecutionId } },
})

describe('the logs of an execution', () => {
  const choices = logChoices(
    runsOf([detail('Unit', 30, 'unit:b'), detail('Approve', 20), detail('Unit', 10, 'unit:a')]),
  )
  it('are those of its builds, a retry under a name of its own', () =>
    assert.deepEqual(
      choices.map(({ name }) => name),
      ['Test/Unit', 'Test/Unit #2'],
    ))
  it('are all of them, or the one that the address names', () => {
    assert.equal(chosen(choices, null).length, 2)
    assert.deepEqual(placesOf(chosen(choices, 'Test/Unit #2')), [
      { name: 'Test/Unit #2', group: '/aws/codebuild/unit', stream: 'b' },
    ])
    assert.deepEqual(chosen(choices, 'Test/Gone'), [])
  })
})
