import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runsOf } from './attempts.ts'
import { variablesOf } from './variables.ts'

const declaration = {
  variables: [{ name: 'Tag', defaultValue: 'v1' }, { name: 'Who' }],
  stages: [
    {
      name: 'Approve',
      actions: [
        {
          name: 'Publish',
          actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' } as const,
          configuration: { CustomData: '#{variables.Tag} of #{Source.CommitId} and #{Source.CommitId}' },
        },
      ],
    },
  ],
}
const run = (start: number, status: 'Failed' | 'Succeeded', commit: string) => ({
  stageName: 'Source',
  actionName: 'Checkout',
  status,
  startTime: new Date(start),
  input: { namespace: 'Source' },
  output: { outputVariables: { CommitId: commit } },
})

describe('the variables of an execution', () => {
  const shown = variablesOf(
    {
      variables: [
        { name: 'Tag', resolvedValue: 'v1' },
        { name: 'Who', resolvedValue: 'me' },
      ],
    },
    declaration,
    runsOf([run(1, 'Failed', 'old'), run(2, 'Succeeded', 'abc')]),
  )

  it('say where each value came from', () =>
    assert.deepEqual(
      shown.map(({ name, value, origin }) => [name, value, origin]),
      [
        ['variables.Tag', 'v1', { kind: 'default' }],
        ['variables.Who', 'me', { kind: 'start', declaredDefault: undefined }],
        ['Source.CommitId', 'abc', { kind: 'action', stage: 'Source', action: 'Checkout', attempt: 2 }],
      ],
    ))

  it('say who uses them', () =>
    assert.deepEqual(
      shown.map(({ usedBy }) => usedBy),
      [['Approve/Publish'], [], ['Approve/Publish']],
    ))
})
