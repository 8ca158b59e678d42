/** What becomes of workers, reviewers and history when a pipeline changes or goes under them, through the API (`spec` 1.8, 1.9, 6.2). */
import {
  AcknowledgeJobCommand,
  DeletePipelineCommand,
  DisableStageTransitionCommand,
  EnableStageTransitionCommand,
  GetJobDetailsCommand,
  GetPipelineCommand,
  ListActionExecutionsCommand,
  PollForJobsCommand,
  PutApprovalResultCommand,
  PutJobSuccessResultCommand,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  approval,
  job,
  named,
  p3,
  source,
  SOURCE,
  stage,
  startP3,
  startTester,
  type Tester,
} from '../../support/worker.ts'

const approve = (tester: Tester, token: string | undefined) =>
  tester.codepipeline.send(
    new PutApprovalResultCommand({
      pipelineName: 'P3',
      stageName: 'Gate',
      actionName: 'Ask',
      result: { status: 'Approved', summary: 'fine' },
      token,
    }),
  )

describe('a deleted pipeline', () => {
  test('given jobs on their way, then nobody gets them any more, and results come too late', async () => {
    await using tester = await startP3({ executionMode: 'PARALLEL' })
    await tester.run()
    await tester.run()
    await tester.run()
    const working = await tester.acknowledge('S')
    const handedOut = await tester.take('S')
    await tester.codepipeline.send(new DeletePipelineCommand({ name: 'P3' }))
    await tester.advance(61_000)
    const { jobs } = await tester.codepipeline.send(new PollForJobsCommand({ actionTypeId: SOURCE, maxBatchSize: 10 }))
    assert.deepEqual(jobs, [])
    const late = (jobId: string | undefined) => tester.codepipeline.send(new PutJobSuccessResultCommand({ jobId }))
    await assert.rejects(late(working.id), named('InvalidJobStateException'))
    await assert.rejects(late(handedOut.id), named('InvalidJobStateException'))
    await assert.rejects(
      tester.codepipeline.send(new GetJobDetailsCommand({ jobId: working.id })),
      named('JobNotFoundException'),
    )
    await assert.rejects(
      tester.codepipeline.send(new AcknowledgeJobCommand({ jobId: handedOut.id, nonce: handedOut.nonce })),
      named('InvalidNonceException'),
    )
  })

  test('given a new one of the same name, then it starts over, and results for the old one do not reach it', async () => {
    await using tester = await startP3()
    const old = await tester.run()
    const working = await tester.acknowledge('S')
    await tester.codepipeline.send(new DeletePipelineCommand({ name: 'P3' }))
    await tester.create(p3())
    await assert.rejects(
      tester.codepipeline.send(new PutJobSuccessResultCommand({ jobId: working.id })),
      named('InvalidJobStateException'),
    )
    const { pipeline } = await tester.codepipeline.send(new GetPipelineCommand({ name: 'P3' }))
    assert.equal(pipeline?.version, 1)
    const [only, ...others] = await tester.executions()
    assert.deepEqual([only?.trigger?.triggerType, others], ['CreatePipeline', []])
    await assert.rejects(tester.execution(old), named('PipelineExecutionNotFoundException'))
    const { actionExecutionDetails } = await tester.codepipeline.send(
      new ListActionExecutionsCommand({ pipelineName: 'P3' }),
    )
    assert.deepEqual(
      actionExecutionDetails?.map(({ pipelineExecutionId }) => pipelineExecutionId),
      [only?.pipelineExecutionId],
    )
  })

  test('given a pending approval, then answers find no pipeline', async () => {
    await using tester = await startTester()
    await tester.create(p3({ stages: [stage('Src', source()), stage('Gate', approval('Ask'))] }))
    await tester.ok('S')
    const { actionStates } = await tester.state('Gate')
    await tester.codepipeline.send(new DeletePipelineCommand({ name: 'P3' }))
    const { token } = actionStates?.[0]?.latestExecution ?? {}
    await assert.rejects(approve(tester, token), named('PipelineNotFoundException'))
  })
})

describe('an updated pipeline', () => {
  test('given a pending approval, then it is abandoned and its token has expired', async () => {
    await using tester = await startTester()
    await tester.create(p3({ stages: [stage('Src', source()), stage('Gate', approval('Ask'))] }))
    await tester.ok('S')
    const { actionStates } = await tester.state('Gate')
    const { token } = actionStates?.[0]?.latestExecution ?? {}
    await tester.update(p3({ stages: [stage('Src', source()), stage('Gate', approval('Ask'))] }))
    await assert.rejects(approve(tester, token), named('InvalidApprovalTokenException'))
    const [run] = await tester.actionRuns()
    assert.equal(run?.status, 'Abandoned')
    assert.equal(await tester.status(run.pipelineExecutionId ?? ''), 'Cancelled')
  })

  test('given PARALLEL mode and an approval that the update takes out, then its token is still good', async () => {
    await using tester = await startTester()
    const gated = p3({ executionMode: 'PARALLEL', stages: [stage('Src', source()), stage('Gate', approval('Ask'))] })
    await tester.create(gated)
    await tester.ok('S')
    const [run] = await tester.actionRuns()
    await tester.update({ ...gated, stages: [stage('Src', source()), stage('Build', job('B'))] })
    await approve(tester, run?.output?.executionResult?.externalExecutionId)
    const execution = await tester.execution(run?.pipelineExecutionId ?? '')
    assert.deepEqual([execution.status, execution.pipelineVersion], ['Succeeded', 1])
  })

  test('given a job that nobody took, then it is abandoned; given one at work, then it may end', async () => {
    await using tester = await startP3({
      stages: [stage('Src', source()), stage('Build', job('B1'), job('B2')), stage('Deploy', job('D'))],
    })
    const id = await tester.run()
    await tester.ok('S')
    const working = await tester.acknowledge('B1')
    const untaken = await tester.take('B2')
    await tester.update(p3())
    assert.equal(await tester.status(id), 'InProgress')
    await assert.rejects(
      tester.codepipeline.send(new AcknowledgeJobCommand({ jobId: untaken.id, nonce: untaken.nonce })),
      named('InvalidNonceException'),
    )
    await tester.succeed(working)
    assert.equal(await tester.status(id), 'Cancelled')
    const runs = await tester.actionRuns(id)
    assert.deepEqual(runs.map(({ actionName, status }) => [actionName, status]).toSorted(), [
      ['B1', 'Succeeded'],
      ['B2', 'Abandoned'],
      ['S', 'Succeeded'],
    ])
  })
})

describe('a closed transition', () => {
  const DAY = 24 * 60 * 60_000
  const close = (tester: Tester, stageName: string) =>
    tester.codepipeline.send(
      new DisableStageTransitionCommand({ pipelineName: 'P3', stageName, transitionType: 'Inbound', reason: 'closed' }),
    )
  const open = async (tester: Tester, stageName: string) => {
    await tester.codepipeline.send(
      new EnableStageTransitionCommand({ pipelineName: 'P3', stageName, transitionType: 'Inbound' }),
    )
    await tester.engine.idle()
  }

  test('given executions that waited 31 and 29 days, when it is opened, then the first fails and the second goes on', async () => {
    await using tester = await startP3({ executionMode: 'QUEUED' })
    await close(tester, 'Build')
    const first = await tester.run()
    await tester.ok('S')
    await tester.advance(2 * DAY)
    const second = await tester.run()
    await tester.ok('S')
    await tester.advance(29 * DAY)
    await open(tester, 'Build')
    const { status, statusSummary } = await tester.execution(first)
    assert.deepEqual(
      [status, statusSummary],
      ['Failed', 'The inbound execution waited more than 30 days and was not resumed.'],
    )
    assert.deepEqual(await tester.waiting(), ['B'])
    await tester.ok('B', {}, second)
  })

  test('given PARALLEL mode, then it holds all executions, and lets all in', async () => {
    await using tester = await startP3({ executionMode: 'PARALLEL' })
    await close(tester, 'Build')
    for (let run = 0; run < 3; run += 1) {
      await tester.run()
      await tester.ok('S')
    }
    assert.deepEqual(await tester.waiting(), [])
    assert.equal((await tester.state('Build')).inboundTransitionState?.enabled, false)
    await open(tester, 'Build')
    assert.deepEqual(await tester.waiting(), ['B', 'B', 'B'])
  })
})
