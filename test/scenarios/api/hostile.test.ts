/** What a hostile caller may try on CodePipeline: names with a meaning elsewhere, texts that look like references, secrets used twice. */
import {
  AcknowledgeJobCommand,
  GetPipelineStateCommand,
  PutApprovalResultCommand,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
  RetryStageExecutionCommand,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SHAPES } from '../../../src/core/catalog/shapes.ts'
import { shapeViolations } from '../../../src/core/pipeline/shape.ts'
import { approval, job, named, p3, source, stage, startP3, startTester, type Tester } from '../../support/worker.ts'

describe('names', () => {
  const NAMES = [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'prototype',
    '-',
    '--help',
    '..',
    '0',
    'A.B@C',
  ]
  for (const name of NAMES) {
    test(`given stages and actions called ${name}, then they run, fail and are retried like any other`, async () => {
      await using tester = await startTester()
      const stages = [stage('Src', source('S')), stage(name, job(name)), stage('End', job('E'))]
      await tester.create(p3({ name: 'P3', stages }))
      await tester.ok('S')
      await tester.fail(name)
      const state = await tester.state(name)
      assert.deepEqual([state.latestExecution?.status, state.actionStates?.[0]?.actionName], ['Failed', name])
      const pipelineExecutionId = state.latestExecution?.pipelineExecutionId
      const retry = { pipelineName: 'P3', stageName: name, pipelineExecutionId, retryMode: 'FAILED_ACTIONS' } as const
      await tester.codepipeline.send(new RetryStageExecutionCommand(retry))
      await tester.ok(name)
      await tester.ok('E')
      assert.equal(await tester.status(pipelineExecutionId ?? ''), 'Succeeded')
      assert.equal(({} as Record<string, unknown>)['status'], undefined, 'no object has become another')
    })
  }

  const REFUSED = [
    '',
    'a b',
    'a/b',
    '../x',
    '$(id)',
    '`id`',
    'a\nb',
    'a\u0000b',
    'ä',
    '\u202Ea',
    '#{a.b}',
    'x'.repeat(101),
  ]
  for (const name of REFUSED) {
    test(`given a pipeline, stage or action called ${JSON.stringify(name.slice(0, 12))}, then it is refused`, async () => {
      await using tester = await startTester()
      const stages = (stageName: string, actionName: string) => [
        stage('Src', source('S')),
        stage(stageName, job(actionName)),
      ]
      const refused = named('ValidationException')
      await assert.rejects(tester.create(p3({ name })), refused)
      await assert.rejects(tester.create(p3({ stages: stages(name, 'B') })), refused)
      await assert.rejects(tester.create(p3({ stages: stages('Build', name) })), refused)
      assert.deepEqual((await tester.executions().catch(() => [])).length, 0)
    })
  }
})

describe('patterns', () => {
  test('given texts made to keep a regular expression busy, then no pattern of the model takes long', () => {
    const hostile = ['a', 'a.', 'a-', '/', 'arn:', 'https://a', '0', ' ', '{', 'a@'].map(
      (part) => `${part.repeat(20_000)}!`,
    )
    const startedAt = performance.now()
    for (const name of Object.keys(SHAPES)) for (const text of hostile) shapeViolations(name, text, [])
    const took = performance.now() - startedAt
    assert.ok(took < 5000, `${Math.round(took)} ms`)
  })
})

describe('values', () => {
  test('given a value that looks like a reference, then it is passed on as it is, and not resolved a second time', async () => {
    await using tester = await startTester()
    const stages = [
      stage('Src', source('S', { namespace: 'Given' })),
      stage('Build', job('B', { namespace: 'Secret' })),
      stage('Deploy', job('D', { configuration: { Key: '#{Given.Text}' } })),
    ]
    await tester.create(p3({ stages }))
    await tester.ok('S', { outputVariables: { Text: '#{Secret.Value}' } })
    await tester.ok('B', { outputVariables: { Value: 'hidden' } })
    const { data } = await tester.take('D')
    assert.deepEqual(data?.actionConfiguration?.configuration, { Key: '#{Secret.Value}' })
  })
})

describe('approval tokens', () => {
  const gates = [stage('Src', source('S')), stage('Gate', approval('Left'), approval('Right'))]
  const answer = (tester: Tester, actionName: string, token: string | undefined, pipelineName = 'P3') =>
    tester.codepipeline.send(
      new PutApprovalResultCommand({
        pipelineName,
        stageName: 'Gate',
        actionName,
        token: token ?? '',
        result: { status: 'Approved', summary: '' },
      }),
    )
  const tokens = async (tester: Tester, name: string) => {
    await tester.engine.idle()
    const { stageStates } = await tester.codepipeline.send(new GetPipelineStateCommand({ name }))
    return stageStates?.[1]?.actionStates?.map(({ latestExecution }) => latestExecution?.token) ?? []
  }

  test('given the token of another action, pipeline or account, or one used before, then nothing is approved', async () => {
    await using tester = await startTester()
    for (const name of ['P3', 'Other']) {
      await tester.create(p3({ name, stages: gates }))
      await tester.ok('S')
    }
    const [left, right] = await tokens(tester, 'P3')
    const [otherLeft] = await tokens(tester, 'Other')
    const invalid = named('InvalidApprovalTokenException')
    await assert.rejects(answer(tester, 'Left', right), invalid)
    await assert.rejects(answer(tester, 'Left', otherLeft), invalid)
    await assert.rejects(answer(tester, 'Left', left, 'Other'), invalid)
    await assert.rejects(answer(tester, 'Left', '00000000-0000-4000-8000-000000000000'), invalid)
    const stranger = { ...tester, codepipeline: tester.stranger }
    await assert.rejects(answer(stranger, 'Left', left), named('PipelineNotFoundException'))
    assert.deepEqual(await tokens(tester, 'P3'), [left, right], 'all of them still wait')
    await answer(tester, 'Left', left)
    await assert.rejects(answer(tester, 'Left', left), named('ApprovalAlreadyCompletedException'))
    await assert.rejects(answer(tester, 'Right', left), invalid)
    assert.equal((await tester.state('Gate')).latestExecution?.status, 'InProgress')
  })
})

describe('nonces', () => {
  const acknowledge = ({ codepipeline }: Tester, jobId: string | undefined, nonce: string | undefined) =>
    codepipeline.send(new AcknowledgeJobCommand({ jobId, nonce }))

  test('given the nonce of another job or one of an ended job, then it is worth nothing, and results count once', async () => {
    await using tester = await startP3({ executionMode: 'PARALLEL' })
    const executions = [await tester.run(), await tester.run()]
    const [one, other] = [await tester.take('S', executions[0]), await tester.take('S', executions[1])]
    await assert.rejects(acknowledge(tester, one.id, other.nonce), named('InvalidNonceException'))
    await assert.rejects(acknowledge(tester, one.id, '1'), named('InvalidNonceException'))
    await acknowledge(tester, one.id, one.nonce)
    const { status } = await acknowledge(tester, one.id, one.nonce)
    assert.equal(status, 'InProgress', 'said twice by the same worker')
    await tester.succeed(one)
    await assert.rejects(acknowledge(tester, one.id, one.nonce), named('InvalidNonceException'))
    const again = new PutJobSuccessResultCommand({ jobId: one.id })
    await assert.rejects(tester.codepipeline.send(again), named('InvalidJobStateException'))
    const failureDetails = { type: 'JobFailed', message: 'no' } as const
    const failed = new PutJobFailureResultCommand({ jobId: one.id, failureDetails })
    await assert.rejects(tester.codepipeline.send(failed), named('InvalidJobStateException'))
    const unheld = new PutJobSuccessResultCommand({ jobId: other.id })
    await assert.rejects(tester.codepipeline.send(unheld), named('InvalidJobStateException'))
    const runs = await tester.actionRuns(executions[0])
    assert.deepEqual(
      runs.filter(({ actionName }) => actionName === 'S').map(({ status }) => status),
      ['Succeeded'],
    )
  })
})
