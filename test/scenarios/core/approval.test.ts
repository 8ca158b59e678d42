import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANA, approval, orders, pipeline, world } from './harness.ts'

const gated = (details: Parameters<typeof approval>[1] = {}) =>
  pipeline({ stages: { Src: ['S'], Gate: [approval('Ask', details)], Deploy: ['D'] } })

test('S91 given a pending approval, when it is approved, then it Succeeded with summary and reviewer, and a second answer is refused', () => {
  const w = world(gated({ configuration: { CustomData: 'release of #{codepipeline.PipelineExecutionId}' } }))
  w.start('E1')
  const [order] = orders(w.ok('S', 'E1'))
  const { token, externalExecutionId, status, summary } = w.lastRun('Ask', 'E1')
  assert.match(token ?? '', /^[0-9a-f-]{36}$/)
  assert.deepEqual(
    [order?.action.token, externalExecutionId, status, summary],
    [token, token, 'InProgress', 'release of E1'],
  )
  assert.equal(w.state.latestActions['Gate/Ask']?.token, token)
  w.answer('E1', 'Gate', 'Ask', 'Approved', 'looks good')
  const answered = w.lastRun('Ask', 'E1')
  assert.deepEqual(
    [answered.status, answered.summary, answered.updatedBy, answered.updatedAt],
    ['Succeeded', 'looks good', ANA, w.now],
  )
  assert.deepEqual(w.jobs(), ['E1/D'])
  w.refuses('ApprovalAlreadyCompletedException', () => w.answer('E1', 'Gate', 'Ask', 'Rejected'))
})

test('S92 given a pending approval, when it is rejected, then everything Failed; a retry makes a new token and the old one is worthless', () => {
  const w = world(gated())
  w.pass('E1', 'S')
  const { token: old } = w.lastRun('Ask', 'E1')
  w.answer('E1', 'Gate', 'Ask', 'Rejected', 'not on a Friday')
  assert.deepEqual(
    [w.lastRun('Ask', 'E1').status, w.stageRun('E1', 'Gate').status, w.statuses('E1')[0]],
    ['Failed', 'Failed', 'Failed'],
  )
  assert.match(w.execution('E1').statusSummary ?? '', /not on a Friday/)
  w.refuses('ApprovalAlreadyCompletedException', () => w.answer('E1', 'Gate', 'Ask', 'Approved'))
  w.retry('E1', 'Gate')
  assert.notEqual(w.lastRun('Ask', 'E1').token, old)
  w.refuses('InvalidApprovalTokenException', () =>
    w.send({
      type: 'ApprovalAnswered',
      stage: 'Gate',
      action: 'Ask',
      token: old ?? '',
      status: 'Approved',
      summary: '',
      by: ANA,
    }),
  )
  w.answer('E1', 'Gate', 'Ask', 'Approved')
  assert.deepEqual(w.jobs(), ['E1/D'])
})

test('S93 given an approval with 5 minutes, when nobody answers, then it Failed and its token has expired', () => {
  const w = world(gated({ timeoutInMinutes: 5 }))
  w.start('E1')
  const scheduled = w.ok('S', 'E1').find((command) => command.type === 'ScheduleTimeout')
  assert.equal(scheduled?.at, w.now + 5 * 60_000)
  w.send({ type: 'ActionTimedOut', ...w.running('Ask', 'E1') })
  assert.equal(w.lastRun('Ask', 'E1').error?.code, 'JobFailed')
  assert.match(w.lastRun('Ask', 'E1').error?.message ?? '', /^The approval expired/)
  w.refuses('InvalidApprovalTokenException', () => w.answer('E1', 'Gate', 'Ask', 'Approved'))
})

test('S93 given an approval without a timeout of its own, when it starts, then it stays open for 7 days', () => {
  const w = world(gated())
  w.start('E1')
  const scheduled = w.ok('S', 'E1').find((command) => command.type === 'ScheduleTimeout')
  assert.equal(scheduled?.at, w.now + 7 * 24 * 60 * 60_000)
})

test('S94 given a pending approval, when newer executions arrive, then they wait in front of the stage and supersede each other', () => {
  const w = world(gated())
  for (const id of ['E1', 'E2', 'E3']) w.pass(id, 'S')
  assert.deepEqual(w.statuses('E1', 'E2', 'E3'), ['InProgress', 'Superseded', 'InProgress'])
  assert.deepEqual(w.stage('Gate').waiting, ['E3'])
})

test('given names or tokens that are not of an open approval, when they are answered, then each is refused with its own exception', () => {
  const w = world(gated())
  w.pass('E1', 'S')
  const answer = (stage: string, action: string, token: string) => () =>
    w.send({ type: 'ApprovalAnswered', stage, action, token, status: 'Approved', summary: '', by: ANA })
  w.refuses('StageNotFoundException', answer('Nowhere', 'Ask', 'x'))
  w.refuses('ActionNotFoundException', answer('Gate', 'Nothing', 'x'))
  w.refuses('ValidationException', answer('Deploy', 'D', 'x'))
  w.refuses('InvalidApprovalTokenException', answer('Gate', 'Ask', 'x'))
  w.stop('E1', { abandon: true })
  w.refuses('InvalidApprovalTokenException', () => w.answer('E1', 'Gate', 'Ask', 'Approved'))
})

test('given a stop that waits, when an approval is pending, then the execution is Stopping until it is answered', () => {
  const w = world(gated())
  w.pass('E1', 'S')
  w.stop('E1')
  assert.deepEqual(w.statuses('E1'), ['Stopping'])
  w.answer('E1', 'Gate', 'Ask', 'Approved')
  assert.deepEqual(w.statuses('E1'), ['Stopped'])
})

test('given the request of an approval was sent out, when its provider reports success, then that is not taken for an answer', () => {
  const w = world(gated())
  w.pass('E1', 'S')
  const before = w.state
  w.ok('Ask', 'E1')
  assert.equal(w.state, before)
  w.send({
    type: 'ActionProgressed',
    ...w.running('Ask', 'E1'),
    progress: { externalExecutionId: 'mail-1', summary: 'sent' },
  })
  const { token, externalExecutionId, summary } = w.lastRun('Ask', 'E1')
  assert.deepEqual([externalExecutionId, summary], [token, 'sent'])
})
