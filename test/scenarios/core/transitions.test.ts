import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANA, DAY, ordered, pipeline, world } from './harness.ts'

test('S41 given the way into Deploy is disabled, when E1 has built, then it waits, Build is free, and enabling lets it in', () => {
  const w = world()
  w.disable('Deploy', 'Inbound', 'freeze')
  const disabledAt = w.now
  w.pass('E1', 'S', 'B')
  assert.deepEqual(w.stage('Deploy'), { waiting: ['E1'] })
  assert.equal(w.stage('Build').holder, undefined)
  const { enabled, reason, changedBy, changedAt } = w.state.transitions['Deploy'] ?? {}
  assert.deepEqual(
    { enabled, reason, changedBy, changedAt },
    { enabled: false, reason: 'freeze', changedBy: ANA, changedAt: disabledAt },
  )
  assert.deepEqual(ordered(w.enable('Deploy')), ['E1/D'])
  assert.deepEqual(w.state.transitions['Deploy'], { enabled: true, changedBy: ANA, changedAt: w.now })
})

test('S41 given a disabled transition, when it is disabled or enabled again, then the reason is replaced and the second enable is nothing', () => {
  const w = world()
  const untouched = w.state
  w.enable('Deploy')
  assert.equal(w.state, untouched)
  w.disable('Deploy', 'Inbound', 'one')
  w.disable('Deploy', 'Inbound', 'two')
  assert.equal(w.state.transitions['Deploy']?.reason, 'two')
})

test('S42 given SUPERSEDED and a disabled transition, when three executions arrive, then only the newest enters on enable', () => {
  const w = world()
  w.disable('Deploy')
  for (const id of ['E1', 'E2', 'E3']) w.pass(id, 'S', 'B')
  assert.deepEqual(ordered(w.enable('Deploy')), ['E3/D'])
  assert.deepEqual(w.statuses('E1', 'E2', 'E3'), ['Superseded', 'Superseded', 'InProgress'])
})

test('S42 given QUEUED and a disabled transition, when three executions arrive, then all three run in order on enable', () => {
  const w = world(pipeline({ mode: 'QUEUED' }))
  w.disable('Deploy')
  for (const id of ['E1', 'E2', 'E3']) w.pass(id, 'S', 'B')
  assert.deepEqual(ordered(w.enable('Deploy')), ['E1/D'])
  assert.deepEqual(ordered(w.ok('D', 'E1')), ['E2/D'])
  assert.deepEqual(ordered(w.ok('D', 'E2')), ['E3/D'])
})

test('S43 given E1 is already in Deploy, when the way in is disabled, then E1 finishes normally', () => {
  const w = world()
  w.pass('E1', 'S', 'B')
  w.disable('Deploy')
  w.ok('D', 'E1')
  assert.deepEqual(w.statuses('E1'), ['Succeeded'])
})

test('S44 given E1 was stopped at a disabled transition, when it is enabled, then E1 stays out, visible as stopped, and cannot be retried', () => {
  const w = world()
  w.disable('Deploy')
  w.pass('E1', 'S', 'B')
  w.stop('E1')
  assert.deepEqual(w.statuses('E1'), ['Stopped'])
  assert.equal(w.stage('Deploy').stoppedInbound, 'E1')
  assert.deepEqual(ordered(w.enable('Deploy')), [])
  w.refuses('NotLatestPipelineExecutionException', () => w.retry('E1', 'Deploy'))
  w.pass('E2', 'S', 'B')
  assert.equal(w.stage('Deploy').stoppedInbound, undefined)
})

test('S45 given an unknown stage, when its transition is changed, then the answer is StageNotFoundException', () => {
  const w = world()
  w.refuses('StageNotFoundException', () => w.disable('Nowhere'))
  w.refuses('StageNotFoundException', () => w.enable('Nowhere'))
})

test('given a stage, when its outbound transition is disabled, then the next one’s inbound is; the last stage has none', () => {
  const w = world()
  w.disable('Build', 'Outbound')
  assert.equal(w.state.transitions['Deploy']?.enabled, false)
  w.enable('Build', 'Outbound')
  assert.equal(w.state.transitions['Deploy']?.enabled, true)
  w.refuses('ValidationException', () => w.disable('Deploy', 'Outbound'))
})

test('given executions waited 31 and 29 days at a disabled transition, when it is enabled, then only the second is resumed', () => {
  const w = world(pipeline({ mode: 'QUEUED' }))
  w.disable('Deploy')
  w.pass('E1', 'S', 'B')
  w.wait(2 * DAY)
  w.pass('E2', 'S', 'B')
  w.disable('Deploy', 'Inbound', 'still not')
  w.wait(29 * DAY)
  assert.deepEqual(ordered(w.enable('Deploy')), ['E2/D'])
  assert.deepEqual(w.statuses('E1', 'E2'), ['Failed', 'InProgress'])
  assert.equal(w.execution('E1').statusSummary, 'The inbound execution waited more than 30 days and was not resumed.')
})

test('given an execution waited long for a busy stage, when the transition was disabled only briefly, then it is resumed', () => {
  const w = world()
  w.pass('E1', 'S', 'B')
  w.pass('E2', 'S', 'B')
  w.wait(40 * DAY)
  w.disable('Deploy')
  w.enable('Deploy')
  assert.deepEqual(ordered(w.ok('D', 'E1')), ['E2/D'])
})

test('given the way into Src is disabled, when an execution starts, then it waits in front of Src', () => {
  const w = world()
  w.disable('Src')
  w.start('E1')
  assert.deepEqual(w.stage('Src').waiting, ['E1'])
  assert.deepEqual(ordered(w.enable('Src')), ['E1/S'])
})

test('given a failed stage behind a disabled transition, when it is retried, then the transition is not in the way', () => {
  const w = world()
  w.pass('E1', 'S', 'B')
  w.fail('D', 'E1')
  w.disable('Deploy')
  assert.deepEqual(ordered(w.retry('E1', 'Deploy')), ['E1/D'])
})
