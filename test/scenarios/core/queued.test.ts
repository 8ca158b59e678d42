import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ordered, pipeline, world } from './harness.ts'

const queued = () => pipeline({ mode: 'QUEUED' })

test('S29 given D of E1 runs and E2, E3 have passed Build, when D ends, then they enter one by one in order and nobody is superseded', () => {
  const w = world(queued())
  for (const id of ['E1', 'E2', 'E3']) w.pass(id, 'S', 'B')
  assert.deepEqual(w.stage('Deploy').waiting, ['E2', 'E3'])
  assert.deepEqual(ordered(w.ok('D', 'E1')), ['E2/D'])
  assert.deepEqual(ordered(w.ok('D', 'E2')), ['E3/D'])
  w.ok('D', 'E3')
  assert.deepEqual(w.statuses('E1', 'E2', 'E3'), ['Succeeded', 'Succeeded', 'Succeeded'])
})

test('S29 given three starts at once, when Src is busy, then the others queue in front of it', () => {
  const w = world(queued())
  for (const id of ['E1', 'E2', 'E3']) w.start(id)
  assert.deepEqual(w.stage('Src').waiting, ['E2', 'E3'])
  assert.deepEqual(ordered(w.ok('S', 'E1')), ['E1/B', 'E2/S'])
})

test('S30 given E2 and E3 wait, when E2 is stopped, then E2 is Stopped and E3 is next', () => {
  const w = world(queued())
  for (const id of ['E1', 'E2', 'E3', 'E4']) w.pass(id, 'S', 'B')
  w.stop('E2')
  assert.deepEqual(w.statuses('E2'), ['Stopped'])
  assert.deepEqual(w.stage('Deploy').waiting, ['E3', 'E4'])
  assert.deepEqual(ordered(w.ok('D', 'E1')), ['E3/D'])
})

test('S31 given 50 executions in progress, when a 51st is started, then it is refused until one has ended', () => {
  const w = world(queued())
  for (let number = 1; number <= 50; number += 1) w.start(`E${number}`)
  w.refuses('ConcurrentPipelineExecutionsLimitExceededException', () => w.start('E51'))
  w.fail('S', 'E1')
  w.start('E52')
  assert.deepEqual(w.statuses('E52'), ['InProgress'])
})

test('S31 given 50 executions in progress, when a trigger starts one, then it is recorded as Failed', () => {
  const w = world(queued())
  for (let number = 1; number <= 50; number += 1) w.start(`E${number}`)
  w.start('E51', { automatic: true, trigger: { type: 'CloudWatchEvent' } })
  assert.deepEqual(w.statuses('E51'), ['Failed'])
  assert.equal(w.execution('E51').statusSummary, 'The pipeline has reached the limit of 50 concurrent executions.')
  assert.deepEqual(w.stage('Src').waiting.at(-1), 'E50')
})

test('S31 given 50 executions in progress, when a failed one is retried, then it is refused', () => {
  const w = world(queued())
  w.disable('Build')
  w.start('E1')
  w.fail('S', 'E1')
  w.disable('Src')
  for (let number = 2; number <= 51; number += 1) w.start(`E${number}`)
  w.refuses('ConcurrentPipelineExecutionsLimitExceededException', () => w.retry('E1', 'Src'))
  w.stop('E2')
  w.retry('E1', 'Src')
  assert.deepEqual(w.jobs(), ['E1/S'])
})

test('S32 given E2 waits for Deploy, when D of E1 fails, then E2 enters and E1 can no longer be retried', () => {
  const w = world(queued())
  for (const id of ['E1', 'E2']) w.pass(id, 'S', 'B')
  assert.deepEqual(ordered(w.fail('D', 'E1')), ['E2/D'])
  w.refuses('NotLatestPipelineExecutionException', () => w.retry('E1', 'Deploy'))
})
