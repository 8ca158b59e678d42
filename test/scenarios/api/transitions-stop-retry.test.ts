/** `spec` 13, Transitions, Stop and retry, through the API. */
import {
  DisableStageTransitionCommand,
  EnableStageTransitionCommand,
  PutJobSuccessResultCommand,
  RetryStageExecutionCommand,
  StopPipelineExecutionCommand,
  type StageRetryMode,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ADMINISTRATOR } from '../../support/mini-server.ts'
import { job, named, p3, source, stage, startP3, startTester, type Tester } from '../../support/worker.ts'

const pass = async (tester: Tester, ...actions: readonly string[]) => {
  for (const action of actions) await tester.ok(action)
}
const DEPLOY = { pipelineName: 'P3', stageName: 'Deploy', transitionType: 'Inbound' } as const
const disable = async ({ codepipeline }: Tester, reason: string | undefined = 'closed', stageName = 'Deploy') =>
  await codepipeline.send(new DisableStageTransitionCommand({ ...DEPLOY, stageName, reason }))
const enable = async ({ codepipeline }: Tester) => await codepipeline.send(new EnableStageTransitionCommand(DEPLOY))
const stop = async ({ codepipeline }: Tester, pipelineExecutionId: string, abandon = false, reason?: string) =>
  await codepipeline.send(
    new StopPipelineExecutionCommand({ pipelineName: 'P3', pipelineExecutionId, abandon, reason }),
  )
const retry = async (
  { codepipeline }: Tester,
  stageName: string,
  pipelineExecutionId: string,
  retryMode: StageRetryMode = 'FAILED_ACTIONS',
) =>
  await codepipeline.send(
    new RetryStageExecutionCommand({ pipelineName: 'P3', stageName, pipelineExecutionId, retryMode }),
  )

describe('a transition', () => {
  test('S41 given it is disabled, then executions wait in front of it, and enter by themselves when it is enabled', async () => {
    await using tester = await startP3()
    await disable(tester, 'maintenance until 5 (ask ops)')
    const e1 = await tester.run()
    await pass(tester, 'S', 'B')
    const closed = await tester.state('Deploy')
    assert.equal(closed.inboundExecution?.pipelineExecutionId, e1)
    const { enabled, disabledReason, lastChangedBy, lastChangedAt } = closed.inboundTransitionState ?? {}
    assert.deepEqual([enabled, disabledReason, lastChangedBy], [false, 'maintenance until 5 (ask ops)', ADMINISTRATOR])
    assert.ok(lastChangedAt instanceof Date)
    await enable(tester)
    const open = await tester.state('Deploy')
    assert.equal(open.latestExecution?.pipelineExecutionId, e1)
    assert.equal(open.inboundExecution, undefined)
    assert.deepEqual(
      [open.inboundTransitionState?.enabled, open.inboundTransitionState?.disabledReason],
      [true, undefined],
    )
    await tester.ok('D')
    assert.equal(await tester.status(e1), 'Succeeded')
  })

  for (const executionMode of ['SUPERSEDED', 'QUEUED'] as const) {
    test(`S42 given three executions before a disabled one in ${executionMode} mode, when it is enabled, then the mode decides who enters`, async () => {
      await using tester = await startP3({ executionMode })
      await disable(tester)
      const started: string[] = []
      for (let count = 0; count < 3; count += 1) {
        started.push(await tester.run())
        await pass(tester, 'S', 'B')
      }
      await enable(tester)
      if (executionMode === 'QUEUED') await pass(tester, 'D', 'D')
      await tester.ok('D')
      const expected =
        executionMode === 'QUEUED' ? ['Succeeded', 'Succeeded', 'Succeeded'] : ['Superseded', 'Superseded', 'Succeeded']
      assert.deepEqual(await Promise.all(started.map(tester.status)), expected)
    })
  }

  test('S43 given an execution inside the stage, when it is disabled, then that one finishes', async () => {
    await using tester = await startP3()
    const e1 = await tester.run()
    await pass(tester, 'S', 'B')
    await disable(tester)
    await tester.ok('D')
    assert.equal(await tester.status(e1), 'Succeeded')
  })

  test('S44 given a stopped execution in front of it, when it is enabled, then that one does not enter and cannot be retried', async () => {
    await using tester = await startP3()
    await disable(tester)
    const e1 = await tester.run()
    await pass(tester, 'S', 'B')
    await stop(tester, e1)
    assert.equal(await tester.status(e1), 'Stopped')
    assert.equal((await tester.state('Deploy')).inboundExecution?.status, 'Stopped')
    await enable(tester)
    assert.deepEqual(await tester.waiting(), [])
    await assert.rejects(retry(tester, 'Deploy', e1), named('NotLatestPipelineExecutionException'))
  })

  test('S45 given no reason, a reason with a quote or an unknown stage, then disabling is refused', async () => {
    await using tester = await startP3()
    const withoutReason = new DisableStageTransitionCommand({ ...DEPLOY, reason: undefined })
    await assert.rejects(tester.codepipeline.send(withoutReason), named('ValidationException', /'reason'.*null/))
    await assert.rejects(disable(tester, 'so "called"'), named('ValidationException'))
    await assert.rejects(disable(tester, 'closed', 'Nowhere'), named('StageNotFoundException'))
  })
})

describe('stopping', () => {
  test('S46 given a running action, when it is stopped and waited for, then the action ends and nothing follows', async () => {
    await using tester = await startP3()
    const e1 = await tester.run()
    await tester.ok('S')
    const b = await tester.acknowledge('B')
    await stop(tester, e1, false, 'wrong branch')
    assert.equal(await tester.status(e1), 'Stopping')
    assert.equal((await tester.state('Build')).actionStates?.[0]?.latestExecution?.status, 'InProgress')
    await assert.rejects(stop(tester, e1), named('DuplicatedStopRequestException'))
    await tester.succeed(b)
    assert.equal(await tester.status(e1), 'Stopped')
    assert.deepEqual(await tester.waiting(), [])
    const [newest] = await tester.executions()
    assert.equal(newest?.stopTrigger?.reason, 'wrong branch')
  })

  test('S47 given a running action, when it is abandoned, then late results are refused', async () => {
    await using tester = await startP3()
    const e1 = await tester.run()
    await tester.ok('S')
    const b = await tester.acknowledge('B')
    await stop(tester, e1)
    await stop(tester, e1, true)
    assert.equal(await tester.status(e1), 'Stopped')
    assert.equal((await tester.state('Build')).actionStates?.[0]?.latestExecution?.status, 'Abandoned')
    await assert.rejects(
      tester.codepipeline.send(new PutJobSuccessResultCommand({ jobId: b.id })),
      named('InvalidJobStateException'),
    )
  })

  test('S48 given a finished or unknown execution, when it is stopped, then it is refused', async () => {
    await using tester = await startP3()
    const [e0] = await tester.executions()
    await assert.rejects(stop(tester, e0?.pipelineExecutionId ?? ''), named('PipelineExecutionNotStoppableException'))
    const unknown = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
    await assert.rejects(stop(tester, unknown), named('PipelineExecutionNotStoppableException'))
  })
})

describe('retrying', () => {
  test('S49 given a failed stage, when it is retried, then the execution goes on, with a new run of the action', async () => {
    await using tester = await startP3()
    const e1 = await tester.run()
    await pass(tester, 'S', 'B')
    await tester.fail('D')
    assert.equal(await tester.status(e1), 'Failed')
    assert.equal((await retry(tester, 'Deploy', e1)).pipelineExecutionId, e1)
    assert.equal(await tester.status(e1), 'InProgress')
    await tester.ok('D')
    assert.equal(await tester.status(e1), 'Succeeded')
    const runs = (await tester.actionRuns(e1)).filter(({ actionName }) => actionName === 'D')
    assert.deepEqual(
      runs.map(({ status }) => status),
      ['Succeeded', 'Failed'],
    )
    assert.notEqual(runs[0]?.actionExecutionId, runs[1]?.actionExecutionId)
    assert.deepEqual((await tester.state('Deploy')).retryStageMetadata, {
      manualStageRetryAttempt: 1,
      latestRetryTrigger: 'ManualStageRetry',
    })
  })

  const twoBuilds = async () => {
    const tester = await startTester()
    await tester.create(p3({ stages: [stage('Src', source()), stage('Build', job('B1'), job('B2'))] }))
    await tester.ok('S')
    const [e0] = await tester.executions()
    return Object.assign(tester, { e0: e0?.pipelineExecutionId ?? '' })
  }

  test('S50 given one of two actions failed, then FAILED_ACTIONS runs it again and ALL_ACTIONS runs both', async () => {
    await using tester = await twoBuilds()
    await tester.ok('B1')
    await tester.fail('B2')
    await retry(tester, 'Build', tester.e0)
    assert.deepEqual(await tester.waiting(), ['B2'])
    await tester.fail('B2')
    await retry(tester, 'Build', tester.e0, 'ALL_ACTIONS')
    assert.deepEqual(await tester.waiting(), ['B1', 'B2'])
  })

  test('S51 given an action still runs, then ALL_ACTIONS is refused and FAILED_ACTIONS is not', async () => {
    await using tester = await twoBuilds()
    await tester.acknowledge('B1')
    await tester.fail('B2')
    await assert.rejects(retry(tester, 'Build', tester.e0, 'ALL_ACTIONS'), named('StageNotRetryableException'))
    await retry(tester, 'Build', tester.e0)
    assert.deepEqual(await tester.waiting(), ['B2'])
  })

  test('S52 given a stage that succeeded, when it is retried, then it is refused', async () => {
    await using tester = await startP3()
    const e1 = await tester.run()
    await pass(tester, 'S', 'B', 'D')
    await assert.rejects(retry(tester, 'Deploy', e1), named('StageNotRetryableException'))
  })

  test('S53 given onFailure RETRY, then a failed action is tried once more without any call', async () => {
    await using tester = await startTester()
    const deploy = {
      ...stage('Deploy', job('D')),
      onFailure: { result: 'RETRY' as const, retryConfiguration: { retryMode: 'FAILED_ACTIONS' as const } },
    }
    await tester.create(p3({ stages: [stage('Src', source()), deploy] }))
    await pass(tester, 'S')
    await tester.fail('D')
    assert.deepEqual(await tester.waiting(), ['D'])
    assert.deepEqual((await tester.state('Deploy')).retryStageMetadata, {
      autoStageRetryAttempt: 1,
      latestRetryTrigger: 'AutomatedStageRetry',
    })
    await tester.fail('D')
    assert.deepEqual(await tester.waiting(), [])
    const [e0] = await tester.executions()
    assert.equal(e0?.status, 'Failed')
  })

  test('S54 given an abandoned execution, when it is retried, then it can still succeed', async () => {
    await using tester = await startP3()
    const e1 = await tester.run()
    await tester.ok('S')
    await tester.acknowledge('B')
    await stop(tester, e1, true)
    await retry(tester, 'Build', e1)
    await pass(tester, 'B', 'D')
    assert.equal(await tester.status(e1), 'Succeeded')
  })
})
