/** `spec` 13, Approval, through the API. */
import { PutApprovalResultCommand, RetryStageExecutionCommand, type ApprovalStatus } from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADMINISTRATOR } from '../../support/mini-server.ts'
import {
  approval,
  job,
  named,
  p3,
  source,
  stage,
  startTester,
  type ActionOptions,
  type Tester,
} from '../../support/worker.ts'

const gated = (options: ActionOptions = {}) =>
  p3({ stages: [stage('Src', source()), stage('Gate', approval('Ask', options)), stage('Deploy', job('D'))] })

async function startGated(options: ActionOptions = {}) {
  const tester = await startTester()
  await tester.create(gated(options))
  await tester.ok('S')
  const [e0] = await tester.executions()
  return Object.assign(tester, { e0: e0?.pipelineExecutionId ?? '' })
}

const asked = async (tester: Tester) => (await tester.state('Gate')).actionStates?.[0]?.latestExecution
const answer = async (
  { codepipeline }: Tester,
  token: string | undefined,
  status: ApprovalStatus = 'Approved',
  summary = 'fine',
  place: { stageName?: string; actionName?: string } = {},
) =>
  await codepipeline.send(
    new PutApprovalResultCommand({
      pipelineName: 'P3',
      stageName: 'Gate',
      actionName: 'Ask',
      ...place,
      result: { status, summary },
      token,
    }),
  )

test('S91 given a pending approval, when it is approved, then who and why are shown, and a second answer is refused', async () => {
  await using tester = await startGated({ configuration: { CustomData: 'please look' } })
  const pending = await asked(tester)
  assert.match(pending?.token ?? '', /^[0-9a-f-]{36}$/)
  assert.deepEqual(
    [pending?.status, pending?.summary, pending?.externalExecutionId],
    ['InProgress', 'please look', pending?.token],
  )
  const { approvedAt } = await answer(tester, pending?.token, 'Approved', 'looks good')
  assert.ok(approvedAt instanceof Date)
  const answered = await asked(tester)
  assert.deepEqual(
    [answered?.status, answered?.summary, answered?.lastUpdatedBy, answered?.token],
    ['Succeeded', 'looks good', ADMINISTRATOR, undefined],
  )
  const run = (await tester.actionRuns()).find(({ actionName }) => actionName === 'Ask')
  assert.equal(run?.updatedBy, ADMINISTRATOR)
  assert.deepEqual(await tester.waiting(), ['D'])
  await assert.rejects(answer(tester, pending?.token), named('ApprovalAlreadyCompletedException'))
})

test('S92 given a pending approval, when it is rejected, then everything failed, and a retry asks with a new token', async () => {
  await using tester = await startGated()
  const { token } = (await asked(tester)) ?? {}
  await answer(tester, token, 'Rejected', 'not on a Friday')
  const gate = await tester.state('Gate')
  assert.deepEqual(
    [gate.actionStates?.[0]?.latestExecution?.status, gate.latestExecution?.status, await tester.status(tester.e0)],
    ['Failed', 'Failed', 'Failed'],
  )
  await tester.codepipeline.send(
    new RetryStageExecutionCommand({
      pipelineName: 'P3',
      stageName: 'Gate',
      pipelineExecutionId: tester.e0,
      retryMode: 'FAILED_ACTIONS',
    }),
  )
  const again = await asked(tester)
  assert.notEqual(again?.token, token)
  await assert.rejects(answer(tester, token), named('InvalidApprovalTokenException'))
  await answer(tester, again?.token)
  await tester.ok('D')
  assert.equal(await tester.status(tester.e0), 'Succeeded')
})

test('S93 given five minutes to answer, when they are over, then the approval failed', async () => {
  await using tester = await startGated({ timeoutInMinutes: 5 })
  const { token } = (await asked(tester)) ?? {}
  await assert.rejects(answer(tester, token, 'Approved', 'x'.repeat(513)), named('ValidationException'))
  await tester.advance(6 * 60_000)
  const expired = await asked(tester)
  assert.deepEqual([expired?.status, expired?.errorDetails?.code], ['Failed', 'JobFailed'])
  await assert.rejects(answer(tester, token), named('InvalidApprovalTokenException'))
  await assert.rejects(tester.update(gated({ timeoutInMinutes: 4 })), named('ValidationException'))
})

test('S94 given a pending approval, then newer executions supersede each other in front of its stage', async () => {
  await using tester = await startGated()
  const e1 = await tester.run()
  await tester.ok('S')
  const e2 = await tester.run()
  await tester.ok('S')
  assert.deepEqual([await tester.status(e1), await tester.status(e2)], ['Superseded', 'InProgress'])
  const gate = await tester.state('Gate')
  assert.deepEqual(
    [gate.latestExecution?.pipelineExecutionId, gate.inboundExecution?.pipelineExecutionId],
    [tester.e0, e2],
  )
})

test('given names that do not exist or an action that asks nobody, then answers are refused', async () => {
  await using tester = await startGated()
  const { token } = (await asked(tester)) ?? {}
  const at = async (place: { stageName?: string; actionName?: string }) =>
    await answer(tester, token, 'Approved', 'x', place)
  await assert.rejects(at({ stageName: 'Nowhere' }), named('StageNotFoundException'))
  await assert.rejects(at({ actionName: 'Nothing' }), named('ActionNotFoundException'))
  await assert.rejects(at({ stageName: 'Deploy', actionName: 'D' }), named('ValidationException'))
})

test('given two answers at the same moment, then exactly one wins', async () => {
  await using tester = await startGated()
  const { token } = (await asked(tester)) ?? {}
  const answers = await Promise.allSettled([answer(tester, token), answer(tester, token, 'Rejected')])
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  )
})
