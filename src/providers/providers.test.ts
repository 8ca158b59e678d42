import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { zipEntries } from '../artifacts/artifacts.ts'
import { findActionType } from '../core/catalog/action-types.ts'
import type { ActionOrder, ActionProgress, SourceRevisionOverride } from '../core/execution/execution.ts'
import type { BusEvent } from '../journal/journal.ts'
import type { GitHost } from '../git/git.ts'
import { ActionAborted, failureOf, type ActionContext, type ActionOutcome } from './provider.ts'
import { createProviders } from './registry.ts'

const putOut = (outcome: ActionOutcome): readonly string[] =>
  outcome.type === 'Succeeded' ? Object.keys(outcome.outputVariables ?? {}) : []

/** What the linter believes that a source puts out. */
const variablesOf = (provider: string) =>
  findActionType({ category: 'Source', owner: 'AWS', provider, version: '1' })?.variables

describe('CodeCommit source', () => {
  const configuration = { RepositoryName: 'shop', BranchName: 'main' }
  const answers = {
    GetRepository: {
      repositoryMetadata: { repositoryId: 'r-1', accountId: '0', cloneUrlHttp: 'http://h/v1/repos/shop' },
    },
    GetBranch: { branch: { commitId: 'c1' } },
    GetCommit: {
      commit: {
        message: 'Sell more\n',
        author: { date: '1572319952 +0000' },
        committer: { date: '1572320001 +0200' },
      },
    },
    PutObject: {},
  }

  test('given no override, the newest commit of the branch becomes a ZIP with its variables and revision', async () => {
    const { outcome, sent } = await run('Source', 'CodeCommit', { configuration, answers, outputs: ['App'] })
    assert.deepEqual(outcome, {
      type: 'Succeeded',
      progress: { externalExecutionId: 'c1', summary: 'Sell more\n' },
      outputVariables: {
        AuthorDate: '2019-10-29T03:32:32Z',
        BranchName: 'main',
        CommitId: 'c1',
        CommitMessage: 'Sell more\n',
        CommitterDate: '2019-10-29T03:33:21Z',
        RepositoryName: 'shop',
      },
      revision: {
        revisionId: 'c1',
        revisionChangeIdentifier: '2019-10-29T03:33:21Z',
        revisionSummary: 'Sell more\n',
        created: 1572320001000,
      },
    })
    assert.deepEqual(putOut(outcome), variablesOf('CodeCommit'))
    const put = inputOf(sent, 'PutObject')
    assert.equal(String(put['Body']), 'archive of r-1 at c1')
    assert.deepEqual([put['Bucket'], put['Key']], ['artifacts', 'p/App/1'])
    assert.deepEqual(put['Metadata'], { 'codepipeline-revision': 'c1' })
    assert.equal(put['ServerSideEncryption'], undefined)
  })

  test('given the key of the artifact store, the artifact is encrypted with it', async () => {
    const { sent } = await run('Source', 'CodeCommit', {
      configuration,
      answers,
      outputs: ['App'],
      encryptionKeyId: 'k',
    })
    const put = inputOf(sent, 'PutObject')
    assert.deepEqual([put['ServerSideEncryption'], put['SSEKMSKeyId']], ['aws:kms', 'k'])
  })

  test('given a pinned commit, it is used whatever the branch says', async () => {
    const { outcome, sent } = await run('Source', 'CodeCommit', {
      configuration,
      answers,
      outputs: ['App'],
      revisions: [{ actionName: 'It', revisionType: 'COMMIT_ID', revisionValue: 'c0' }],
    })
    assert.equal(outcome.type === 'Succeeded' && outcome.revision?.revisionId, 'c0')
    assert.ok(!sent.some(({ name }) => name === 'GetBranch'))
  })

  test('given a pinned commit that does not exist, the revision is unavailable', async () => {
    const { outcome } = await run('Source', 'CodeCommit', {
      configuration,
      answers: { ...answers, GetCommit: awsError('CommitIdDoesNotExistException') },
      revisions: [{ actionName: 'It', revisionType: 'COMMIT_ID', revisionValue: 'c0' }],
    })
    assert.equal(outcome.type === 'Failed' && outcome.error.code, 'RevisionUnavailable')
  })

  test('given CODEBUILD_CLONE_REF, the artifact is a pointer', async () => {
    const { sent } = await run('Source', 'CodeCommit', {
      configuration: { ...configuration, OutputArtifactFormat: 'CODEBUILD_CLONE_REF' },
      answers,
      outputs: ['App'],
    })
    const put = inputOf(sent, 'PutObject')
    assert.deepEqual(JSON.parse(String(put['Body'])), {
      AccountId: '0',
      FullRepositoryName: 'shop',
      CloneUrl: 'http://h/v1/repos/shop',
      CommitId: 'c1',
      BranchName: 'main',
    })
    assert.deepEqual(put['Metadata'], {
      'codepipeline-revision': 'c1',
      'codepipeline-artifact-format': 'CODEBUILD_CLONE_REF',
    })
  })
})

describe('S3 source', () => {
  const configuration = { S3Bucket: 'src', S3ObjectKey: 'a b.zip', PollForSourceChanges: 'false' }
  const answers = {
    GetBucketVersioning: { Status: 'Enabled' },
    HeadObject: { VersionId: 'v2', ETag: '"abc"', LastModified: new Date(5000), Metadata: {} },
    CopyObject: {},
  }

  test('given a versioned object, that version is copied unchanged', async () => {
    const { outcome, sent } = await run('Source', 'S3', { configuration, answers, outputs: ['App'] })
    assert.deepEqual(outcome, {
      type: 'Succeeded',
      progress: { externalExecutionId: 'v2', summary: 'Amazon S3 version id: v2' },
      outputVariables: { BucketName: 'src', ETag: 'abc', ObjectKey: 'a b.zip', VersionId: 'v2' },
      revision: {
        revisionId: 'v2',
        revisionChangeIdentifier: 'abc',
        revisionSummary: 'Amazon S3 version id: v2',
        created: 5000,
      },
    })
    assert.deepEqual(putOut(outcome), variablesOf('S3'))
    assert.equal(sent.find(({ name }) => name === 'CopyObject')?.input['CopySource'], 'src/a%20b.zip?versionId=v2')
  })

  const key: SourceRevisionOverride = { actionName: 'It', revisionType: 'S3_OBJECT_KEY', revisionValue: 'other.zip' }
  const version: SourceRevisionOverride = {
    actionName: 'It',
    revisionType: 'S3_OBJECT_VERSION_ID',
    revisionValue: 'v1',
  }
  const cases: readonly [string, Partial<RunOptions>, string][] = [
    ['an unversioned bucket', { answers: { ...answers, GetBucketVersioning: {} } }, 'ConfigurationError'],
    ['a missing object', { answers: { ...answers, HeadObject: awsError('NotFound', 404) } }, 'ConfigurationError'],
    [
      'a missing bucket',
      { answers: { ...answers, GetBucketVersioning: awsError('NoSuchBucket', 404) } },
      'ConfigurationError',
    ],
    ['no access', { answers: { ...answers, HeadObject: awsError('UnknownError', 403) } }, 'PermissionError'],
    [
      'a version that is gone',
      { answers: { ...answers, HeadObject: awsError('NotFound', 404) }, revisions: [version] },
      'RevisionUnavailable',
    ],
    [
      'a version id that is none',
      { answers: { ...answers, HeadObject: awsError('400', 400) }, revisions: [version] },
      'RevisionUnavailable',
    ],
    ['another key without permission', { revisions: [key] }, 'ConfigurationError'],
  ]
  for (const [given, options, code] of cases) {
    test(`given ${given}, the action fails with ${code}`, async () => {
      const { outcome } = await run('Source', 'S3', { configuration, answers, outputs: ['App'], ...options })
      assert.equal(outcome.type === 'Failed' && outcome.error.code, code)
    })
  }

  test('given another key with AllowOverrideForS3ObjectKey, that object is fetched', async () => {
    const { outcome } = await run('Source', 'S3', {
      configuration: { ...configuration, AllowOverrideForS3ObjectKey: 'True' },
      answers,
      revisions: [key],
    })
    assert.equal(outcome.type === 'Succeeded' && outcome.outputVariables?.['ObjectKey'], 'other.zip')
  })
})

describe('CodeBuild', () => {
  const configuration = { ProjectName: 'app' }
  const arn = 'arn:aws:codebuild:eu-west-1:0:build/app:1'
  const started = { id: 'app:1', arn, buildStatus: 'IN_PROGRESS', logs: { deepLink: 'http://here/1' } }
  const ended = {
    ...started,
    buildStatus: 'SUCCEEDED',
    buildComplete: true,
    exportedEnvironmentVariables: [{ name: 'VERSION', value: '7' }],
  }
  const answers = {
    HeadObject: { Metadata: { 'codepipeline-revision': 'c1' } },
    StartBuild: { build: started },
    BatchGetBuilds: [{ builds: [started] }, { builds: [ended] }],
    StopBuild: {},
  }
  const change = (status: string): BusEvent => ({
    id: '1',
    account: '0',
    region: 'eu-west-1',
    time: 0,
    source: 'aws.codebuild',
    detailType: 'CodeBuild Build State Change',
    resources: [arn],
    detail: { 'build-status': status, 'build-id': arn },
  })

  test('given a build that ends, the action has its exported variables', async () => {
    const { outcome, sent, progress } = await run('Build', 'CodeBuild', {
      configuration,
      answers,
      inputs: ['App'],
      outputs: ['Site'],
      events: [change('IN_PROGRESS'), change('SUCCEEDED')],
    })
    assert.deepEqual(outcome, {
      type: 'Succeeded',
      progress: { externalExecutionId: 'app:1', externalExecutionUrl: 'http://here/1' },
      outputVariables: { VERSION: '7' },
    })
    assert.deepEqual(progress, [{ externalExecutionId: 'app:1', externalExecutionUrl: 'http://here/1' }])
    const start = sent.find(({ name }) => name === 'StartBuild')
    assert.deepEqual(start?.input, {
      projectName: 'app',
      idempotencyToken: 'action-1',
      sourceTypeOverride: 'S3',
      sourceLocationOverride: 'artifacts/p/App/1',
      sourceVersion: 'arn:aws:s3:::artifacts/p/App/1',
      artifactsOverride: {
        type: 'S3',
        location: 'artifacts',
        name: 'p/Site/1',
        namespaceType: 'NONE',
        packaging: 'ZIP',
      },
    })
    assert.deepEqual(start?.headers, {
      'x-pipewright-initiator': 'codepipeline/shop',
      'x-pipewright-source-revision': 'c1',
    })
  })

  test('given several inputs and outputs, each other one is a secondary source or artifact', async () => {
    const { sent } = await run('Test', 'CodeBuild', {
      configuration: { ...configuration, PrimarySource: 'App' },
      answers: { ...answers, BatchGetBuilds: { builds: [ended] } },
      inputs: ['Test-Data', 'App'],
      outputs: ['Report', 'Logs'],
    })
    const input = inputOf(sent, 'StartBuild')
    assert.equal(input['sourceLocationOverride'], 'artifacts/p/App/1')
    assert.deepEqual(input['secondarySourcesOverride'], [
      { type: 'S3', location: 'artifacts/p/Test-Data/1', sourceIdentifier: 'Test_Data' },
    ])
    assert.deepEqual(input['artifactsOverride'], { type: 'NO_ARTIFACTS' })
    assert.deepEqual(
      (input['secondaryArtifactsOverride'] as { artifactIdentifier: string }[]).map((one) => one.artifactIdentifier),
      ['Report', 'Logs'],
    )
  })

  test('given a failed build, the action fails with the words people look for', async () => {
    const { outcome } = await run('Build', 'CodeBuild', {
      configuration,
      answers: { ...answers, BatchGetBuilds: { builds: [{ ...ended, buildStatus: 'FAILED' }] } },
      inputs: ['App'],
    })
    const message = 'Build terminated with state: FAILED'
    assert.deepEqual(outcome, {
      type: 'Failed',
      error: { code: 'JobFailed', message },
      progress: { externalExecutionId: 'app:1', externalExecutionUrl: 'http://here/1', summary: message },
    })
  })

  const cases: readonly [string, Partial<RunOptions>, string, RegExp][] = [
    ['two inputs and no PrimarySource', { inputs: ['A', 'B'] }, 'ConfigurationError', /PrimarySource is required/],
    [
      'a missing project',
      { answers: { ...answers, StartBuild: awsError('ResourceNotFoundException') } },
      'ConfigurationError',
      /./,
    ],
    [
      'variables that are no JSON',
      { configuration: { ...configuration, EnvironmentVariables: '[{' } },
      'ConfigurationError',
      /not valid JSON/,
    ],
    [
      'a variable without a value',
      { configuration: { ...configuration, EnvironmentVariables: '[{"name":"A"}]' } },
      'ConfigurationError',
      /name, a value/,
    ],
    [
      'a missing artifact',
      { answers: { ...answers, HeadObject: awsError('NotFound', 404) } },
      'ConfigurationError',
      /^The artifact App of execution execution-1 no longer exists in the artifact store\.$/,
    ],
  ]
  for (const [given, options, code, message] of cases) {
    test(`given ${given}, the action fails with ${code}`, async () => {
      const { outcome } = await run('Build', 'CodeBuild', { configuration, answers, inputs: ['App'], ...options })
      assert.ok(outcome.type === 'Failed')
      assert.equal(outcome.error.code, code)
      assert.match(outcome.error.message, message)
    })
  }

  test('given a role that may not read artifacts, the build starts all the same', async () => {
    const { outcome } = await run('Build', 'CodeBuild', {
      configuration,
      answers: { ...answers, HeadObject: awsError('AccessDenied', 403), BatchGetBuilds: { builds: [ended] } },
      inputs: ['App'],
    })
    assert.equal(outcome.type, 'Succeeded')
  })

  for (const [kind, stops] of [
    ['abandoned', true],
    ['shutdown', false],
  ] as const) {
    test(`given the action is told to end (${kind}), the build ${stops ? 'is stopped' : 'goes on'}`, async () => {
      const controller = new AbortController()
      const sent: Sent[] = []
      const running = run('Build', 'CodeBuild', {
        configuration,
        answers: { ...answers, BatchGetBuilds: { builds: [started] } },
        inputs: ['App'],
        signal: controller.signal,
        sent,
        onProgress: () => setImmediate(() => controller.abort(new ActionAborted(kind, 'because'))),
      })
      await assert.rejects(running, ActionAborted)
      assert.equal(
        sent.some(({ name }) => name === 'StopBuild'),
        stops,
      )
    })
  }
})

describe('Commands', () => {
  const arn = 'arn:aws:codebuild:eu-west-1:0:build/codepipeline@shop:1'
  const stream = 'arn:aws:logs:eu-west-1:0:log-group:/aws/codepipeline/shop:log-stream:1'
  const started = {
    id: 'codepipeline@shop:1',
    arn,
    buildStatus: 'IN_PROGRESS',
    logs: { deepLink: 'http://here/1', cloudWatchLogsArn: stream },
  }
  const ended = { ...started, buildStatus: 'SUCCEEDED', buildComplete: true }
  const progress = {
    externalExecutionId: 'codepipeline@shop:1',
    externalExecutionUrl: 'http://here/1',
    logStreamArn: stream,
  }
  const answers = { HeadObject: {}, StartBuild: { build: started }, BatchGetBuilds: { builds: [ended] }, StopBuild: {} }
  const order: Partial<ActionOrder> = { commands: ['npm ci', 'npm test'] }
  const given: RunOptions = { configuration: {}, answers, inputs: ['App'], order }

  test('given commands, a build runs them without a project, under the role of the pipeline, and logs to the pipeline', async () => {
    const { outcome, sent, progress: told } = await run('Compute', 'Commands', given)
    assert.deepEqual(outcome, { type: 'Succeeded', progress, outputVariables: {} })
    assert.deepEqual(told, [progress])
    const { buildspecOverride, ...input } = inputOf(sent, 'StartBuild')
    assert.deepEqual(JSON.parse(String(buildspecOverride)), {
      version: '0.2',
      phases: { build: { commands: ['npm ci', 'npm test'] } },
    })
    assert.deepEqual(input, {
      projectName: 'codepipeline@shop',
      idempotencyToken: 'action-1',
      sourceTypeOverride: 'S3',
      sourceLocationOverride: 'artifacts/p/App/1',
      sourceVersion: 'arn:aws:s3:::artifacts/p/App/1',
      artifactsOverride: { type: 'NO_ARTIFACTS' },
      serviceRoleOverride: 'arn:aws:iam::000000000000:role/pipeline',
      environmentTypeOverride: 'LINUX_CONTAINER',
      computeTypeOverride: 'BUILD_GENERAL1_SMALL',
      imageOverride: 'aws/codebuild/amazonlinux2-x86_64-standard:5.0',
      timeoutInMinutesOverride: 55,
      logsConfigOverride: { cloudWatchLogs: { status: 'ENABLED', groupName: '/aws/codepipeline/shop' } },
    })
  })

  test('given inputs, files, variables and a size, all of them reach the build', async () => {
    const { sent } = await run('Compute', 'Commands', {
      ...given,
      configuration: { ComputeType: 'BUILD_GENERAL1_LARGE' },
      inputs: ['App', 'Test-Data'],
      outputs: ['Site'],
      order: {
        ...order,
        exportedVariables: ['VERSION', 'CODEBUILD_BUILD_ID'],
        environmentVariables: [
          { name: 'MODE', value: 'fast', type: 'PLAINTEXT' },
          { name: 'TOKEN', value: 'token', type: 'SECRETS_MANAGER' },
        ],
        outputFiles: { Site: ['dist/**/*'] },
      },
    })
    const input = inputOf(sent, 'StartBuild')
    assert.deepEqual(JSON.parse(String(input['buildspecOverride'])), {
      version: '0.2',
      env: { 'exported-variables': ['VERSION', 'CODEBUILD_BUILD_ID'] },
      phases: { build: { commands: ['npm ci', 'npm test'] } },
      artifacts: { files: ['dist/**/*'] },
    })
    assert.equal(input['computeTypeOverride'], 'BUILD_GENERAL1_LARGE')
    assert.deepEqual(input['environmentVariablesOverride'], [
      { name: 'MODE', value: 'fast', type: 'PLAINTEXT' },
      { name: 'TOKEN', value: 'token', type: 'SECRETS_MANAGER' },
    ])
    assert.equal(input['sourceLocationOverride'], 'artifacts/p/App/1')
    assert.deepEqual(input['secondarySourcesOverride'], [
      { type: 'S3', location: 'artifacts/p/Test-Data/1', sourceIdentifier: 'Test_Data' },
    ])
  })

  test('given an output without files, it is everything the commands left behind', async () => {
    const { sent } = await run('Compute', 'Commands', { ...given, outputs: ['Site'] })
    const { artifacts } = JSON.parse(String(inputOf(sent, 'StartBuild')['buildspecOverride'])) as { artifacts: unknown }
    assert.deepEqual(artifacts, { files: ['**/*'] })
  })

  test('given a command that fails, the action fails and says which', async () => {
    const phases = [
      { phaseType: 'DOWNLOAD_SOURCE', phaseStatus: 'SUCCEEDED' },
      {
        phaseType: 'BUILD',
        phaseStatus: 'FAILED',
        contexts: [{ statusCode: 'COMMAND_EXECUTION_ERROR', message: 'Error while executing command: npm test.' }],
      },
    ]
    const { outcome } = await run('Compute', 'Commands', {
      ...given,
      answers: { ...answers, BatchGetBuilds: { builds: [{ ...ended, buildStatus: 'FAILED', phases }] } },
    })
    const message =
      'Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, Message: Error while executing command: npm test.'
    assert.deepEqual(outcome, {
      type: 'Failed',
      error: { code: 'JobFailed', message },
      progress: { ...progress, summary: message },
    })
  })

  const refused: readonly [string, Partial<RunOptions>, RegExp][] = [
    ['no input', { inputs: [] }, /needs an input artifact/],
    ['Windows', { configuration: { EnvironmentType: 'WINDOWS_SERVER_2022_CONTAINER' } }, /WINDOWS_SERVER_2022/],
    ['an unknown size', { configuration: { ComputeType: 'HUGE' } }, /ComputeType HUGE/],
    ['a missing artifact', { answers: { ...answers, HeadObject: awsError('NotFound', 404) } }, /no longer exists/],
  ]
  for (const [what, options, message] of refused) {
    test(`given ${what}, the action fails with ConfigurationError`, async () => {
      const { outcome } = await run('Compute', 'Commands', { ...given, ...options })
      assert.ok(outcome.type === 'Failed')
      assert.equal(outcome.error.code, 'ConfigurationError')
      assert.match(outcome.error.message, message)
    })
  }

  test('given the action is abandoned, its build is stopped', async () => {
    const controller = new AbortController()
    const sent: Sent[] = []
    const running = run('Compute', 'Commands', {
      ...given,
      answers: { ...answers, BatchGetBuilds: { builds: [started] } },
      signal: controller.signal,
      sent,
      onProgress: () => setImmediate(() => controller.abort(new ActionAborted('abandoned', 'because'))),
    })
    await assert.rejects(running, ActionAborted)
    assert.deepEqual(inputOf(sent, 'StopBuild'), { id: 'codepipeline@shop:1' })
  })
})

describe('S3 deploy', () => {
  const zip = async () =>
    await buffer(
      zipEntries([
        { path: 'index.html', mode: 0o644, content: Buffer.from('<h1>') },
        { path: 'js/app.js', mode: 0o644, content: Buffer.from('1') },
      ]),
    )
  const configuration = { BucketName: 'site', Extract: 'true' }
  const get = async () => ({ Body: Readable.from([await zip()]) })

  test('given Extract, every file lands under the prefix with its type and headers', async () => {
    const { outcome, sent } = await run('Deploy', 'S3', {
      configuration: {
        ...configuration,
        ObjectKey: 'v/{datetime}',
        CannedACL: 'public-read',
        CacheControl: 'max-age=60',
        KMSEncryptionKeyARN: 'k',
      },
      answers: { GetObject: await get(), PutObject: {} },
      inputs: ['App'],
    })
    assert.equal(outcome.type, 'Succeeded')
    const puts = sent.filter(({ name }) => name === 'PutObject').map(({ input }) => input)
    assert.deepEqual(
      new Map(puts.map(({ Bucket, Key, ContentType, ContentLength }) => [Key, [Bucket, ContentType, ContentLength]])),
      new Map([
        ['v/1970-01-01_00-00-01/index.html', ['site', 'text/html', 4]],
        ['v/1970-01-01_00-00-01/js/app.js', ['site', 'text/javascript', 1]],
      ]),
    )
    for (const { ACL, CacheControl, SSEKMSKeyId } of puts) {
      assert.deepEqual([ACL, CacheControl, SSEKMSKeyId], ['public-read', 'max-age=60', 'k'])
    }
  })

  test('given no Extract, the artifact itself is copied', async () => {
    const { sent } = await run('Deploy', 'S3', {
      configuration: { BucketName: 'site', Extract: 'false', ObjectKey: 'builds/{uuid}.zip' },
      answers: { HeadObject: {}, CopyObject: {} },
      inputs: ['App'],
    })
    const input = inputOf(sent, 'CopyObject')
    assert.deepEqual(
      [input['Key'], input['CopySource'], input['ContentType']],
      ['builds/action-1.zip', 'artifacts/p%2FApp%2F1', 'application/zip'],
    )
  })

  const cases: readonly [string, Record<string, unknown>, string, RegExp][] = [
    ['an artifact that is gone', { GetObject: awsError('NoSuchKey', 404) }, 'ConfigurationError', /no longer exists/],
    [
      'an artifact that is no ZIP',
      { GetObject: { Body: Readable.from([Buffer.from('hello')]) } },
      'JobFailed',
      /cannot be unpacked/,
    ],
    [
      'a pointer instead of a ZIP',
      {
        GetObject: {
          Body: Readable.from([Buffer.from('{}')]),
          Metadata: { 'codepipeline-artifact-format': 'CODEBUILD_CLONE_REF' },
        },
      },
      'ConfigurationError',
      /CODEBUILD_CLONE_REF/,
    ],
  ]
  for (const [given, answers, code, message] of cases) {
    test(`given ${given}, the action fails with ${code}`, async () => {
      const { outcome } = await run('Deploy', 'S3', { configuration, answers, inputs: ['App'] })
      assert.ok(outcome.type === 'Failed')
      assert.equal(outcome.error.code, code)
      assert.match(outcome.error.message, message)
    })
  }

  test('given one upload that is denied, the action fails with PermissionError', async () => {
    const { outcome } = await run('Deploy', 'S3', {
      configuration,
      answers: { GetObject: await get(), PutObject: awsError('AccessDenied', 403) },
      inputs: ['App'],
    })
    assert.equal(outcome.type === 'Failed' && outcome.error.code, 'PermissionError')
  })
})

describe('manual approval', () => {
  test('given an approval, it waits for a person', async () => {
    const { outcome } = await run('Approval', 'Manual', {
      configuration: { NotificationArn: 'arn:aws:sns:x' },
      answers: {},
    })
    assert.deepEqual(outcome, { type: 'Pending' })
  })
})

describe('AWS errors as action failures', () => {
  const cases: readonly [unknown, string | undefined][] = [
    [awsError('RepositoryDoesNotExistException'), 'ConfigurationError'],
    [awsError('ResourceNotFoundException'), 'ConfigurationError'],
    [awsError('InvalidInputException'), 'ConfigurationError'],
    [awsError('AccessDeniedException'), 'PermissionError'],
    [awsError('EncryptionKeyAccessDeniedException'), 'PermissionError'],
    [awsError('ThrottlingException'), 'SystemUnavailable'],
    [awsError('Weird', 503), 'SystemUnavailable'],
    [awsError('Weird'), 'JobFailed'],
    [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'SystemUnavailable'],
    [new TypeError('x is undefined'), undefined],
    ['a string', undefined],
  ]
  for (const [error, code] of cases) {
    test(`given ${error instanceof Error ? error.name : String(error)}, the code is ${code}`, () => {
      assert.equal(failureOf(error)?.code, code)
    })
  }
})

// ---- an engine and a cloud small enough for a test -------------------------------------------------------------------------

interface Sent {
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}

interface RunOptions {
  readonly configuration: Readonly<Record<string, string>>
  /** by operation; an array answers in turn, an Error is thrown */
  readonly answers: Readonly<Record<string, unknown>>
  readonly inputs?: readonly string[]
  readonly outputs?: readonly string[]
  readonly revisions?: readonly SourceRevisionOverride[]
  readonly encryptionKeyId?: string
  /** what else the order says */
  readonly order?: Partial<ActionOrder>
  /** on the bus, once somebody listens */
  readonly events?: readonly BusEvent[]
  readonly signal?: AbortSignal
  readonly sent?: Sent[]
  readonly onProgress?: () => void
}

async function run(category: ActionOrder['action']['typeId']['category'], provider: string, options: RunOptions) {
  const { answers, signal = new AbortController().signal, sent = [] } = options
  const calls = new Map<string, number>()
  const progress: ActionProgress[] = []
  const client = {
    send: async (command: { constructor: { name: string }; input: Sent['input']; middlewareStack: Stack }) => {
      const name = command.constructor.name.replace(/Command$/, '')
      const call = calls.get(name) ?? 0
      calls.set(name, call + 1)
      sent.push({
        name,
        input: command.input,
        headers: name === 'StartBuild' ? headersOf(command.middlewareStack) : {},
      })
      const answer = answers[name] ?? assert.fail(`nobody expected ${name}`)
      const one: unknown = Array.isArray(answer) ? answer[call] : answer
      if (one instanceof Error) throw one
      return one
    },
  }
  const context: ActionContext = {
    client: <Client>() => client as Client,
    signal,
    progress: async (news) => {
      progress.push(news)
      options.onProgress?.()
    },
    event: ({ source, matches }) => {
      const found = options.events?.find((event) => event.source === source && matches(event))
      const happened = found
        ? Promise.resolve(found)
        : new Promise<BusEvent>((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error))
          })
      happened.catch(() => undefined)
      return happened
    },
  }
  const types = createProviders({ git })
  const found = types.find((one) => one.types.some((type) => type.category === category && type.provider === provider))
  assert.ok(found)
  const outcome: ActionOutcome = await found
    .run(orderOf(category, provider, options), context)
    .catch((error: unknown) => {
      const failure = failureOf(error)
      if (failure === undefined) throw error
      return { type: 'Failed', error: failure }
    })
  return { outcome, sent, progress }
}

const git: Pick<GitHost, 'open'> = {
  open: async (id) =>
    ({ archiveZip: (commit: string) => Readable.from([Buffer.from(`archive of ${id} at ${commit}`)]) }) as never,
}

const inputOf = (sent: readonly Sent[], operation: string): Sent['input'] =>
  sent.find(({ name }) => name === operation)?.input ?? assert.fail(`no ${operation} was sent`)

type Stack = { identify(): string[]; resolve(handler: unknown, context: object): (args: object) => Promise<unknown> }

/** What the command itself adds to the request. */
function headersOf(stack: Stack): Readonly<Record<string, string>> {
  const request = { headers: {} }
  void stack.resolve(async () => ({ response: {} }), {})({ input: {}, request })
  return request.headers
}

const artifact = (name: string) => ({ name, bucket: 'artifacts', key: `p/${name}/1` })

const orderOf = (
  category: ActionOrder['action']['typeId']['category'],
  provider: string,
  { configuration, inputs = [], outputs = [], revisions = [], encryptionKeyId, order }: RunOptions,
): ActionOrder => ({
  pipeline: { account: '000000000000', region: 'eu-west-1', name: 'shop' },
  pipelineArn: 'arn:aws:codepipeline:eu-west-1:000000000000:shop',
  pipelineRoleArn: 'arn:aws:iam::000000000000:role/pipeline',
  executionId: 'execution-1',
  action: {
    id: 'action-1',
    executionId: 'execution-1',
    pipelineVersion: 1,
    stage: 'Stage',
    action: 'It',
    typeId: { category, owner: 'AWS', provider, version: '1' },
    region: 'eu-west-1',
    status: 'InProgress',
    startedAt: 1000,
    updatedAt: 1000,
    configuration,
    resolvedConfiguration: configuration,
    inputArtifacts: inputs.map(artifact),
    outputArtifacts: outputs.map(artifact),
  },
  ...(encryptionKeyId !== undefined && { encryptionKeyId }),
  artifactBucket: 'artifacts',
  sourceRevisions: revisions,
  timeoutAt: 2000,
  ...order,
})

function awsError(name: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(`${name} says the service`), { name, $fault: 'client', $metadata: { httpStatusCode } })
}
