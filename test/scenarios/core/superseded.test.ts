import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../src/core/execution/execution.ts'
import { action, ANA, ordered, pipeline, world } from './harness.ts'

test('S22 given a pipeline that was just created, when its creation starts E0, then E0 has the trigger CreatePipeline and runs Src', () => {
  const w = world()
  w.start('E0', { trigger: { type: 'CreatePipeline', detail: 'arn:aws:iam::111122223333:user/ana' } })
  assert.deepEqual(w.execution('E0').trigger, { type: 'CreatePipeline', detail: 'arn:aws:iam::111122223333:user/ana' })
  assert.deepEqual(w.jobs(), ['E0/S'])
})

test('S23 given E1 in Deploy, when E2 and E3 pass Build, then E2 waits until E3 supersedes it, and E3 enters when D ends', () => {
  const w = world()
  w.pass('E1', 'S', 'B')
  w.pass('E2', 'S', 'B')
  assert.deepEqual(w.stage('Deploy').waiting, ['E2'])
  assert.deepEqual(w.statuses('E2'), ['InProgress'])
  assert.equal(w.stage('Build').holder, undefined)
  w.pass('E3', 'S', 'B')
  assert.deepEqual(w.statuses('E2'), ['Superseded'])
  assert.equal(w.execution('E2').statusSummary, 'Superseded by execution E3.')
  assert.deepEqual(w.stage('Deploy').waiting, ['E3'])
  assert.deepEqual(ordered(w.ok('D', 'E1')), ['E3/D'])
  assert.deepEqual(w.statuses('E1', 'E3'), ['Succeeded', 'InProgress'])
})

test('S24 given E3 waits for Deploy, when D of E1 fails, then E3 enters at once and E1 can no longer be retried there', () => {
  const w = world()
  for (const id of ['E1', 'E2', 'E3']) w.pass(id, 'S', 'B')
  assert.deepEqual(ordered(w.fail('D', 'E1')), ['E3/D'])
  assert.deepEqual(w.statuses('E1', 'E2', 'E3'), ['Failed', 'Superseded', 'InProgress'])
  assert.equal(w.execution('E1').statusSummary, 'Stage Deploy failed: action D: D broke')
  w.refuses('NotLatestPipelineExecutionException', () => w.retry('E1', 'Deploy'))
})

test('S25 given E1 holds Deploy, when many newer executions arrive, then E1 is never superseded', () => {
  const w = world()
  w.pass('E1', 'S', 'B')
  for (let number = 2; number < 30; number += 1) w.pass(`E${number}`, 'S', 'B')
  assert.deepEqual(w.statuses('E1', 'E28', 'E29'), ['InProgress', 'Superseded', 'InProgress'])
  w.ok('D', 'E1')
  assert.deepEqual(w.statuses('E1'), ['Succeeded'])
  assert.equal(w.stage('Deploy').holder, 'E29')
})

test('S26 given E2 was superseded, when any of its stages is retried, then the answer is no and it stays Superseded', () => {
  const w = world()
  for (const id of ['E1', 'E2', 'E3']) w.pass(id, 'S', 'B')
  for (const stage of ['Src', 'Build', 'Deploy']) {
    w.refuses('NotLatestPipelineExecutionException', () => w.retry('E2', stage))
  }
  assert.deepEqual(w.statuses('E2'), ['Superseded'])
})

const groups = () =>
  pipeline({
    stages: {
      Src: ['S'],
      Build: { actions: [action({ name: 'B1' }), action({ name: 'B2' }), action({ name: 'B3', runOrder: 3 })] },
    },
  })

test('S27 given runOrder 1, 1 and 3, when the stage runs, then the third starts only after both first ones succeeded', () => {
  const w = world(groups())
  w.start('E1')
  assert.deepEqual(ordered(w.ok('S', 'E1')), ['E1/B1', 'E1/B2'])
  assert.deepEqual(ordered(w.ok('B1', 'E1')), [])
  assert.deepEqual(ordered(w.ok('B2', 'E1')), ['E1/B3'])
  w.ok('B3', 'E1')
  assert.deepEqual(w.statuses('E1'), ['Succeeded'])
})

test('S27 given the first group runs, when one fails, then its sibling finishes, the third never starts and the stage fails last', () => {
  const w = world(groups())
  w.pass('E1', 'S')
  w.fail('B1', 'E1')
  assert.equal(w.stageRun('E1', 'Build').status, 'InProgress')
  assert.deepEqual(w.statuses('E1'), ['InProgress'])
  assert.deepEqual(ordered(w.ok('B2', 'E1')), [])
  assert.equal(w.stageRun('E1', 'Build').status, 'Failed')
  assert.deepEqual(w.statuses('E1'), ['Failed'])
  assert.deepEqual(w.runsOf('B3', 'E1'), [])
})

test('S28 given Src is busy with E1, when E2 and E3 start, then E2 is superseded and E3 waits in front of Src', () => {
  const w = world()
  w.start('E1')
  w.start('E2')
  w.start('E3')
  assert.deepEqual(w.statuses('E1', 'E2', 'E3'), ['InProgress', 'Superseded', 'InProgress'])
  assert.deepEqual(w.stage('Src').waiting, ['E3'])
  assert.deepEqual(ordered(w.ok('S', 'E1')), ['E1/B', 'E3/S'])
})

test('given E1 is retried in Build while E2 waits there, when both pass on to a busy Deploy, then E2 supersedes E1', () => {
  const w = world()
  w.pass('E0', 'S', 'B')
  w.pass('E1', 'S')
  w.fail('B', 'E1')
  w.disable('Build')
  w.pass('E2', 'S')
  w.retry('E1', 'Build')
  w.enable('Build')
  assert.deepEqual(w.stage('Build').waiting, ['E2'], 'the retry has locked Build')
  w.ok('B', 'E1')
  w.ok('B', 'E2')
  assert.deepEqual(w.statuses('E1', 'E2'), ['Superseded', 'InProgress'])
  assert.deepEqual(w.stage('Deploy').waiting, ['E2'])
})

test('given an older execution comes to a stage where a newer one waits, then the arriving one is superseded, for good', () => {
  const w = world()
  for (const id of ['E0', 'E1']) w.pass(id, 'S', 'B')
  w.pass('E2', 'S')
  const [waiting, arriving] = [w.state.executions['E1'], w.state.executions['E2']]
  assert.ok(waiting && arriving)
  const executions = {
    ...w.state.executions,
    E1: { ...waiting, age: arriving.age },
    E2: { ...arriving, age: waiting.age },
  }
  const event = { type: 'ActionSucceeded', at: w.now, ...w.running('B', 'E2') } as const
  const decision = decide({ ...w.state, executions }, event, w.options)
  assert.ok(decision.accepted)
  assert.deepEqual(decision.state.stages['Deploy']?.waiting, ['E1'])
  assert.equal(decision.state.executions['E2']?.status, 'Superseded')
  const retry = {
    type: 'RetryRequested',
    at: w.now,
    executionId: 'E2',
    stage: 'Build',
    mode: 'ALL_ACTIONS',
    by: ANA,
  } as const
  const answer = decide(decision.state, retry, w.options)
  assert.equal(!answer.accepted && answer.rejection.code, 'NotLatestPipelineExecutionException')
})
