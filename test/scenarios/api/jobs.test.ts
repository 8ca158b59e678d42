/** `spec` 13, Jobs, through the API: the tester is every worker. */
import {
  AcknowledgeJobCommand,
  CreateCustomActionTypeCommand,
  DeleteCustomActionTypeCommand,
  DeletePipelineCommand,
  GetJobDetailsCommand,
  GetPipelineCommand,
  ListActionTypesCommand,
  PollForJobsCommand,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
  type ActionConfigurationProperty,
  type ActionTypeId,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { JOB, job, named, p3, SOURCE, source, stage, startP3, startTester, type Tester } from '../../support/worker.ts'

const UNKNOWN = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
const poll = async ({ codepipeline }: Tester, actionTypeId: ActionTypeId, queryParam?: Record<string, string>) =>
  (await codepipeline.send(new PollForJobsCommand({ actionTypeId, queryParam }))).jobs ?? []
const acknowledge = async ({ codepipeline }: Tester, jobId: string | undefined, nonce: string | undefined) =>
  await codepipeline.send(new AcknowledgeJobCommand({ jobId, nonce }))

const typeOf = (provider: string): ActionTypeId => ({ category: 'Build', owner: 'Custom', provider, version: '1' })

async function createType(
  { codepipeline }: Tester,
  provider: string,
  configurationProperties: ActionConfigurationProperty[] = [],
  version = '1',
) {
  return await codepipeline.send(
    new CreateCustomActionTypeCommand({
      category: 'Build',
      provider,
      version,
      configurationProperties,
      inputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
      outputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
    }),
  )
}

describe('handing out', () => {
  test('S83 given a job nobody acknowledged, when it is handed out again, then only the newer nonce counts', async () => {
    await using tester = await startP3()
    await tester.run()
    await tester.engine.idle()
    const [first] = await poll(tester, SOURCE)
    assert.deepEqual(await poll(tester, SOURCE), [], 'it is with somebody')
    await tester.advance(61_000)
    const [second] = await poll(tester, SOURCE)
    assert.equal(second?.id, first?.id)
    assert.notEqual(second?.nonce, first?.nonce)
    await assert.rejects(acknowledge(tester, first?.id, first?.nonce), named('InvalidNonceException'))
    assert.equal((await acknowledge(tester, second?.id, second?.nonce)).status, 'InProgress')
    assert.equal((await acknowledge(tester, second?.id, second?.nonce)).status, 'InProgress', 'the same call again')
    await assert.rejects(acknowledge(tester, UNKNOWN, second?.nonce), named('JobNotFoundException'))
  })

  test('given a job, then it says everything a worker needs, and details answer until it ends', async () => {
    await using tester = await startP3()
    const e1 = await tester.run()
    await tester.ok('S')
    const b = await tester.acknowledge('B')
    assert.equal(b.accountId, '000000000000')
    assert.deepEqual(b.data, {
      actionTypeId: JOB,
      actionConfiguration: { configuration: { Key: 'B' } },
      pipelineContext: {
        pipelineName: 'P3',
        pipelineArn: 'arn:aws:codepipeline:eu-west-1:000000000000:P3',
        pipelineExecutionId: e1,
        stage: { name: 'Build' },
        action: { name: 'B', actionExecutionId: b.data?.pipelineContext?.action?.actionExecutionId },
      },
      inputArtifacts: [],
      outputArtifacts: [],
    })
    const details = async () => await tester.codepipeline.send(new GetJobDetailsCommand({ jobId: b.id }))
    assert.deepEqual((await details()).jobDetails, { id: b.id, accountId: b.accountId, data: b.data })
    await tester.succeed(b)
    await assert.rejects(details(), named('JobNotFoundException'))
  })

  test('given artifacts, then the job has their places and credentials of the role', async () => {
    await using tester = await startTester()
    await tester.create(
      p3({
        artifactStore: { type: 'S3', location: 'artifacts', encryptionKey: { type: 'KMS', id: 'alias/artifacts' } },
        stages: [
          stage('Src', source('S', { outputArtifacts: [{ name: 'SourceOutput' }] })),
          stage('Build', job('B', { inputArtifacts: [{ name: 'SourceOutput' }] })),
        ],
      }),
    )
    await tester.ok('S', { currentRevision: { revision: 'abc', changeIdentifier: 'c1', revisionSummary: 'a commit' } })
    const { data } = await tester.take('B')
    const [input] = data?.inputArtifacts ?? []
    assert.deepEqual(
      [input?.name, input?.location?.type, input?.location?.s3Location?.bucketName],
      ['SourceOutput', 'S3', 'artifacts'],
    )
    assert.match(input?.location?.s3Location?.objectKey ?? '', /^P3\/SourceOutp\/[A-Za-z0-9]{7}$/)
    assert.equal(input?.revision, 'abc')
    assert.ok(data?.artifactCredentials?.accessKeyId && data.artifactCredentials.sessionToken)
    assert.deepEqual(data.encryptionKey, { id: 'alias/artifacts', type: 'KMS' })
    const [e0] = await tester.executions()
    assert.deepEqual(e0?.sourceRevisions, [{ actionName: 'S', revisionId: 'abc', revisionSummary: 'a commit' }])
    const { artifactRevisions } = await tester.execution(e0.pipelineExecutionId ?? '')
    assert.deepEqual(artifactRevisions, [
      { name: 'SourceOutput', revisionId: 'abc', revisionChangeIdentifier: 'c1', revisionSummary: 'a commit' },
    ])
    const { currentRevision } = (await tester.state('Src')).actionStates?.[0] ?? {}
    assert.deepEqual([currentRevision?.revisionId, currentRevision?.revisionChangeId], ['abc', 'c1'])
    assert.ok(currentRevision?.created instanceof Date)
  })

  test('S86 given a queryable property, then polls must name it and get only what fits', async () => {
    await using tester = await startTester()
    await createType(tester, 'Query', [{ name: 'Project', required: true, key: true, secret: false, queryable: true }])
    const action = { name: 'Q', actionTypeId: typeOf('Query'), configuration: { Project: 'web' } }
    await tester.create(p3({ stages: [stage('Src', source()), stage('Build', action)] }))
    await tester.ok('S')
    await assert.rejects(poll(tester, typeOf('Query')), named('ValidationException', /Project/))
    await assert.rejects(poll(tester, JOB, { Project: 'web' }), named('ValidationException'))
    assert.deepEqual(await poll(tester, typeOf('Query'), { Project: 'shop' }), [])
    assert.equal((await poll(tester, typeOf('Query'), { Project: 'web' })).length, 1)
  })

  test('S87 given owner AWS or a deleted type, then polling is refused, and waiting actions of the type fail', async () => {
    await using tester = await startTester()
    const actionTypeId = { ...typeOf('CodeBuild'), owner: 'AWS' } as const
    await assert.rejects(poll(tester, actionTypeId), named('ValidationException'))
    await assert.rejects(poll(tester, typeOf('Never')), named('ActionTypeNotFoundException'))
    await createType(tester, 'Brief')
    await tester.create(
      p3({ stages: [stage('Src', source()), stage('Build', { name: 'X', actionTypeId: typeOf('Brief') })] }),
    )
    await tester.ok('S')
    const type = { category: 'Build', provider: 'Brief', version: '1' } as const
    await tester.codepipeline.send(new DeleteCustomActionTypeCommand(type))
    await tester.codepipeline.send(new DeleteCustomActionTypeCommand(type))
    await assert.rejects(poll(tester, typeOf('Brief')), named('ActionTypeNotFoundException'))
    const { latestExecution } = (await tester.state('Build')).actionStates?.[0] ?? {}
    assert.deepEqual([latestExecution?.status, latestExecution?.errorDetails?.code], ['Failed', 'ConfigurationError'])
    await assert.rejects(
      tester.create(
        p3({
          name: 'Other',
          stages: [stage('Src', source()), stage('Build', { name: 'X', actionTypeId: typeOf('Brief') })],
        }),
      ),
      named('InvalidActionDeclarationException', /is not available in region/),
    )
  })

  test('S88 given a secret property, then the worker alone sees its value', async () => {
    await using tester = await startTester()
    await createType(tester, 'Vault', [{ name: 'Password', required: true, key: false, secret: true }])
    const action = { name: 'V', actionTypeId: typeOf('Vault'), configuration: { Password: 'hunter2' } }
    await tester.create(p3({ stages: [stage('Src', source()), stage('Build', action)] }))
    await tester.ok('S')
    const [found] = await poll(tester, typeOf('Vault'))
    assert.deepEqual(found?.data?.actionConfiguration?.configuration, { Password: 'hunter2' })
    const { jobDetails } = await tester.codepipeline.send(new GetJobDetailsCommand({ jobId: found.id }))
    assert.deepEqual(jobDetails?.data?.actionConfiguration?.configuration, { Password: 'hunter2' })
    const { pipeline } = await tester.codepipeline.send(new GetPipelineCommand({ name: 'P3' }))
    const runs = await tester.actionRuns()
    const [run] = runs
    const masked = { Password: '****' }
    assert.deepEqual(pipeline?.stages?.[1]?.actions?.[0]?.configuration, masked)
    assert.deepEqual([run?.input?.configuration, run?.input?.resolvedConfiguration], [masked, masked])
    await tester.codepipeline.send(
      new DeleteCustomActionTypeCommand({ category: 'Build', provider: 'Vault', version: '1' }),
    )
    assert.ok(!JSON.stringify([await tester.actionRuns(), await tester.state('Build')]).includes('hunter2'))
  })
})

describe('results', () => {
  test('S84 given a continuation token, then the action goes on with a new job that carries it', async () => {
    await using tester = await startP3()
    const e1 = await tester.run()
    const first = await tester.acknowledge('S')
    await tester.succeed(first, {
      continuationToken: 'half way',
      executionDetails: { summary: 'working', percentComplete: 50, externalExecutionId: 'x/1' },
    })
    const { latestExecution } = (await tester.state('Src')).actionStates?.[0] ?? {}
    assert.deepEqual(
      [
        latestExecution?.status,
        latestExecution?.percentComplete,
        latestExecution?.externalExecutionId,
        latestExecution?.summary,
      ],
      ['InProgress', 50, 'x/1', 'working'],
    )
    await assert.rejects(tester.succeed(first), named('InvalidJobStateException'))
    const second = await tester.acknowledge('S')
    assert.notEqual(second.id, first.id)
    assert.equal(second.data?.continuationToken, 'half way')
    await tester.succeed(second)
    await tester.ok('B')
    await tester.ok('D')
    assert.equal(await tester.status(e1), 'Succeeded')
  })

  test('given a continued action, when it is abandoned, then its newest job ends', async () => {
    await using tester = await startP3()
    await tester.run()
    await tester.succeed(await tester.acknowledge('S'), { continuationToken: 'more' })
    const second = await tester.acknowledge('S')
    await tester.codepipeline.send(new DeletePipelineCommand({ name: 'P3' }))
    await assert.rejects(tester.succeed(second), named('InvalidJobStateException'))
  })

  test('given a declared output that is not in the artifact store, then success becomes a failure that names it', async () => {
    await using tester = await startTester()
    const bucket = { account: '000000000000', region: 'eu-west-1', service: 's3', type: 'bucket', name: 'artifacts' }
    await tester.store.write((tx) => tx.resources.put(bucket, {}))
    const outputArtifacts = [{ name: 'App' }]
    await tester.create(p3({ stages: [stage('Src', source('S', { outputArtifacts })), stage('Build', job('B'))] }))
    await tester.ok('S')
    const { latestExecution } = (await tester.state('Src')).actionStates?.[0] ?? {}
    assert.deepEqual(latestExecution?.errorDetails, {
      code: 'JobFailed',
      message: 'The output artifact App was not found in the artifact store.',
    })
  })

  test('S85 given a job that was not acknowledged or does not exist, then results are refused', async () => {
    await using tester = await startP3()
    await tester.run()
    const { id: jobId } = await tester.take('S')
    const failureDetails = { type: 'JobFailed', message: 'm' } as const
    const { codepipeline } = tester
    await assert.rejects(
      codepipeline.send(new PutJobSuccessResultCommand({ jobId })),
      named('InvalidJobStateException'),
    )
    await assert.rejects(
      codepipeline.send(new PutJobFailureResultCommand({ jobId, failureDetails })),
      named('InvalidJobStateException'),
    )
    await assert.rejects(
      codepipeline.send(new PutJobSuccessResultCommand({ jobId: UNKNOWN })),
      named('JobNotFoundException'),
    )
    await assert.rejects(
      codepipeline.send(new PutJobSuccessResultCommand({ jobId: 'no-uuid' })),
      named('ValidationException'),
    )
  })

  test('given a job, then another account can neither see nor end it', async () => {
    await using tester = await startP3()
    await tester.run()
    const { id: jobId, nonce } = await tester.acknowledge('S')
    const { stranger } = tester
    await assert.rejects(stranger.send(new GetJobDetailsCommand({ jobId })), named('JobNotFoundException'))
    await assert.rejects(stranger.send(new AcknowledgeJobCommand({ jobId, nonce })), named('JobNotFoundException'))
    await assert.rejects(stranger.send(new PutJobSuccessResultCommand({ jobId })), named('JobNotFoundException'))
  })

  test('given two reports of one job at the same moment, then exactly one counts', async () => {
    await using tester = await startP3()
    await tester.run()
    const { id: jobId } = await tester.acknowledge('S')
    const reports = await Promise.allSettled([
      tester.codepipeline.send(new PutJobSuccessResultCommand({ jobId })),
      tester.codepipeline.send(
        new PutJobFailureResultCommand({ jobId, failureDetails: { type: 'JobFailed', message: 'm' } }),
      ),
    ])
    assert.deepEqual(reports.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  })

  test('S89 given a failure, then the action shows its type and message', async () => {
    await using tester = await startP3()
    const e1 = await tester.run()
    const { id: jobId } = await tester.acknowledge('S')
    await tester.codepipeline.send(
      new PutJobFailureResultCommand({
        jobId,
        failureDetails: { type: 'ConfigurationError', message: 'no such branch', externalExecutionId: 'x-9' },
      }),
    )
    const { latestExecution } = (await tester.state('Src')).actionStates?.[0] ?? {}
    assert.deepEqual(latestExecution?.errorDetails, { code: 'ConfigurationError', message: 'no such branch' })
    assert.equal(latestExecution.externalExecutionId, 'x-9')
    const { status, statusSummary } = await tester.execution(e1)
    assert.equal(status, 'Failed')
    assert.match(statusSummary ?? '', /no such branch/)
  })

  test('S90 given a URL template, then it is filled with the configuration and the external id', async () => {
    await using tester = await startP3()
    await tester.run()
    await tester.ok('S')
    await tester.ok('B', { executionDetails: { externalExecutionId: 'run-7' } })
    const { latestExecution } = (await tester.state('Build')).actionStates?.[0] ?? {}
    assert.equal(latestExecution?.externalExecutionUrl, 'https://x/B/run-7')
  })

  test('given nobody takes the job for a day, then the action times out and the job is over', async () => {
    await using tester = await startP3()
    const e1 = await tester.run()
    const s = await tester.acknowledge('S')
    await tester.advance(24 * 60 * 60_000 + 60_000)
    assert.equal(await tester.status(e1), 'Failed')
    const { latestExecution } = (await tester.state('Src')).actionStates?.[0] ?? {}
    assert.equal(latestExecution?.errorDetails?.message, 'The action timed out after 1440 minutes.')
    await assert.rejects(tester.succeed(s), named('InvalidJobStateException'))
  })
})

describe('custom action types', () => {
  const required = { required: true, key: true, secret: false }

  test('given the same definition again, then it succeeds; another one needs a new version', async () => {
    await using tester = await startTester()
    const { actionType } = await createType(tester, 'Twice', [{ name: 'A', ...required }])
    assert.deepEqual(actionType?.id, typeOf('Twice'))
    assert.equal(actionType.actionConfigurationProperties?.[0]?.name, 'A')
    await createType(tester, 'Twice', [{ name: 'A', ...required }])
    await assert.rejects(
      createType(tester, 'Twice', [{ name: 'B', ...required }]),
      named('ActionTypeAlreadyExistsException'),
    )
    await createType(tester, 'Twice', [{ name: 'B', ...required }], '2')
    await tester.codepipeline.send(
      new DeleteCustomActionTypeCommand({ category: 'Build', provider: 'Twice', version: '1' }),
    )
    await assert.rejects(createType(tester, 'Twice'), named('ActionTypeAlreadyExistsException'))
    await createType(tester, 'Twice', [{ name: 'A', ...required }])
    assert.deepEqual(await poll(tester, typeOf('Twice')), [])
  })

  test('given properties that contradict each other, then ValidationException', async () => {
    await using tester = await startTester()
    const bad: readonly ActionConfigurationProperty[][] = [
      [
        { name: 'A', ...required },
        { name: 'A', ...required },
      ],
      [
        { name: 'A', ...required, queryable: true },
        { name: 'B', ...required, queryable: true },
      ],
      [{ name: 'A', required: false, key: true, secret: false, queryable: true }],
      [{ name: 'A', required: true, key: true, secret: true, queryable: true }],
    ]
    for (const properties of bad) {
      await assert.rejects(createType(tester, 'Bad', properties), named('ValidationException'))
    }
  })

  test('given the limit of types, then one more is refused', async () => {
    await using tester = await startTester({ limits: { customActionTypesPerRegion: 3 } })
    await createType(tester, 'Third')
    await assert.rejects(createType(tester, 'Fourth'), named('LimitExceededException'))
  })

  test('given filters, then ListActionTypes shows what they leave, in order', async () => {
    await using tester = await startTester()
    const list = async (input: object) =>
      (await tester.codepipeline.send(new ListActionTypesCommand(input))).actionTypes ?? []
    const custom = await list({ actionOwnerFilter: 'Custom' })
    assert.deepEqual(
      custom.map(({ id }) => id?.provider),
      ['TJob', 'TSrc'],
    )
    const aws = await list({ actionOwnerFilter: 'AWS' })
    assert.ok(aws.some(({ id }) => id?.provider === 'Manual') && aws.every(({ id }) => id?.owner === 'AWS'))
    assert.deepEqual(await list({ actionOwnerFilter: 'Custom', regionFilter: 'us-east-1' }), [])
  })
})
