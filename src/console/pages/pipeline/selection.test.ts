import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pictureOf } from '../../../../test/support/pictures.ts'
import { world } from '../../../../test/scenarios/core/harness.ts'
import { executionRows } from './execution-rows.ts'
import { selectionOf } from './selection.ts'

const running = () => {
  const w = world()
  w.pass('E1', 'S')
  return pictureOf(w, ['E1'])
}

for (const [key, kind] of [
  ['action:Build/B', 'action'],
  ['stage:Build', 'stage'],
  ['door:Deploy', 'door'],
  ['token:E1', 'token'],
] as const) {
  test(`given the address says ${key}, then a ${kind} is chosen`, () => {
    assert.equal(selectionOf(running(), key)?.kind, kind)
  })
}

for (const key of [
  undefined,
  '',
  'action:Build/Gone',
  'stage:Gone',
  'gate:Build/beforeEntry',
  'token:E9',
  'nonsense',
]) {
  test(`given the address says ${key ?? 'nothing'}, then nothing is chosen`, () => {
    assert.equal(selectionOf(running(), key), undefined)
  })
}

test('given an execution that began after the list was read, then it stands on top of the list', () => {
  const rows = executionRows([{ pipelineExecutionId: 'E0', status: 'Succeeded' }], running(), 10)
  assert.deepEqual(
    rows.map(({ token }) => token.id),
    ['E1', 'E0'],
  )
})

test('given an execution goes on, then it has no end; one that is over has', () => {
  const lastUpdateTime = new Date(5000)
  const rows = executionRows([{ pipelineExecutionId: 'E0', status: 'Failed', lastUpdateTime }], running(), 10)
  assert.deepEqual(
    rows.map(({ endedAt }) => endedAt),
    [undefined, 5000],
  )
})

test('given events know more than the list, then their status counts', () => {
  const rows = executionRows([{ pipelineExecutionId: 'E1', status: 'Stopping' }], running(), 10)
  assert.equal(rows[0]?.token.look, 'InProgress')
})
