import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ordered, pipeline, world } from './harness.ts'

test('S46 given B runs, when the execution is stopped to wait, then it is Stopping until B ends, then Stopped, and Deploy never starts', () => {
  const w = world()
  w.pass('E1', 'S')
  w.stop('E1', { reason: 'wrong branch' })
  assert.deepEqual(
    [w.statuses('E1')[0], w.stageRun('E1', 'Build').status, w.lastRun('B', 'E1').status],
    ['Stopping', 'Stopping', 'InProgress'],
  )
  w.refuses('DuplicatedStopRequestException', () => w.stop('E1'))
  assert.deepEqual(ordered(w.ok('B', 'E1')), [])
  assert.deepEqual(
    [w.statuses('E1')[0], w.stageRun('E1', 'Build').status, w.lastRun('B', 'E1').status],
    ['Stopped', 'Stopped', 'Succeeded'],
  )
  assert.equal(w.execution('E1').stop?.reason, 'wrong branch')
})

test('S46 given the last stage, when all its actions succeed during a stop, then the execution is Stopped all the same', () => {
  const w = world()
  w.pass('E1', 'S', 'B')
  w.stop('E1')
  w.ok('D', 'E1')
  assert.deepEqual(w.statuses('E1'), ['Stopped'])
})

test('S47 given B runs, when the execution is abandoned, then B is Abandoned, its provider is told, and its late result changes nothing', () => {
  const w = world()
  w.pass('E1', 'S')
  const job = w.running('B', 'E1')
  const commands = w.stop('E1', { abandon: true, reason: 'enough' })
  assert.deepEqual([w.statuses('E1')[0], w.lastRun('B', 'E1').status], ['Stopped', 'Abandoned'])
  assert.deepEqual(
    commands.flatMap((command) => (command.type === 'AbandonAction' ? [command.actionExecutionId] : [])),
    [job.actionExecutionId],
  )
  const before = w.state
  assert.deepEqual(w.send({ type: 'ActionSucceeded', ...job }), [])
  assert.equal(w.state, before)
  w.refuses('DuplicatedStopRequestException', () => w.stop('E1', { abandon: true }))
})

test('S47 given a stop that waits, when it is hardened into abandoning, then the running action is abandoned', () => {
  const w = world()
  w.pass('E1', 'S')
  w.stop('E1')
  w.stop('E1', { abandon: true })
  assert.deepEqual([w.statuses('E1')[0], w.lastRun('B', 'E1').status], ['Stopped', 'Abandoned'])
})

test('S48 given a finished or unknown execution, when it is stopped, then the answer is PipelineExecutionNotStoppableException', () => {
  const w = world()
  w.pass('E1', 'S', 'B', 'D')
  w.refuses('PipelineExecutionNotStoppableException', () => w.stop('E1'))
  w.refuses('PipelineExecutionNotStoppableException', () => w.stop('E9'))
})

test('given E1 is stopped while E2 waits for its stage, when E1 has stopped, then E2 enters', () => {
  const w = world()
  w.pass('E1', 'S')
  w.pass('E2', 'S')
  assert.deepEqual(ordered(w.stop('E1', { abandon: true })), ['E2/B'])
})

test('S49 given D failed, when Deploy is retried, then D runs again in the same execution and both runs are known', () => {
  const w = world()
  w.pass('E1', 'S', 'B')
  w.fail('D', 'E1')
  const first = w.lastRun('D', 'E1')
  w.retry('E1', 'Deploy')
  assert.equal(w.reply?.executionId, 'E1')
  assert.deepEqual(w.statuses('E1'), ['InProgress'])
  assert.equal(w.execution('E1').statusSummary, undefined)
  w.ok('D', 'E1')
  assert.deepEqual(w.statuses('E1'), ['Succeeded'])
  assert.deepEqual(
    w.runsOf('D', 'E1').map(({ id, status }) => [id === first.id, status]),
    [
      [true, 'Failed'],
      [false, 'Succeeded'],
    ],
  )
  const { manual, automatic, latest } = w.stageRun('E1', 'Deploy').retry ?? {}
  assert.deepEqual({ manual, automatic, latest }, { manual: 1, automatic: 0, latest: 'ManualStageRetry' })
})

const twoBuilds = () => pipeline({ stages: { Src: ['S'], Build: ['B1', 'B2'] } })

test('S50 given B1 succeeded and B2 failed, when failed actions are retried, then B2 runs; when all are, then both do', () => {
  for (const [mode, again] of [
    ['FAILED_ACTIONS', ['E1/B2']],
    ['ALL_ACTIONS', ['E1/B1', 'E1/B2']],
  ] as const) {
    const w = world(twoBuilds())
    w.pass('E1', 'S', 'B1')
    w.fail('B2', 'E1')
    assert.deepEqual(ordered(w.retry('E1', 'Build', mode)), again)
  }
})

test('S51 given B1 failed while B2 runs, when all actions are retried, then no; when the failed ones are, then B1 runs beside B2', () => {
  const w = world(twoBuilds())
  w.pass('E1', 'S')
  w.fail('B1', 'E1')
  w.refuses('StageNotRetryableException', () => w.retry('E1', 'Build', 'ALL_ACTIONS'))
  assert.deepEqual(ordered(w.retry('E1', 'Build')), ['E1/B1'])
  w.fail('B2', 'E1')
  w.refuses('StageNotRetryableException', () => w.retry('E1', 'Build'))
  w.ok('B1', 'E1')
  assert.deepEqual(w.statuses('E1'), ['Failed'])
})

test('S52 given a stage whose actions all succeeded, when it is retried, then the answer is StageNotRetryableException', () => {
  const w = world()
  w.pass('E1', 'S', 'B', 'D')
  for (const stage of ['Src', 'Build', 'Deploy']) w.refuses('StageNotRetryableException', () => w.retry('E1', stage))
  w.refuses('StageNotFoundException', () => w.retry('E1', 'Nowhere'))
})

const retrying = (retryMode: 'FAILED_ACTIONS' | 'ALL_ACTIONS') => {
  const [source, , deploy] = pipeline().stages
  const [, build] = twoBuilds().stages
  assert.ok(source && build && deploy)
  return {
    ...pipeline(),
    stages: [source, { ...build, onFailure: { result: 'RETRY' as const, retryConfiguration: { retryMode } } }, deploy],
  }
}

test('S53 given onFailure RETRY, when an action fails twice, then it ran a second time without any call and the stage fails for good', () => {
  const w = world(retrying('FAILED_ACTIONS'))
  w.pass('E1', 'S', 'B1')
  assert.deepEqual(ordered(w.fail('B2', 'E1')), ['E1/B2'])
  assert.deepEqual(w.statuses('E1'), ['InProgress'])
  const { manual, automatic, latest } = w.stageRun('E1', 'Build').retry ?? {}
  assert.deepEqual({ manual, automatic, latest }, { manual: 0, automatic: 1, latest: 'AutomatedStageRetry' })
  assert.deepEqual(ordered(w.fail('B2', 'E1')), [])
  assert.deepEqual(w.statuses('E1'), ['Failed'])
  assert.deepEqual(
    w.runsOf('B2', 'E1').map(({ status }) => status),
    ['Failed', 'Failed'],
    'the run that was replaced at once is in history too',
  )
})

test('S53 given onFailure RETRY of all actions, when one fails, then the whole stage runs again, with nobody in between', () => {
  const w = world(retrying('ALL_ACTIONS'))
  w.pass('E1', 'S')
  w.pass('E2', 'S')
  w.fail('B1', 'E1')
  assert.deepEqual(ordered(w.ok('B2', 'E1')), ['E1/B1', 'E1/B2'])
  assert.deepEqual(w.stage('Build').waiting, ['E2'])
})

test('S53 given the automatic retry was used up, when the stage is retried by hand and fails, then it is not retried again', () => {
  const w = world(retrying('FAILED_ACTIONS'))
  w.pass('E1', 'S', 'B1')
  w.fail('B2', 'E1')
  w.fail('B2', 'E1')
  w.retry('E1', 'Build')
  assert.deepEqual(ordered(w.fail('B2', 'E1')), [])
  const { manual, automatic } = w.stageRun('E1', 'Build').retry ?? {}
  assert.deepEqual({ manual, automatic }, { manual: 1, automatic: 1 })
})

test('S54 given an abandoned execution, when its stage is retried, then it goes on and can succeed', () => {
  const w = world()
  w.pass('E1', 'S')
  w.stop('E1', { abandon: true })
  assert.deepEqual(ordered(w.retry('E1', 'Build')), ['E1/B'])
  assert.deepEqual([w.statuses('E1')[0], w.execution('E1').stop], ['InProgress', undefined])
  w.ok('B', 'E1')
  w.ok('D', 'E1')
  assert.deepEqual(w.statuses('E1'), ['Succeeded'])
})

test('S54 given a stop that let the first group succeed, when the stage is retried, then it goes on with the group that never ran', () => {
  const w = world(pipeline({ stages: { Src: ['S'], Build: ['B1', { name: 'B2', runOrder: 2 }] } }))
  w.pass('E1', 'S')
  w.stop('E1')
  w.ok('B1', 'E1')
  assert.deepEqual(w.statuses('E1'), ['Stopped'])
  assert.deepEqual(ordered(w.retry('E1', 'Build')), ['E1/B2'])
})

test('given an action’s time is over, when it still runs, then it fails, its provider is told, and a late result changes nothing', () => {
  const w = world(pipeline({ stages: { Src: ['S'], Build: [{ name: 'B', timeoutInMinutes: 7 }] } }))
  w.start('E1')
  const scheduled = w.ok('S', 'E1').find((command) => command.type === 'ScheduleTimeout')
  assert.equal(scheduled?.at, w.now + 7 * 60_000)
  const job = w.running('B', 'E1')
  const commands = w.send({ type: 'ActionTimedOut', ...job })
  assert.deepEqual(w.lastRun('B', 'E1').error, { code: 'JobFailed', message: 'The action timed out after 7 minutes.' })
  assert.ok(commands.some((command) => command.type === 'AbandonAction' && command.timedOut === true))
  const before = w.state
  w.send({ type: 'ActionSucceeded', ...job })
  w.send({ type: 'ActionTimedOut', ...job })
  assert.equal(w.state, before)
})

test('given an action declares no timeout, when it starts, then its type decides: 24 hours for custom actions', () => {
  const w = world()
  const scheduled = w.start('E1').find((command) => command.type === 'ScheduleTimeout')
  assert.equal(scheduled?.at, w.now + 24 * 60 * 60_000)
})
