import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approval, ordered, pipeline, published, world } from './harness.ts'

test('S38 given B runs for E2 and E1 waits at a disabled transition, when the pipeline is updated, then E1 is cancelled at once and E2 after B', () => {
  const w = world()
  w.disable('Deploy')
  w.pass('E1', 'S', 'B')
  w.pass('E2', 'S')
  w.acknowledge('B', 'E2')
  w.update()
  assert.deepEqual(w.statuses('E1', 'E2'), ['Cancelled', 'InProgress'])
  assert.equal(w.stage('Build').holder, 'E2')
  assert.deepEqual(ordered(w.ok('B', 'E2')), [])
  assert.deepEqual(w.statuses('E2'), ['Cancelled'])
  assert.equal(
    w.execution('E2').statusSummary,
    'The pipeline was updated to version 2 before this execution completed.',
  )
  assert.equal(w.lastRun('B', 'E2').status, 'Succeeded')
  assert.deepEqual(w.jobs(), [])
  assert.equal(w.stage('Build').latest, 'E2', 'the stage shows Cancelled')
  assert.equal(w.state.transitions['Deploy']?.enabled, false, 'the flag survives')
})

test('S39 given B runs, when the mode is switched to PARALLEL, then the execution is cancelled after B and the state is empty for new ones', () => {
  const w = world()
  w.pass('E1', 'S')
  w.acknowledge('B', 'E1')
  w.update({ mode: 'PARALLEL' })
  w.start('E2')
  w.ok('S', 'E2')
  assert.deepEqual(w.jobs().toSorted(), ['E1/B', 'E2/B'], 'nobody is in the way of a PARALLEL execution')
  w.ok('B', 'E1')
  assert.deepEqual(w.statuses('E1'), ['Cancelled'])
  assert.equal(w.stage('Build').holder, undefined)
})

test('S40 given a stage failed before an update, when it is retried, then the answer is no', () => {
  const w = world()
  w.pass('E1', 'S', 'B')
  w.fail('D', 'E1')
  w.update()
  w.refuses('StageNotRetryableException', () => w.retry('E1', 'Deploy'))
})

test('given a pending approval and a job that nobody took, when the pipeline is updated, then both are abandoned at once', () => {
  const w = world(pipeline({ stages: { Src: ['S'], Gate: ['B', approval('Ask')] } }))
  w.pass('E1', 'S')
  const commands = w.update()
  assert.deepEqual(w.statuses('E1'), ['Cancelled'])
  assert.deepEqual([w.lastRun('B', 'E1').status, w.lastRun('Ask', 'E1').status], ['Abandoned', 'Abandoned'])
  assert.deepEqual(commands.filter(({ type }) => type === 'AbandonAction').length, 2)
})

test('given E1 drains in a stage, when a new execution of the new version arrives there, then it waits and enters when E1 has left', () => {
  const w = world()
  w.pass('E1', 'S')
  w.acknowledge('B', 'E1')
  w.update()
  w.pass('E2', 'S')
  assert.deepEqual(w.stage('Build'), { waiting: ['E2'], holder: 'E1', latest: 'E1' })
  assert.deepEqual(ordered(w.fail('B', 'E1')), ['E2/B'])
  assert.deepEqual(w.statuses('E1', 'E2'), ['Cancelled', 'InProgress'])
})

test('given E1 drains in a stage that the update removed, when its action ends, then E1 is cancelled without a trace in the state', () => {
  const w = world()
  w.pass('E1', 'S')
  w.acknowledge('B', 'E1')
  w.update({ stages: { Src: ['S'], Deploy: ['D'] } })
  w.pass('E2', 'S')
  w.ok('B', 'E1')
  assert.deepEqual(w.statuses('E1', 'E2'), ['Cancelled', 'InProgress'])
  assert.deepEqual(Object.keys(w.state.stages), ['Src', 'Deploy'])
  assert.deepEqual(Object.keys(w.state.latestActions).toSorted(), ['Deploy/D', 'Src/S'])
})

test('given E1 drains in a removed stage, when another update brings the stage back, then E1 holds it until it has left', () => {
  const w = world()
  w.pass('E1', 'S')
  w.acknowledge('B', 'E1')
  w.update({ stages: { Src: ['S'], Deploy: ['D'] } })
  w.update()
  w.pass('E2', 'S')
  assert.deepEqual(w.stage('Build').waiting, ['E2'])
  w.ok('B', 'E1')
  assert.equal(w.stage('Build').holder, 'E2')
})

test('given PARALLEL executions, when the mode is switched to SUPERSEDED, then they run to their end beside the locks', () => {
  const w = world(pipeline({ mode: 'PARALLEL' }))
  w.pass('E1', 'S')
  w.update()
  w.pass('E2', 'S')
  assert.equal(w.stage('Build').holder, 'E2')
  w.ok('B', 'E1')
  w.ok('D', 'E1')
  assert.deepEqual(w.statuses('E1', 'E2'), ['Succeeded', 'InProgress'])
})

test('given executions in every place, when the pipeline is deleted, then everything ends at once', () => {
  const w = world(pipeline({ mode: 'QUEUED' }))
  for (const id of ['E1', 'E2', 'E3']) w.pass(id, 'S')
  const commands = w.send({ type: 'PipelineDeleted' })
  assert.deepEqual(w.statuses('E1', 'E2', 'E3'), ['Cancelled', 'Cancelled', 'Cancelled'])
  assert.equal(w.lastRun('B', 'E1').status, 'Abandoned')
  assert.deepEqual(ordered(commands), [])
  assert.deepEqual(published(commands).slice(-3), [
    'action E1 B ABANDONED',
    'stage E1 Build CANCELED',
    'pipeline E1 CANCELED',
  ])
})
