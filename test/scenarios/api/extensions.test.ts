/** What AWS's API has no word for, over our own; and what AWS's answers say of it, plainly and strictly. */
import {
  CreatePipelineCommand,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  RollbackStageCommand,
  type CodePipelineClient,
} from '@aws-sdk/client-codepipeline'
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ExtensionOutput, RollbackPreview } from '../../../src/core/execution/extensions.ts'
import { ACTION_EXECUTION_STATUSES } from '../../../src/core/catalog/statuses.ts'
import { startTestServer } from '../../support/server.ts'
import { callOwn } from '../../../src/cli/own-api.ts'
import { ADMINISTRATOR } from '../../support/mini-server.ts'
import { action, checkout, worldOf } from '../../support/world.ts'
import { approval, job, named, p3, source, stage, startTester, type Tester } from '../../support/worker.ts'

const SOURCE = { outputArtifacts: [{ name: 'Source' }] }
const BUILD = { namespace: 'BV', inputArtifacts: [{ name: 'Source' }], outputArtifacts: [{ name: 'App' }] }
const DEPLOY = { inputArtifacts: [{ name: 'App' }], configuration: { Key: 'v#{BV.version}' } }

/** `Src -> Build -> Test -> Deploy`; D needs what B made */
const shop = (changes: Parameters<typeof p3>[0] = {}) =>
  p3({
    stages: [
      stage('Src', source('S', SOURCE)),
      stage('Build', job('B', BUILD)),
      stage('Test', job('T1'), job('T2')),
      stage('Deploy', job('D', DEPLOY)),
    ],
    ...changes,
  })

async function startShop(changes: Parameters<typeof p3>[0] = {}) {
  const tester = await startTester()
  await tester.create(shop(changes))
  const [first] = await tester.executions()
  return { ...tester, first: first?.pipelineExecutionId ?? '' }
}

async function build(tester: Tester, version: string): Promise<void> {
  await tester.ok('S', { currentRevision: { revision: 'abc123', changeIdentifier: 'abc123' } })
  await tester.ok('B', { outputVariables: { version } })
}

async function passTests(tester: Tester): Promise<void> {
  await tester.ok('T1')
  await tester.ok('T2')
}

const P3 = { pipelineName: 'P3' }

/** every answer in which an execution may show itself */
async function answersAbout(codepipeline: CodePipelineClient, pipelineExecutionId: string) {
  return {
    execution: (await codepipeline.send(new GetPipelineExecutionCommand({ ...P3, pipelineExecutionId })))
      .pipelineExecution,
    executions: (await codepipeline.send(new ListPipelineExecutionsCommand(P3))).pipelineExecutionSummaries,
    actions: (await codepipeline.send(new ListActionExecutionsCommand({ ...P3, filter: { pipelineExecutionId } })))
      .actionExecutionDetails,
    state: (await codepipeline.send(new GetPipelineStateCommand({ name: 'P3' }))).stageStates,
  }
}

describe('StartFromStage', () => {
  test('given Deploy failed, when another execution starts there, then D gets what the first one built, and AWS sees an ordinary start', async () => {
    await using tester = await startShop()
    await build(tester, '1.0')
    await passTests(tester)
    await tester.fail('D')
    const { pipelineExecutionId: id } = (await tester.own('StartFromStage', {
      ...P3,
      stageName: 'Deploy',
      reason: ' the registry\u001b is\nback ',
    })) as { pipelineExecutionId: string }
    const { data } = await tester.take('D', id)
    assert.deepEqual(data?.actionConfiguration?.configuration, { Key: 'v1.0' })
    const before = (await tester.actionRuns(tester.first)).find(({ actionName }) => actionName === 'B')
    assert.deepEqual(
      data.inputArtifacts?.map(({ location }) => location?.s3Location?.objectKey),
      before?.output?.outputArtifacts?.map(({ s3location }) => s3location?.key),
    )
    const { execution, actions, executions, state } = await answersAbout(tester.codepipeline, id)
    assert.deepEqual(
      [execution?.executionType, execution?.trigger, execution?.artifactRevisions?.map(({ revisionId }) => revisionId)],
      ['STANDARD', { triggerType: 'StartPipelineExecution', triggerDetail: ADMINISTRATOR }, ['abc123']],
    )
    const told = `(not on AWS) Started from stage Deploy with what execution ${tester.first} had produced, by ${ADMINISTRATOR}: the registry is back.`
    assert.deepEqual([execution?.statusSummary, executions?.[0]?.statusSummary], [told, told])
    assert.deepEqual(
      actions?.map(({ actionName }) => actionName),
      ['D'],
      'no earlier action claims to have run',
    )
    assert.deepEqual(
      state?.map(({ latestExecution }) => latestExecution?.pipelineExecutionId),
      [tester.first, tester.first, tester.first, id],
    )
  })

  test('given a token, when the request is repeated, then it is answered as the first one was', async () => {
    await using tester = await startShop()
    await build(tester, '1.0')
    const request = {
      ...P3,
      stageName: 'Test',
      fromPipelineExecutionId: tester.first,
      reason: 'again',
      clientRequestToken: 'one',
    }
    const answer = await tester.own('StartFromStage', request)
    assert.deepEqual(await tester.own('StartFromStage', request), answer)
    assert.equal((await tester.executions()).length, 2)
  })

  test('given an unusable request, when it comes, then the answer says why and nothing starts', async () => {
    await using tester = await startShop()
    const start = (input: object) => tester.own('StartFromStage', { ...P3, reason: 'because', ...input })
    await assert.rejects(start({ stageName: 'Deploy' }), named('ValidationException', /succeeded in stage 'Test'/))
    await assert.rejects(start({ stageName: 'Nowhere' }), named('StageNotFoundException'))
    await assert.rejects(start({ stageName: 'Deploy', reason: ' ' }), named('ValidationException', /reason/))
    await assert.rejects(start({ stageName: 'Deploy', reason: undefined }), named('ValidationException', /'reason'/))
    await assert.rejects(start({ stageName: 'Deploy', pipelineName: 'P9' }), named('PipelineNotFoundException'))
    await assert.rejects(
      start({ stageName: 'Deploy', fromPipelineExecutionId: crypto.randomUUID() }),
      named('PipelineExecutionNotFoundException'),
    )
    await assert.rejects(
      start({ stageName: 'Deploy', fromPipelineExecutionId: tester.first }),
      named('UnableToStartFromStageException', /it did not succeed in stage 'Src'$/),
    )
    assert.equal((await tester.executions()).length, 1)
  })
})

describe('RetryAction', () => {
  test('given two failed actions, when one is retried, then only that one runs again', async () => {
    await using tester = await startShop()
    await build(tester, '1.0')
    await tester.fail('T1')
    await tester.fail('T2')
    const retry = (actionName: string) =>
      tester.own('RetryAction', { ...P3, pipelineExecutionId: tester.first, stageName: 'Test', actionName })
    assert.deepEqual(await retry('T2'), { pipelineExecutionId: tester.first })
    assert.deepEqual(await tester.waiting(), ['T2'])
    await tester.ok('T2')
    assert.equal(await tester.status(tester.first), 'Failed')
    await retry('T1')
    await tester.ok('T1')
    assert.deepEqual(await tester.waiting(), ['D'])
    assert.deepEqual((await tester.state('Test')).retryStageMetadata, {
      manualStageRetryAttempt: 2,
      latestRetryTrigger: 'ManualStageRetry',
    })
    await assert.rejects(retry('T1'), named('ActionNotRetryableException', /it has not failed$/))
  })
})

describe('RollbackAcrossVersions', () => {
  test('given the pipeline was updated, when Deploy goes back, then the preview and the rollback agree on what runs', async () => {
    await using tester = await startShop()
    await build(tester, '1.0')
    await passTests(tester)
    await tester.ok('D')
    const stages = [
      ...(shop().stages?.slice(0, 3) ?? []),
      stage('Deploy', job('D', { ...DEPLOY, timeoutInMinutes: 10 })),
    ]
    await tester.update(shop({ stages }))
    const rollback = { ...P3, stageName: 'Deploy', targetPipelineExecutionId: tester.first }
    await assert.rejects(
      tester.codepipeline.send(new RollbackStageCommand(rollback)),
      named('PipelineExecutionOutdatedException'),
    )
    const preview = (await tester.own('PreviewRollback', rollback)) as RollbackPreview
    assert.deepEqual(
      [preview.isAcrossVersions, preview.pipelineVersion, preview.targetPipelineVersion, preview.refusal],
      [true, 2, 1, undefined],
    )
    assert.deepEqual(
      preview.actions.map(({ actionName, changes, inputArtifacts }) => [
        actionName,
        changes,
        inputArtifacts.map(({ name }) => name),
      ]),
      [['D', ['timeoutInMinutes'], ['App']]],
    )
    assert.deepEqual(
      preview.artifactRevisions.map(({ revisionId }) => revisionId),
      ['abc123'],
    )
    const { pipelineExecutionId: id } = (await tester.own('RollbackAcrossVersions', {
      ...rollback,
      reason: 'the new one leaks',
    })) as { pipelineExecutionId: string }
    assert.deepEqual((await tester.take('D', id)).data?.actionConfiguration?.configuration, { Key: 'v1.0' })
    const { execution } = await answersAbout(tester.codepipeline, id)
    assert.deepEqual(
      [execution?.executionType, execution?.rollbackMetadata, execution?.trigger, execution?.pipelineVersion],
      [
        'ROLLBACK',
        { rollbackTargetPipelineExecutionId: tester.first },
        { triggerType: 'ManualRollback', triggerDetail: ADMINISTRATOR },
        2,
      ],
    )
    assert.match(execution?.statusSummary ?? '', /^\(not on AWS\) Rolled back to .* version 1 .*: the new one leaks\.$/)
    const busy = (await tester.own('PreviewRollback', rollback)) as RollbackPreview
    assert.match(busy.refusal?.message ?? '', /is in it$/)
  })
})

describe('SkipAction', () => {
  test('given T1 fails and T2 is to be skipped, when both are skipped, then D runs, and no answer calls them succeeded', async () => {
    await using tester = await startShop()
    const skip = (actionName: string) =>
      tester.own('SkipAction', {
        ...P3,
        pipelineExecutionId: tester.first,
        stageName: 'Test',
        actionName,
        reason: 'flaky',
      })
    await skip('T2')
    await build(tester, '1.0')
    assert.deepEqual(await tester.waiting(), ['T1'])
    await tester.fail('T1')
    await skip('T1')
    assert.deepEqual(await tester.waiting(), ['D'])
    const told = `(not on AWS) Skipped once by ${ADMINISTRATOR}: flaky`
    const { actions = [], state } = await answersAbout(tester.codepipeline, tester.first)
    assert.deepEqual(
      actions
        .filter(({ stageName }) => stageName === 'Test')
        .map(({ actionName, status, updatedBy, output }) => [
          actionName,
          status,
          updatedBy,
          output?.executionResult?.externalExecutionSummary,
        ]),
      [
        ['T1', 'Abandoned', ADMINISTRATOR, told],
        ['T1', 'Failed', undefined, undefined],
        ['T2', 'Abandoned', ADMINISTRATOR, told],
      ],
    )
    assert.ok(actions.every(({ status }) => (ACTION_EXECUTION_STATUSES as readonly unknown[]).includes(status)))
    const shown = state?.find(({ stageName }) => stageName === 'Test')
    assert.deepEqual(
      [
        shown?.latestExecution?.status,
        shown?.actionStates?.map(({ latestExecution: run }) => [run?.status, run?.summary, run?.lastUpdatedBy]),
      ],
      [
        'Succeeded',
        [
          ['Abandoned', told, ADMINISTRATOR],
          ['Abandoned', told, ADMINISTRATOR],
        ],
      ],
    )
    await assert.rejects(skip('T1'), named('ActionNotSkippableException', /it has been skipped already$/))
  })

  test('given D needs what B makes, or an approval, when it is to be skipped, then no', async () => {
    await using tester = await startShop({
      stages: [...(shop().stages ?? []), stage('Gate', approval('Ask'))],
    })
    const skip = (stageName: string, actionName: string, more: object = {}) =>
      tester.own('SkipAction', {
        ...P3,
        pipelineExecutionId: tester.first,
        stageName,
        actionName,
        reason: 'no',
        ...more,
      })
    await assert.rejects(
      skip('Build', 'B'),
      named('ActionNotSkippableException', /action 'D' of stage 'Deploy' needs artifact 'App'/),
    )
    await assert.rejects(
      skip('Gate', 'Ask'),
      named('ActionNotSkippableException', /an approval is answered, not skipped$/),
    )
    await assert.rejects(skip('Test', 'T1', { reason: 'x'.repeat(201) }), named('ValidationException', /reason/))
    await assert.rejects(
      skip('Test', 'T1', { pipelineExecutionId: crypto.randomUUID() }),
      named('PipelineExecutionNotFoundException'),
    )
  })
})

describe('a strict server', () => {
  test('given executions that extensions made, when it answers, then nothing tells of them', async () => {
    await using tester = await startShop()
    await build(tester, '1.0')
    const execution = { ...P3, pipelineExecutionId: tester.first }
    await tester.fail('T1')
    await tester.ok('T2')
    await tester.own('SkipAction', { ...execution, stageName: 'Test', actionName: 'T1', reason: 'SECRET' })
    await tester.ok('D')
    const { pipelineExecutionId: started = '' } = (await tester.own('StartFromStage', {
      ...P3,
      stageName: 'Deploy',
      fromPipelineExecutionId: tester.first,
      reason: 'SECRET',
    })) as { pipelineExecutionId?: string }
    await tester.ok('D')
    await tester.update(shop())
    const { pipelineExecutionId: rolledBack = '' } = (await tester.own('RollbackAcrossVersions', {
      ...P3,
      stageName: 'Deploy',
      targetPipelineExecutionId: tester.first,
      reason: 'SECRET',
    })) as { pipelineExecutionId?: string }
    await tester.fail('D')
    for (const id of [tester.first, started, rolledBack]) {
      const plain = JSON.stringify(await answersAbout(tester.codepipeline, id))
      const strict = JSON.stringify(await answersAbout(tester.strict.codepipeline, id))
      assert.match(plain, /SECRET/)
      assert.doesNotMatch(strict, /SECRET|not on AWS|skip|Started from/i)
    }
  })

  test('given an operation of an extension, when it is called, then it is as unknown as it is on AWS', async () => {
    await using tester = await startShop()
    for (const operation of [
      'StartFromStage',
      'RetryAction',
      'PreviewRollback',
      'RollbackAcrossVersions',
      'SkipAction',
    ]) {
      await assert.rejects(
        tester.strict.own(operation, P3),
        named(
          'UnknownOperationException',
          /this server is strict \(--strict\), and it is not on AWS\. There are: Explain/,
        ),
      )
    }
    assert.ok(await tester.strict.own('Explain', P3), 'what only tells is no extension')
  })

  test('given an action with a timeout of its own, when the pipeline is made, then only a strict server refuses it', async () => {
    await using tester = await startTester()
    const timed = (name: string) =>
      p3({
        name,
        stages: [
          stage('Src', source()),
          stage('Build', job('B', { timeoutInMinutes: 5 })),
          stage('Gate', approval('A', { timeoutInMinutes: 5 })),
        ],
      })
    await tester.create(timed('plain'))
    await assert.rejects(
      tester.strict.codepipeline.send(new CreatePipelineCommand({ pipeline: timed('strict') })),
      named(
        'InvalidActionDeclarationException',
        /^The field timeoutInMinutes is not supported by action B: it is for approval actions only$/,
      ),
    )
  })

  test('given --strict, when a server is started, then it is strict', async () => {
    await using server = await startTestServer({ args: ['--strict'] })
    await assert.rejects(callOwn(server.client, 'SkipAction', {}), /this server is strict/)
  })
})

describe('a whole server', () => {
  test('given a deployment failed, when it is started from there, then it deploys what was fetched then, unless that is gone; and a restart with PIPEWRIGHT_STRICT=yes ends it all', async () => {
    await using server = await startTestServer()
    const world = worldOf(server)
    await world.bucket('artifacts')
    await world.repository('site', { 'index.html': 'first' })
    const target = { BucketName: 'site', Extract: 'true' }
    const first = await world.pipeline('site', [
      stage('Source', checkout('site', {}, { PollForSourceChanges: 'false' })),
      stage('Deploy', action('Upload', 'Deploy/S3', target, { input: ['Code'] })),
    ])
    const failed = await world.ended('site', first)
    assert.equal(failed.execution.status, 'Failed')
    await world.bucket('site')
    await world.commit('site', { 'index.html': 'second' }, 'Change it')
    const request = { pipelineName: 'site', stageName: 'Deploy', reason: 'the bucket is there now' }
    const { pipelineExecutionId } = await callOwn<ExtensionOutput>(server.client, 'StartFromStage', request)
    const run = await world.ended('site', pipelineExecutionId)
    assert.deepEqual([run.execution.status, await world.getText('site', 'index.html')], ['Succeeded', 'first'])

    const { bucket: Bucket, key: Key } = run.action('Upload').input?.inputArtifacts?.[0]?.s3location ?? {}
    await world.s3.send(new DeleteObjectCommand({ Bucket, Key }))
    await assert.rejects(
      callOwn(server.client, 'StartFromStage', { ...request, fromPipelineExecutionId: first }),
      /action 'Upload' of stage 'Deploy' needs artifact 'Code', which no longer exists in the artifact store/,
    )

    await server.kill()
    await using strict = await server.restart({ PIPEWRIGHT_STRICT: 'yes' })
    await assert.rejects(callOwn(strict.client, 'StartFromStage', request), /this server is strict/)
    const { execution } = await worldOf(strict).look('site', pipelineExecutionId)
    assert.deepEqual([execution.status, execution.statusSummary], ['Succeeded', undefined])
  })
})
