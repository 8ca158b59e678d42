/** `spec` 13, Execution, QUEUED and PARALLEL, and Update effects, through the API. */
import {
  DisableStageTransitionCommand,
  GetPipelineCommand,
  GetPipelineStateCommand,
  PutApprovalResultCommand,
  RetryStageExecutionCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { approval, job, named, p3, source, stage, startP3, startTester, type Tester } from '../../support/worker.ts'

const pass = async (tester: Tester, ...actions: readonly string[]) => {
  for (const action of actions) await tester.ok(action)
}
const ids = (executions: readonly { pipelineExecutionId?: string | undefined }[] | undefined) =>
  executions?.map(({ pipelineExecutionId }) => pipelineExecutionId)

describe('QUEUED', () => {
  const queued = async () => await startP3({ executionMode: 'QUEUED' })

  test('S29 given three starts, then they wait in order of arrival and all of them succeed', async () => {
    await using tester = await queued()
    const e1 = await tester.run()
    await pass(tester, 'S', 'B')
    const d = await tester.acknowledge('D')
    const [e2, e3] = [await tester.run(), await tester.run()]
    await pass(tester, 'S', 'B', 'S', 'B')
    assert.deepEqual(ids((await tester.state('Deploy')).inboundExecutions), [e2, e3])
    await tester.succeed(d)
    assert.deepEqual(ids((await tester.state('Deploy')).inboundExecutions), [e3])
    await pass(tester, 'D', 'D')
    assert.deepEqual(await Promise.all([e1, e2, e3].map(tester.status)), ['Succeeded', 'Succeeded', 'Succeeded'])
  })

  test('S30 given a waiting execution, when it is stopped, then the one behind it is next', async () => {
    await using tester = await queued()
    await tester.run()
    const [e2, e3] = [await tester.run(), await tester.run()]
    await tester.codepipeline.send(new StopPipelineExecutionCommand({ pipelineName: 'P3', pipelineExecutionId: e2 }))
    assert.equal(await tester.status(e2), 'Stopped')
    await tester.ok('S')
    assert.equal((await tester.state('Src')).latestExecution?.pipelineExecutionId, e3)
  })

  test('S31 given 50 executions, when one more is started, then it is refused until one ends', async () => {
    await using tester = await queued()
    for (let count = 0; count < 50; count += 1) await tester.run()
    await assert.rejects(tester.run(), named('ConcurrentPipelineExecutionsLimitExceededException'))
    await pass(tester, 'S', 'B', 'D')
    await tester.run()
  })

  test('S32 given a queue, when the holder fails, then the next enters and the failed one cannot be retried', async () => {
    await using tester = await queued()
    const [e1, e2] = [await tester.run(), await tester.run()]
    await pass(tester, 'S', 'B', 'S', 'B')
    await tester.fail('D')
    assert.equal((await tester.state('Deploy')).latestExecution?.pipelineExecutionId, e2)
    await assert.rejects(
      tester.codepipeline.send(
        new RetryStageExecutionCommand({
          pipelineName: 'P3',
          stageName: 'Deploy',
          pipelineExecutionId: e1,
          retryMode: 'FAILED_ACTIONS',
        }),
      ),
      named('NotLatestPipelineExecutionException'),
    )
  })
})

describe('PARALLEL', () => {
  const parallel = async () => await startP3({ executionMode: 'PARALLEL' })

  test('S33 given three starts, then three jobs wait at once and they may finish in any order', async () => {
    await using tester = await parallel()
    const [e1, e2, e3] = [await tester.run(), await tester.run(), await tester.run()]
    assert.deepEqual(await tester.waiting(), ['S', 'S', 'S'])
    for (const id of [e3, e1, e2]) for (const action of ['S', 'B', 'D']) await tester.ok(action, {}, id)
    assert.deepEqual(await Promise.all([e1, e2, e3].map(tester.status)), ['Succeeded', 'Succeeded', 'Succeeded'])
  })

  test('S34 given seven actions of one runOrder, then five run at a time', async () => {
    await using tester = await startTester()
    const build = stage('Build', ...[1, 2, 3, 4, 5, 6, 7].map((number) => job(`B${number}`)))
    await tester.create(p3({ executionMode: 'PARALLEL', stages: [stage('Src', source()), build] }))
    await tester.ok('S')
    const waiting = await tester.waiting()
    assert.equal(waiting.length, 5)
    await tester.ok(waiting[0] ?? '')
    assert.equal((await tester.waiting()).length, 5)
    assert.equal((await tester.actionRuns()).length, 1 + 6)
  })

  test('S35 given a run, when the pipeline is updated, then the run finishes on its version and new ones take the new', async () => {
    await using tester = await parallel()
    const e1 = await tester.run()
    await tester.update(p3({ executionMode: 'PARALLEL', stages: [stage('Src', source()), stage('Only', job('X'))] }))
    const e2 = await tester.run()
    for (const action of ['S', 'B', 'D']) await tester.ok(action, {}, e1)
    for (const action of ['S', 'X']) await tester.ok(action, {}, e2)
    const [first, second] = [await tester.execution(e1), await tester.execution(e2)]
    assert.deepEqual([first.status, first.pipelineVersion], ['Succeeded', 1])
    assert.deepEqual([second.status, second.pipelineVersion], ['Succeeded', 2])
  })

  test('S36 given a run, then the pipeline state shows no execution', async () => {
    await using tester = await parallel()
    await tester.run()
    const { stageStates = [] } = await tester.codepipeline.send(new GetPipelineStateCommand({ name: 'P3' }))
    assert.deepEqual(
      stageStates.map(({ stageName, latestExecution, actionStates, inboundTransitionState }) => [
        stageName,
        latestExecution,
        actionStates,
        inboundTransitionState?.enabled,
      ]),
      ['Src', 'Build', 'Deploy'].map((name) => [name, undefined, [], true]),
    )
  })

  test('S37 given an approval, when it is answered with the external id of its run, then that is accepted', async () => {
    await using tester = await startTester()
    await tester.create(
      p3({ executionMode: 'PARALLEL', stages: [stage('Src', source()), stage('Gate', approval('Ask'))] }),
    )
    await tester.ok('S')
    const [run] = await tester.actionRuns()
    const token = run?.output?.executionResult?.externalExecutionId
    await tester.codepipeline.send(
      new PutApprovalResultCommand({
        pipelineName: 'P3',
        stageName: 'Gate',
        actionName: 'Ask',
        result: { status: 'Approved', summary: 'fine' },
        token,
      }),
    )
    assert.equal(await tester.status(run?.pipelineExecutionId ?? ''), 'Succeeded')
  })
})

describe('an update of the pipeline', () => {
  test('S38 given one running and one waiting, when it comes, then the waiting one is Cancelled at once and the other once its action ends', async () => {
    await using tester = await startP3()
    await tester.codepipeline.send(
      new DisableStageTransitionCommand({
        pipelineName: 'P3',
        stageName: 'Deploy',
        transitionType: 'Inbound',
        reason: 'closed',
      }),
    )
    const e1 = await tester.run()
    await pass(tester, 'S', 'B')
    const e2 = await tester.run()
    await tester.ok('S')
    const b = await tester.acknowledge('B')
    await tester.update(p3())
    assert.deepEqual([await tester.status(e1), await tester.status(e2)], ['Cancelled', 'InProgress'])
    await tester.succeed(b)
    assert.equal(await tester.status(e2), 'Cancelled')
    assert.equal(
      (await tester.execution(e2)).statusSummary,
      'The pipeline was updated to version 2 before this execution completed.',
    )
    assert.deepEqual(await tester.waiting(), [])
    assert.equal((await tester.executions()).length, 3, 'no execution starts by itself')
    const { pipeline } = await tester.codepipeline.send(new GetPipelineCommand({ name: 'P3' }))
    assert.equal(pipeline?.version, 2)
  })

  test('S39 given a run, when the mode becomes PARALLEL, then it ends Cancelled and the state is empty', async () => {
    await using tester = await startP3()
    const e1 = await tester.run()
    await tester.ok('S')
    const b = await tester.acknowledge('B')
    await tester.update(p3({ executionMode: 'PARALLEL' }))
    await tester.succeed(b)
    assert.equal(await tester.status(e1), 'Cancelled')
    for (const name of ['Src', 'Build', 'Deploy']) {
      assert.equal((await tester.state(name)).latestExecution, undefined)
    }
  })

  test('S40 given a failed stage, when the pipeline was updated since, then it cannot be retried', async () => {
    await using tester = await startP3()
    const e1 = await tester.run()
    await tester.ok('S')
    await tester.fail('B')
    await tester.update(p3())
    await assert.rejects(
      tester.codepipeline.send(
        new RetryStageExecutionCommand({
          pipelineName: 'P3',
          stageName: 'Build',
          pipelineExecutionId: e1,
          retryMode: 'FAILED_ACTIONS',
        }),
      ),
      named('StageNotRetryableException'),
    )
  })
})
