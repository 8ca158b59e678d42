import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approval, ordered, pipeline, world } from './harness.ts'

const parallel = () => pipeline({ mode: 'PARALLEL' })

test('S33 given PARALLEL, when three executions start, then all run at once and may end in any order', () => {
  const w = world(parallel())
  for (const id of ['E1', 'E2', 'E3']) w.start(id)
  assert.deepEqual(w.jobs(), ['E1/S', 'E2/S', 'E3/S'])
  for (const id of ['E3', 'E1', 'E2']) for (const name of ['S', 'B', 'D']) w.ok(name, id)
  assert.deepEqual(w.statuses('E1', 'E2', 'E3'), ['Succeeded', 'Succeeded', 'Succeeded'])
})

test('S34 given a stage with 7 actions, when it runs, then at most 5 run at a time and the next starts when one ends', () => {
  const w = world(
    pipeline({ mode: 'PARALLEL', stages: { Src: ['S'], Build: ['B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7'] } }),
  )
  w.start('E1')
  assert.equal(ordered(w.ok('S', 'E1')).length, 5)
  assert.deepEqual(ordered(w.ok('B2', 'E1')), ['E1/B6'])
  assert.deepEqual(ordered(w.ok('B1', 'E1')), ['E1/B7'])
  for (const name of ['B3', 'B4', 'B5', 'B6', 'B7']) w.ok(name, 'E1')
  assert.deepEqual(w.statuses('E1'), ['Succeeded'])
})

test('S34 given an action waits for a slot, when another one fails, then it does not start any more', () => {
  const w = world(pipeline({ mode: 'PARALLEL', stages: { Src: ['S'], Build: ['B1', 'B2', 'B3', 'B4', 'B5', 'B6'] } }))
  w.pass('E1', 'S')
  assert.deepEqual(ordered(w.fail('B1', 'E1')), [])
  for (const name of ['B2', 'B3', 'B4', 'B5']) w.ok(name, 'E1')
  assert.deepEqual(w.statuses('E1'), ['Failed'])
  assert.deepEqual(ordered(w.retry('E1', 'Build')), ['E1/B1', 'E1/B6'])
})

test('S35 given E1 runs, when the pipeline is updated, then E1 ends on its version and E2 uses the new one', () => {
  const w = world(parallel())
  w.start('E1')
  w.update({ mode: 'PARALLEL', stages: { Src: ['S'], Ship: ['H'] } })
  w.start('E2')
  assert.deepEqual(ordered(w.ok('S', 'E1')), ['E1/B'])
  assert.deepEqual(ordered(w.ok('S', 'E2')), ['E2/H'])
  w.ok('B', 'E1')
  w.ok('D', 'E1')
  assert.deepEqual(w.statuses('E1'), ['Succeeded'])
  assert.deepEqual([w.execution('E1').pipelineVersion, w.execution('E2').pipelineVersion], [1, 2])
  w.ok('H', 'E2')
  assert.deepEqual(w.state.olderVersions, {}, 'the old structure is gone with its last execution')
})

test('S36 given PARALLEL executions, when the pipeline state is looked at, then it knows of none', () => {
  const w = world(parallel())
  w.pass('E1', 'S')
  assert.deepEqual(w.state.stages, { Src: { waiting: [] }, Build: { waiting: [] }, Deploy: { waiting: [] } })
  assert.deepEqual(w.state.latestActions, {})
})

test('S37 given two executions wait at the same approval, when one is answered by its token, then only that one goes on', () => {
  const w = world(pipeline({ mode: 'PARALLEL', stages: { Src: ['S'], Gate: [approval('Ask')] } }))
  w.pass('E1', 'S')
  w.pass('E2', 'S')
  const { token, externalExecutionId } = w.lastRun('Ask', 'E2')
  assert.equal(token, externalExecutionId)
  w.answer('E2', 'Gate', 'Ask', 'Approved')
  assert.deepEqual(w.statuses('E1', 'E2'), ['InProgress', 'Succeeded'])
})

test('given PARALLEL, when a transition is disabled, then it holds every execution at that border and enabling lets all in', () => {
  const w = world(parallel())
  w.disable('Build')
  w.pass('E1', 'S')
  w.pass('E2', 'S')
  assert.deepEqual(w.jobs(), [])
  assert.deepEqual(ordered(w.enable('Build')), ['E1/B', 'E2/B'])
})

test('given PARALLEL, when a failed execution is retried, then newer ones do not matter', () => {
  const w = world(parallel())
  w.pass('E1', 'S')
  w.fail('B', 'E1')
  w.pass('E2', 'S', 'B', 'D')
  assert.deepEqual(ordered(w.retry('E1', 'Build')), ['E1/B'])
  w.ok('B', 'E1')
  w.ok('D', 'E1')
  assert.deepEqual(w.statuses('E1', 'E2'), ['Succeeded', 'Succeeded'])
})

test('given 50 PARALLEL executions, when a 51st is started, then it is refused', () => {
  const w = world(parallel())
  for (let number = 1; number <= 50; number += 1) w.start(`E${number}`)
  w.refuses('ConcurrentPipelineExecutionsLimitExceededException', () => w.start('E51'))
})

test('given a failed PARALLEL execution, when an update makes it unretryable, then the state forgets it with the next decision', () => {
  const w = world(parallel())
  w.pass('E1', 'S')
  w.fail('B', 'E1')
  w.start('E2')
  assert.ok(w.state.executions['E1'])
  w.update({ mode: 'PARALLEL' })
  w.start('E3')
  assert.deepEqual(Object.keys(w.state.executions), ['E2', 'E3'])
})
