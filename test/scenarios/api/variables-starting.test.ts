/** `spec` 13, Variables, Starting and triggers, through the API. */
import { PutActionRevisionCommand, PutJobSuccessResultCommand } from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { job, named, p3, source, stage, startP3, startTester } from '../../support/worker.ts'

const deploying = (Key: string, build = job('B', { namespace: 'BV' })) =>
  p3({ stages: [stage('Src', source()), stage('Build', build), stage('Deploy', job('D', { configuration: { Key } }))] })

describe('variables', () => {
  test('S68 given a reference to the execution id, then the job has it resolved and history has both', async () => {
    await using tester = await startTester()
    await tester.create(deploying('run #{codepipeline.PipelineExecutionId}'))
    await tester.ok('S')
    await tester.ok('B')
    const [e0] = await tester.executions()
    const d = await tester.acknowledge('D')
    const resolved = { Key: `run ${e0?.pipelineExecutionId}` }
    assert.deepEqual(d.data?.actionConfiguration?.configuration, resolved)
    const [run] = await tester.actionRuns()
    assert.deepEqual(run?.input?.configuration, { Key: 'run #{codepipeline.PipelineExecutionId}' })
    assert.deepEqual(run?.input?.resolvedConfiguration, resolved)
  })

  test('S69 given output variables in a namespace, then later actions see them; without a namespace the reference is refused', async () => {
    await using tester = await startTester()
    await assert.rejects(tester.create(deploying('#{BV.k}', job('B'))), named('InvalidActionDeclarationException'))
    await tester.create(deploying('#{BV.k}'))
    await tester.ok('S')
    await tester.ok('B', { outputVariables: { k: 'v' } })
    const d = await tester.acknowledge('D')
    assert.deepEqual(d.data?.actionConfiguration?.configuration, { Key: 'v' })
    const [, b] = await tester.actionRuns()
    assert.deepEqual(b?.output?.outputVariables, { k: 'v' })
  })

  test('S70 given a reference to a key that was not emitted, then the action fails and no job is offered', async () => {
    await using tester = await startTester()
    await tester.create(deploying('#{BV.k}'))
    await tester.ok('S')
    await tester.ok('B')
    assert.deepEqual(await tester.waiting(), [])
    const { latestExecution } = (await tester.state('Deploy')).actionStates?.[0] ?? {}
    assert.deepEqual([latestExecution?.status, latestExecution?.errorDetails?.code], ['Failed', 'ConfigurationError'])
  })

  test('S71 given a variable without default, then a start must give it, and only variables that are declared', async () => {
    await using tester = await startTester()
    await tester.create(p3({ variables: [{ name: 'v' }, { name: 'w', defaultValue: 'usual' }] }))
    assert.deepEqual(await tester.executions(), [], 'nobody could give the first execution its value')
    await assert.rejects(tester.run(), named('ValidationException', /v/))
    const unknown = {
      variables: [
        { name: 'v', value: '1' },
        { name: 'x', value: '1' },
      ],
    }
    await assert.rejects(tester.run(unknown), named('ValidationException', /x/))
    assert.deepEqual(await tester.executions(), [])
    const { variables } = await tester.execution(await tester.run({ variables: [{ name: 'v', value: '1' }] }))
    assert.deepEqual(variables, [
      { name: 'v', resolvedValue: '1' },
      { name: 'w', resolvedValue: 'usual' },
    ])
  })

  test('S72 given output variables that are too large or come with a continuation token, then they are refused', async () => {
    await using tester = await startP3()
    await tester.run()
    const { id: jobId } = await tester.acknowledge('S')
    const report = async (input: object) =>
      await tester.codepipeline.send(new PutJobSuccessResultCommand({ jobId, ...input }))
    await assert.rejects(
      report({ outputVariables: { k: 'x'.repeat(122_881) } }),
      named('OutputVariablesSizeExceededException'),
    )
    await assert.rejects(
      report({ outputVariables: { k: 'v' }, continuationToken: 'later' }),
      named('ValidationException'),
    )
    await report({ outputVariables: { k: 'x'.repeat(100_000) } })
  })
})

describe('starting', () => {
  test('S73 given the same token twice, then there is one execution and both get its id', async () => {
    await using tester = await startP3({ variables: [{ name: 'v', defaultValue: '1' }] })
    const clientRequestToken = 'token-1'
    const first = await tester.run({ clientRequestToken })
    const again = await tester.run({ clientRequestToken, variables: [{ name: 'unknown', value: 'not compared' }] })
    assert.equal(again, first)
    assert.equal((await tester.executions()).length, 2)
    await tester.advance(25 * 60 * 60_000)
    const later = await tester.run({ clientRequestToken })
    assert.notEqual(later, first, 'a day later it is a new request')
    assert.deepEqual((await tester.execution(later)).variables, [{ name: 'v', resolvedValue: '1' }])
  })

  test('S74 given source revisions that name no source action or do not fit it, then the start is refused', async () => {
    await using tester = await startP3()
    const start = async (actionName: string, revisionType: 'COMMIT_ID' | 'IMAGE_DIGEST' | 'S3_OBJECT_KEY') =>
      await tester.run({ sourceRevisions: [{ actionName, revisionType, revisionValue: 'x' }] })
    await assert.rejects(start('B', 'COMMIT_ID'), named('ValidationException'))
    await assert.rejects(start('S', 'IMAGE_DIGEST'), named('ValidationException'))
    await assert.rejects(start('S', 'S3_OBJECT_KEY'), named('ValidationException'))
    const s3 = {
      name: 'S',
      actionTypeId: { category: 'Source', owner: 'AWS', provider: 'S3', version: '1' } as const,
      configuration: { S3Bucket: 'sources', S3ObjectKey: 'app.zip' },
      outputArtifacts: [{ name: 'App' }],
    }
    await tester.update(p3({ stages: [stage('Src', s3), stage('Build', job('B'))] }))
    await assert.rejects(start('S', 'S3_OBJECT_KEY'), named('ValidationException', /AllowOverrideForS3ObjectKey/))
  })

  test('given PutActionRevision, then a new revision starts an execution and a known one does not', async () => {
    await using tester = await startP3()
    const put = async (revisionId: string, actionName = 'S', stageName = 'Src') =>
      await tester.codepipeline.send(
        new PutActionRevisionCommand({
          pipelineName: 'P3',
          stageName,
          actionName,
          actionRevision: { revisionId, revisionChangeId: 'c', created: new Date(0) },
        }),
      )
    const first = await put('r1')
    assert.equal(first.newRevision, true)
    const { trigger } = await tester.execution(first.pipelineExecutionId ?? '')
    assert.equal(trigger?.triggerType, 'PutActionRevision')
    const again = await put('r1')
    assert.deepEqual([again.newRevision, again.pipelineExecutionId], [false, first.pipelineExecutionId])
    assert.equal((await put('r2')).newRevision, true)
    await assert.rejects(put('r3', 'B', 'Build'), named('ValidationException'))
    await assert.rejects(put('r3', 'S', 'Nowhere'), named('StageNotFoundException'))
    await assert.rejects(put('r3', 'Nothing'), named('ActionNotFoundException'))
  })
})
