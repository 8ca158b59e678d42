/** `spec` 13, Execution, SUPERSEDED, through the API. */
import { RetryStageExecutionCommand } from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { job, named, p3, source, stage, startP3, startTester, type Tester } from '../../support/worker.ts'

const retry = async ({ codepipeline }: Tester, stageName: string, pipelineExecutionId: string) =>
  await codepipeline.send(
    new RetryStageExecutionCommand({
      pipelineName: 'P3',
      stageName,
      pipelineExecutionId,
      retryMode: 'FAILED_ACTIONS',
    }),
  )

/** E1 is inside Deploy with D running, E2 was overtaken by E3 in front of it. */
async function threeRuns(tester: Tester) {
  const e1 = await tester.run()
  await tester.ok('S')
  await tester.ok('B')
  const d = await tester.acknowledge('D')
  const e2 = await tester.run()
  await tester.ok('S')
  await tester.ok('B')
  const beforeE3 = {
    deploy: await tester.state('Deploy'),
    build: await tester.state('Build'),
    e2: await tester.status(e2),
  }
  const e3 = await tester.run()
  await tester.ok('S')
  await tester.ok('B')
  return { e1, e2, e3, d, beforeE3 }
}

test('S22 given a new pipeline, then it runs at once, with trigger CreatePipeline', async () => {
  await using tester = await startTester()
  await tester.create(p3())
  const [e0, ...more] = await tester.executions()
  assert.deepEqual(more, [])
  assert.deepEqual(e0?.trigger, {
    triggerType: 'CreatePipeline',
    triggerDetail: 'arn:aws:iam::000000000000:user/administrator',
  })
  assert.deepEqual(await tester.waiting(), ['S'])
})

test('S23 given an execution in Deploy, when two more arrive, then the newest waits and enters when the first is done', async () => {
  await using tester = await startP3()
  const { e1, e2, e3, d, beforeE3 } = await threeRuns(tester)
  assert.deepEqual(beforeE3.deploy.inboundExecution, {
    pipelineExecutionId: e2,
    status: 'InProgress',
    type: 'STANDARD',
  })
  assert.equal(beforeE3.e2, 'InProgress')
  assert.equal(beforeE3.build.latestExecution?.status, 'Succeeded')
  assert.equal(await tester.status(e2), 'Superseded')
  const deploy = await tester.state('Deploy')
  assert.equal(deploy.latestExecution?.pipelineExecutionId, e1)
  assert.deepEqual(
    deploy.inboundExecutions?.map(({ pipelineExecutionId }) => pipelineExecutionId),
    [e3],
  )
  await tester.succeed(d)
  assert.equal(await tester.status(e1), 'Succeeded')
  assert.equal((await tester.state('Deploy')).latestExecution?.pipelineExecutionId, e3)
  await tester.ok('D')
  assert.equal(await tester.status(e3), 'Succeeded')
})

test('S24 given a waiting execution, when the holder fails, then the waiting one enters and the failed one cannot be retried', async () => {
  await using tester = await startP3()
  const { e1, e3, d } = await threeRuns(tester)
  await tester.failWith(d)
  assert.equal(await tester.status(e1), 'Failed')
  assert.equal((await tester.state('Deploy')).latestExecution?.pipelineExecutionId, e3)
  await assert.rejects(retry(tester, 'Deploy', e1), named('NotLatestPipelineExecutionException'))
})

test('S25 given a holder, then it is never Superseded however many arrive', async () => {
  await using tester = await startP3()
  const { e1, d } = await threeRuns(tester)
  for (let count = 0; count < 3; count += 1) {
    await tester.run()
    await tester.ok('S')
    await tester.ok('B')
  }
  assert.equal(await tester.status(e1), 'InProgress')
  await tester.succeed(d)
  assert.equal(await tester.status(e1), 'Succeeded')
})

test('S26 given a Superseded execution, when any of its stages is retried, then it is refused and stays Superseded', async () => {
  await using tester = await startP3()
  const { e2 } = await threeRuns(tester)
  for (const stageName of ['Src', 'Build', 'Deploy']) {
    await assert.rejects(retry(tester, stageName, e2), named('NotLatestPipelineExecutionException'))
  }
  assert.equal(await tester.status(e2), 'Superseded')
})

test('S27 given runOrders 1, 1, 3, then the third action waits for both, and never runs when one of them failed', async () => {
  await using tester = await startTester()
  const build = stage('Build', job('B1'), job('B2'), job('B3', { runOrder: 3 }))
  await tester.create(p3({ stages: [stage('Src', source()), build] }))
  await tester.ok('S')
  assert.deepEqual(await tester.waiting(), ['B1', 'B2'])
  await tester.ok('B1')
  assert.deepEqual(await tester.waiting(), ['B2'])
  await tester.ok('B2')
  assert.deepEqual(await tester.waiting(), ['B3'])
  await tester.ok('B3')
  const e1 = await tester.run()
  await tester.ok('S')
  await tester.fail('B1')
  assert.equal((await tester.state('Build')).latestExecution?.status, 'InProgress')
  await tester.ok('B2')
  assert.equal((await tester.state('Build')).latestExecution?.status, 'Failed')
  assert.equal(await tester.status(e1), 'Failed')
  assert.deepEqual(await tester.waiting(), [])
})

test('S28 given a busy first stage, when two more are started, then the newest waits in front of it', async () => {
  await using tester = await startP3()
  const e1 = await tester.run()
  const [e2, e3] = [await tester.run(), await tester.run()]
  assert.equal(await tester.status(e2), 'Superseded')
  const src = await tester.state('Src')
  assert.deepEqual([src.latestExecution?.pipelineExecutionId, src.inboundExecution?.pipelineExecutionId], [e1, e3])
})
