/** `spec` 13, Rollback, through the API. */
import {
  ListPipelineExecutionsCommand,
  RollbackStageCommand,
  type PipelineDeclaration,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ADMINISTRATOR } from '../../support/mini-server.ts'
import { job, named, p3, source, stage, startP3, startTester, type Tester } from '../../support/worker.ts'

const rollback = async (tester: Tester, stageName: string, targetPipelineExecutionId: string): Promise<string> => {
  const { pipelineExecutionId = '' } = await tester.codepipeline.send(
    new RollbackStageCommand({ pipelineName: 'P3', stageName, targetPipelineExecutionId }),
  )
  await tester.engine.idle()
  return pipelineExecutionId
}

const pass = async (tester: Tester, ...actions: readonly string[]) => {
  for (const action of actions) await tester.ok(action)
}

const runThrough = async (tester: Tester): Promise<string> => {
  const id = await tester.run()
  await pass(tester, 'S', 'B', 'D')
  return id
}

const succeededIn = async (tester: Tester, stageName: string) => {
  const { pipelineExecutionSummaries = [] } = await tester.codepipeline.send(
    new ListPipelineExecutionsCommand({ pipelineName: 'P3', filter: { succeededInStage: { stageName } } }),
  )
  return pipelineExecutionSummaries.map(({ pipelineExecutionId }) => pipelineExecutionId)
}

const rollingBack: Partial<PipelineDeclaration> = {
  stages: [
    stage('Src', source()),
    stage('Build', job('B')),
    { ...stage('Deploy', job('D')), onFailure: { result: 'ROLLBACK' } },
  ],
}

describe('rolling back by hand', () => {
  test('S55 given two successes, when Deploy is rolled back to the first, then a new execution runs D only and says what it is', async () => {
    await using tester = await startP3()
    const e1 = await runThrough(tester)
    await runThrough(tester)
    const id = await rollback(tester, 'Deploy', e1)
    assert.deepEqual(await tester.waiting(), ['D'])
    await tester.ok('D')
    const { status, executionType, rollbackMetadata, trigger } = await tester.execution(id)
    assert.deepEqual(
      { status, executionType, rollbackMetadata, trigger },
      {
        status: 'Succeeded',
        executionType: 'ROLLBACK',
        rollbackMetadata: { rollbackTargetPipelineExecutionId: e1 },
        trigger: { triggerType: 'ManualRollback', triggerDetail: ADMINISTRATOR },
      },
    )
    assert.deepEqual((await tester.state('Deploy')).latestExecution, {
      pipelineExecutionId: id,
      status: 'Succeeded',
      type: 'ROLLBACK',
    })
    const [newest] = await tester.executions()
    assert.deepEqual([newest?.pipelineExecutionId, newest?.executionType], [id, 'ROLLBACK'])
    assert.deepEqual(newest?.rollbackMetadata, { rollbackTargetPipelineExecutionId: e1 })
  })

  test('S56 given the source stage, a rollback, an unknown execution or a busy stage, then it is refused', async () => {
    await using tester = await startP3()
    const e1 = await runThrough(tester)
    const id = await rollback(tester, 'Deploy', e1)
    await assert.rejects(rollback(tester, 'Deploy', e1), named('UnableToRollbackStageException'))
    await tester.ok('D')
    await assert.rejects(rollback(tester, 'Src', e1), named('UnableToRollbackStageException'))
    await assert.rejects(rollback(tester, 'Deploy', id), named('UnableToRollbackStageException'))
    const unknown = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
    await assert.rejects(rollback(tester, 'Deploy', unknown), named('PipelineExecutionNotFoundException'))
    await assert.rejects(rollback(tester, 'Nowhere', e1), named('StageNotFoundException'))
  })

  test('S57 given the pipeline was updated, when it is rolled back to an execution of before, then it is outdated', async () => {
    await using tester = await startP3()
    const e1 = await runThrough(tester)
    await tester.update(p3())
    await assert.rejects(rollback(tester, 'Deploy', e1), named('PipelineExecutionOutdatedException'))
  })

  test('S36 given PARALLEL mode, when a stage is rolled back, then it cannot be', async () => {
    await using tester = await startP3({ executionMode: 'PARALLEL' })
    const [e0] = await tester.executions()
    await assert.rejects(
      rollback(tester, 'Deploy', e0?.pipelineExecutionId ?? ''),
      named('UnableToRollbackStageException', /PARALLEL/),
    )
  })

  test('S60 given executions, then those that succeeded in the stage in this version are listed, once they have', async () => {
    await using tester = await startP3()
    await tester.update(p3())
    assert.deepEqual(await succeededIn(tester, 'Deploy'), [])
    const e1 = await runThrough(tester)
    const e2 = await tester.run()
    await pass(tester, 'S', 'B')
    assert.deepEqual(await succeededIn(tester, 'Deploy'), [e1])
    assert.deepEqual(await succeededIn(tester, 'Build'), [e2, e1])
    await tester.ok('D')
    assert.deepEqual(await succeededIn(tester, 'Deploy'), [e2, e1])
  })

  test('S61 given another variable in each execution, when it is rolled back, then the action gets the value of the target', async () => {
    await using tester = await startP3({
      variables: [{ name: 'v', defaultValue: '0' }],
      stages: [
        stage('Src', source()),
        stage('Build', job('B')),
        stage('Deploy', job('D', { configuration: { Key: '#{variables.v}' } })),
      ],
    })
    const e1 = await tester.run({ variables: [{ name: 'v', value: '1' }] })
    await pass(tester, 'S', 'B', 'D')
    await tester.run({ variables: [{ name: 'v', value: '2' }] })
    await pass(tester, 'S', 'B', 'D')
    await rollback(tester, 'Deploy', e1)
    const { data } = await tester.take('D')
    assert.deepEqual(data?.actionConfiguration?.configuration, { Key: '1' })
  })
})

describe('rolling back by itself', () => {
  test('S58 given onFailure ROLLBACK, when an execution fails behind a success, then the stage goes back to that', async () => {
    await using tester = await startTester()
    await tester.create(p3(rollingBack))
    await pass(tester, 'S', 'B')
    await tester.fail('D')
    assert.equal((await tester.executions()).length, 1, 'there is nothing to go back to')
    const e1 = await runThrough(tester)
    const e2 = await tester.run()
    await pass(tester, 'S', 'B')
    await tester.fail('D')
    assert.equal(await tester.status(e2), 'Failed')
    const [newest] = await tester.executions()
    assert.deepEqual(
      [newest?.executionType, newest?.trigger, newest?.rollbackMetadata?.rollbackTargetPipelineExecutionId],
      ['ROLLBACK', { triggerType: 'AutomatedRollback', triggerDetail: e2 }, e1],
    )
    assert.deepEqual(await tester.waiting(), ['D'])
  })

  test('S59 given a rollback whose action fails, then it is Failed and no other one follows', async () => {
    await using tester = await startP3(rollingBack)
    await tester.run()
    await pass(tester, 'S', 'B')
    await tester.fail('D')
    await tester.fail('D')
    const [newest, second] = await tester.executions()
    assert.deepEqual([newest?.executionType, newest?.status], ['ROLLBACK', 'Failed'])
    assert.equal(second?.executionType, 'STANDARD')
    assert.deepEqual(await tester.waiting(), [])
  })
})
