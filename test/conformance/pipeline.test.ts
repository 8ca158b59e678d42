/** Whole pipelines on a whole server, by the real SDK (`spec` actions 12): from a change of a source to what was deployed. */
import { PutApprovalResultCommand, GetPipelineCommand, GetPipelineStateCommand } from '@aws-sdk/client-codepipeline'
import { HeadObjectCommand, ListObjectsV2Command, PutBucketWebsiteCommand } from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { text } from 'node:stream/consumers'
import { followEvents } from '../../src/cli/live.ts'
import { readZip } from '../../src/artifacts/artifacts.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { action, checkout, stage, worldOf, type Run, type World } from '../support/world.ts'
import { fails } from './support.ts'

let server: TestServer
let world: World
before(async () => {
  server = await startTestServer()
  world = worldOf(server)
  await Promise.all([
    world.bucket('artifacts'),
    world.bucket('web'),
    world.project('from-source'),
    world.repository('app', {
      'buildspec.yml': BUILDSPEC,
      'index.html': '<h1>hello</h1>',
      'docs/about.txt': 'about',
    }),
  ])
})
after(async () => await server[Symbol.asyncDispose]())

const BUILDSPEC = `
version: 0.2
env:
  exported-variables: [PAGES]
phases:
  build:
    commands:
      - mkdir dist && cp index.html dist/
      - PAGES=$(ls dist | wc -l | tr -d ' ')
artifacts:
  base-directory: dist
  files: ['**/*']
`

const build = (project = 'from-source', options: Parameters<typeof action>[3] = {}, configuration = {}) =>
  action('Build', 'Build/CodeBuild', { ProjectName: project, ...configuration }, { input: ['Code'], ...options })

const statuses = ({ execution, actions }: Run) => [
  execution.status,
  ...actions.map(({ actionName, status }) => `${actionName} ${status}`),
]

/** Where the only output of an action lies. */
function outputOf(run: Run, name: string): { bucket: string; key: string } {
  const [artifact] = run.action(name).output?.outputArtifacts ?? []
  const { bucket = '', key = '' } = artifact?.s3location ?? {}
  return { bucket, key }
}

/** name -> text of every file in a ZIP object */
async function filesIn({ bucket, key }: { bucket: string; key: string }): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-zip-'))
  try {
    const path = join(folder, 'artifact.zip')
    await writeFile(path, await world.getObject(bucket, key))
    const files: Record<string, string> = {}
    for await (const entry of readZip(path)) files[entry.path] = await text(await entry.open())
    return files
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function keysOf(bucket: string, prefix: string): Promise<string[]> {
  const { Contents = [] } = await world.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))
  return Contents.map(({ Key = '' }) => Key)
}

describe('from a commit', () => {
  test('given the documentation’s pipeline of a source and a build, when it is created, then it runs and its artifacts are in the bucket', async () => {
    const id = await world.pipeline('a-pipeline-with-a-long-name', [
      stage('Source', checkout('app')),
      stage('Build', build('from-source', { output: ['BuildOutputArtifact'] })),
    ])
    const run = await world.ended('a-pipeline-with-a-long-name', id)
    assert.deepEqual(statuses(run), ['Succeeded', 'Checkout Succeeded', 'Build Succeeded'])
    const [code, site] = [outputOf(run, 'Checkout'), outputOf(run, 'Build')]
    assert.match(code.key, /^a-pipeline-with-a-lo\/Code\/[A-Za-z0-9]{7}$/)
    assert.match(site.key, /^a-pipeline-with-a-lo\/BuildOutpu\/[A-Za-z0-9]{7}$/)
    assert.deepEqual(await filesIn(site), { 'index.html': '<h1>hello</h1>' })
    assert.equal(run.execution.trigger?.triggerType, 'CreatePipeline')
  })

  test('A7 the source’s artifact is the tree of the commit without .git, and its variables tell of the commit', async () => {
    const commit = await world.commit('app', { 'new.txt': 'new' }, 'Add a file\n\nwith a reason')
    const id = await world.pipeline('tree', [
      stage('Source', checkout('app')),
      stage(
        'Deploy',
        action('Web', 'Deploy/S3', { BucketName: 'web', Extract: 'true', ObjectKey: 'tree' }, { input: ['Code'] }),
      ),
    ])
    const run = await world.ended('tree', id)
    const files = await filesIn(outputOf(run, 'Checkout'))
    assert.deepEqual(Object.keys(files).sort(), ['buildspec.yml', 'docs/about.txt', 'index.html', 'new.txt'])
    assert.deepEqual(await keysOf('web', 'tree/'), [
      'tree/buildspec.yml',
      'tree/docs/about.txt',
      'tree/index.html',
      'tree/new.txt',
    ])
    const { AuthorDate, CommitMessage, CommitId, BranchName, RepositoryName } =
      run.action('Checkout').output?.outputVariables ?? {}
    assert.match(CommitId ?? '', /^[0-9a-f]{40}$/)
    assert.deepEqual(
      { CommitId, CommitMessage: CommitMessage?.trim(), BranchName, RepositoryName },
      { CommitId: commit, CommitMessage: 'Add a file\n\nwith a reason', BranchName: 'main', RepositoryName: 'app' },
    )
    assert.match(AuthorDate ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.equal(run.execution.artifactRevisions?.[0]?.revisionId, commit)
  })

  test('A8 given CODEBUILD_CLONE_REF, then a build has the history and a deployment refuses the artifact', async () => {
    await world.project(
      'history',
      'version: 0.2\nphases:\n  build:\n    commands:\n      - git log --format=%s\n      - git status --short\n',
    )
    await world.commit('app', { 'history.txt': '1' }, 'Newest of all')
    const id = await world.pipeline('clone', [
      stage('Source', checkout('app', {}, { OutputArtifactFormat: 'CODEBUILD_CLONE_REF' })),
      stage('Build', build('history')),
      stage('Deploy', action('Web', 'Deploy/S3', { BucketName: 'web', Extract: 'true' }, { input: ['Code'] })),
    ])
    const run = await world.ended('clone', id)
    assert.deepEqual(statuses(run), ['Failed', 'Checkout Succeeded', 'Build Succeeded', 'Web Failed'])
    const log = await world.logOf(run.action('Build').output?.executionResult?.externalExecutionId)
    assert.match(log, /^Newest of all$[^]*^Say hello$/m)
    const { code, message } = run.action('Web').output?.executionResult?.errorDetails ?? {}
    assert.equal(code, 'ConfigurationError')
    assert.match(message ?? '', /CODEBUILD_CLONE_REF/)
  })

  test('when a commit is made, then exactly one execution starts, of that commit, and the live stream tells it in order', async () => {
    const stop = new AbortController()
    const events = await followEvents(server.client, 'told', stop.signal)
    await world.repository('told', { 'a.txt': '1' })
    await world.pipeline('told', [
      stage('Source', checkout('told')),
      stage(
        'Deploy',
        action('Web', 'Deploy/S3', { BucketName: 'web', Extract: 'true', ObjectKey: 'told' }, { input: ['Code'] }),
      ),
    ])
    const heard: string[] = []
    let commit = ''
    for await (const { detailType, detail } of events) {
      const [, what = ''] = /^CodePipeline (\w+) Execution State Change$/.exec(detailType) ?? []
      if (what === '') continue
      const of = { Pipeline: '', Stage: ` ${String(detail['stage'])}`, Action: ` ${String(detail['action'])}` }[what]
      heard.push(`${what}${of} ${String(detail['state'])}`)
      if (what !== 'Pipeline' || detail['state'] !== 'SUCCEEDED') continue
      if (commit !== '') break
      commit = await world.commit('told', { 'a.txt': '2' }, 'Change it')
    }
    stop.abort()
    const once = [
      'Pipeline STARTED',
      'Stage Source STARTED',
      'Action Checkout STARTED',
      'Action Checkout SUCCEEDED',
      'Stage Source SUCCEEDED',
      'Stage Deploy STARTED',
      'Action Web STARTED',
      'Action Web SUCCEEDED',
      'Stage Deploy SUCCEEDED',
      'Pipeline SUCCEEDED',
    ]
    assert.deepEqual(heard, [...once, ...once])
    const [newest, ...older] = await world.executions('told')
    assert.equal(older.length, 1)
    assert.equal(newest?.trigger?.triggerType, 'PollForSourceChanges')
    assert.equal(newest.sourceRevisions?.[0]?.revisionId, commit)
  })
})

test('given five stages, then an exported variable asks the approver, the answer releases the deployment, and the site is served', async () => {
  const [name, ns] = ['five-stages', 'Built']
  const id = await world.pipeline(name, [
    stage('Source', checkout('app', { namespace: 'Source' })),
    stage('Build', build('from-source', { output: ['Site'], namespace: ns })),
    stage('Test', action('Unit', 'Test/CodeBuild', { ProjectName: 'from-source' }, { input: ['Code'] })),
    stage(
      'Approve',
      action('Publish', 'Approval/Manual', { CustomData: `Publish #{${ns}.PAGES} page of #{Source.CommitId}?` }),
    ),
    stage('Deploy', action('Web', 'Deploy/S3', { BucketName: 'web', Extract: 'true' }, { input: ['Site'] })),
  ])
  const approval = await world.until(name, 'the approval', async () => {
    const { stageStates = [] } = await world.codepipeline.send(new GetPipelineStateCommand({ name }))
    return stageStates.find(({ stageName }) => stageName === 'Approve')?.actionStates?.[0]?.latestExecution
  })
  const waiting = await world.look(name, id)
  const commit = waiting.action('Checkout').output?.outputVariables?.['CommitId']
  assert.equal(waiting.action('Publish').input?.resolvedConfiguration?.['CustomData'], `Publish 1 page of ${commit}?`)
  assert.equal(waiting.action('Build').output?.outputVariables?.['PAGES'], '1')
  await world.codepipeline.send(
    new PutApprovalResultCommand({
      pipelineName: name,
      stageName: 'Approve',
      actionName: 'Publish',
      token: approval.token,
      result: { status: 'Approved', summary: 'looks good' },
    }),
  )
  const run = await world.ended(name, id)
  assert.deepEqual(statuses(run), [
    'Succeeded',
    ...['Checkout', 'Build', 'Unit', 'Publish', 'Web'].map((one) => `${one} Succeeded`),
  ])
  const WebsiteConfiguration = { IndexDocument: { Suffix: 'index.html' } }
  await world.s3.send(new PutBucketWebsiteCommand({ Bucket: 'web', WebsiteConfiguration }))
  const page = await fetch(`${server.url}/_sites/web/`)
  assert.deepEqual([page.status, await page.text()], [200, '<h1>hello</h1>'])
})

describe('from an object', () => {
  const s3Source = (key: string, configuration: Record<string, string> = {}, bucket = 'uploads') =>
    action(
      'Fetch',
      'Source/S3',
      { S3Bucket: bucket, S3ObjectKey: key, ...configuration },
      { output: ['Code'], namespace: 'Source' },
    )
  const deploy = (key: string) =>
    stage(
      'Deploy',
      action('Copy', 'Deploy/S3', { BucketName: 'web', Extract: 'false', ObjectKey: key }, { input: ['Code'] }),
    )
  before(async () => {
    await world.bucket('uploads')
    await world.bucket('unversioned', { versioned: false })
  })

  test('A1, A2, A3 a new version starts the pipeline that looks for changes, and not the one that was told not to', async () => {
    const first = await world.put('uploads', 'both.zip', 'one')
    const [watching, still] = await Promise.all([
      world.pipeline('watching', [stage('Source', s3Source('both.zip')), deploy('watching.txt')]),
      world.pipeline('still', [
        stage('Source', s3Source('both.zip', { PollForSourceChanges: 'false' })),
        deploy('still.txt'),
      ]),
    ])
    const run = await world.ended('watching', watching)
    await world.ended('still', still)
    const head = await world.s3.send(new HeadObjectCommand({ Bucket: 'uploads', Key: 'both.zip' }))
    assert.deepEqual(run.action('Fetch').output?.outputVariables, {
      BucketName: 'uploads',
      ETag: head.ETag?.replaceAll('"', ''),
      ObjectKey: 'both.zip',
      VersionId: first,
    })
    const result = run.action('Fetch').output?.executionResult
    assert.equal(result?.externalExecutionId, first)
    assert.equal(result?.externalExecutionSummary, `Amazon S3 version id: ${first}`)
    const { pipeline } = await world.codepipeline.send(new GetPipelineCommand({ name: 'watching' }))
    assert.ok(!('PollForSourceChanges' in (pipeline?.stages?.[0]?.actions?.[0]?.configuration ?? {})))

    // events are handled one after the other: when the third version has started something, the second is done with
    for (const [content, count] of [
      ['two', 2],
      ['three', 3],
    ] as const) {
      const version = await world.put('uploads', 'both.zip', content)
      const newest = await world.until('watching', `execution ${count}`, async () => {
        const all = await world.executions('watching')
        return all.length === count ? all[0] : undefined
      })
      assert.equal(newest.trigger?.triggerType, 'PollForSourceChanges')
      const { execution } = await world.ended('watching', newest.pipelineExecutionId ?? '')
      assert.equal(execution.artifactRevisions?.[0]?.revisionId, version)
      assert.equal(await world.getText('web', 'watching.txt'), content)
    }
    assert.equal((await world.executions('still')).length, 1)
    assert.equal(await world.getText('web', 'still.txt'), 'one')
    await world.ended('still', await world.start('still'))
    assert.equal(await world.getText('web', 'still.txt'), 'three')
  })

  test('A4 given a bucket without versions, then the source fails and says so', async () => {
    await world.put('unversioned', 'a.zip', 'a')
    const id = await world.pipeline('unversioned', [stage('Source', s3Source('a.zip', {}, 'unversioned')), deploy('x')])
    const run = await world.ended('unversioned', id)
    assert.deepEqual(statuses(run), ['Failed', 'Fetch Failed'])
    const { code, message } = run.action('Fetch').output?.executionResult?.errorDetails ?? {}
    assert.equal(code, 'ConfigurationError')
    assert.match(message ?? '', /bucket unversioned is not versioned/)
  })

  test('A5 an execution may ask for an old version, and for another key only where the action allows it', async () => {
    const old = await world.put('uploads', 'pinned.zip', 'old')
    await world.put('uploads', 'pinned.zip', 'new')
    await world.put('uploads', 'other.zip', 'other')
    const anyKey = { PollForSourceChanges: 'false', AllowOverrideForS3ObjectKey: 'true' }
    const strict = await world.pipeline('strict', [stage('Source', s3Source('pinned.zip')), deploy('strict.txt')])
    const open = await world.pipeline('open', [stage('Source', s3Source('pinned.zip', anyKey)), deploy('open.txt')])
    await Promise.all([world.ended('strict', strict), world.ended('open', open)])
    const startWith = async (
      pipeline: string,
      revisionType: 'S3_OBJECT_KEY' | 'S3_OBJECT_VERSION_ID',
      revisionValue: string,
    ) => {
      const sourceRevisions = [{ actionName: 'Fetch', revisionType, revisionValue }]
      return await world.ended(pipeline, await world.start(pipeline, { sourceRevisions }))
    }
    assert.equal((await startWith('strict', 'S3_OBJECT_VERSION_ID', old)).execution.status, 'Succeeded')
    assert.equal(await world.getText('web', 'strict.txt'), 'old')
    assert.equal((await startWith('open', 'S3_OBJECT_KEY', 'other.zip')).execution.status, 'Succeeded')
    assert.equal(await world.getText('web', 'open.txt'), 'other')
    const refused = await startWith('strict', 'S3_OBJECT_KEY', 'other.zip').catch((error: Error) => error)
    if (refused instanceof Error) assert.match(refused.message, /AllowOverrideForS3ObjectKey/)
    else assert.equal(refused.action('Fetch').output?.executionResult?.errorDetails?.code, 'ConfigurationError')
    const lost = await startWith('strict', 'S3_OBJECT_VERSION_ID', 'no-such-version')
    assert.equal(lost.action('Fetch').output?.executionResult?.errorDetails?.code, 'RevisionUnavailable')
  })
})

describe('builds', () => {
  const twoSources = stage(
    'Source',
    checkout('app'),
    action('Library', 'Source/CodeCommit', { RepositoryName: 'lib', BranchName: 'main' }, { output: ['Lib'] }),
  )

  test('A12 given two inputs, then one of them must be named the primary source, and the other lies beside it', async () => {
    await world.repository('lib', { 'lib.txt': 'I am the library' })
    await world.project(
      'two-inputs',
      'version: 0.2\nphases:\n  build:\n    commands:\n      - cat index.html "$CODEBUILD_SRC_DIR_Lib/lib.txt"\n',
    )
    const inputs = { input: ['Code', 'Lib'] }
    const refused = await world
      .pipeline('no-primary', [twoSources, stage('Build', build('two-inputs', inputs))])
      .then((id) => world.ended('no-primary', id))
      .catch((error: Error) => error)
    if (refused instanceof Error) assert.match(refused.message, /PrimarySource/)
    else {
      const { code, message } = refused.action('Build').output?.executionResult?.errorDetails ?? {}
      assert.equal(code, 'ConfigurationError')
      assert.match(message ?? '', /PrimarySource/)
    }
    const id = await world.pipeline('primary', [
      twoSources,
      stage('Build', build('two-inputs', inputs, { PrimarySource: 'Code' })),
    ])
    const run = await world.ended('primary', id)
    assert.equal(run.execution.status, 'Succeeded')
    const log = await world.logOf(run.action('Build').output?.executionResult?.externalExecutionId)
    assert.match(log, /<h1>hello<\/h1>I am the library/)
  })

  test('A13 two outputs are filled from the secondary artifacts of their names; a name the buildspec lacks fails', async () => {
    const buildspec = `
version: 0.2
phases:
  build:
    commands:
      - mkdir app doc && echo app > app/a.txt && echo doc > doc/d.txt
artifacts:
  files: ['index.html']
  secondary-artifacts:
    App: { base-directory: app, files: ['**/*'] }
    Doc: { base-directory: doc, files: ['**/*'] }
`
    await world.project('two-outputs', buildspec)
    const pipeline = async (name: string, output: string[]) =>
      await world.ended(
        name,
        await world.pipeline(name, [
          stage('Source', checkout('app')),
          stage('Build', build('two-outputs', { output })),
        ]),
      )
    const run = await pipeline('two-outputs', ['App', 'Doc'])
    assert.equal(run.execution.status, 'Succeeded')
    const outputs = run.action('Build').output?.outputArtifacts ?? []
    const contents = await Promise.all(
      outputs.map(async ({ name, s3location: { bucket = '', key = '' } = {} }) => [
        name,
        await filesIn({ bucket, key }),
      ]),
    )
    assert.deepEqual(Object.fromEntries(contents), { App: { 'a.txt': 'app\n' }, Doc: { 'd.txt': 'doc\n' } })

    const wrong = await pipeline('wrong-outputs', ['App', 'Nowhere'])
    assert.deepEqual(statuses(wrong), ['Failed', 'Checkout Succeeded', 'Build Failed'])
    const { phases = [] } = await world.getBuild(wrong.action('Build').output?.executionResult?.externalExecutionId)
    const upload = phases.find(({ phaseType }) => phaseType === 'UPLOAD_ARTIFACTS')
    assert.match(upload?.contexts?.[0]?.message ?? '', /Nowhere/)
  })

  test('A14 a build’s variables are resolved when it starts, and the history shows both texts', async () => {
    await world.project('tell', 'version: 0.2\nphases:\n  build:\n    commands:\n      - echo "told $EXECUTION"\n')
    const raw = JSON.stringify([{ name: 'EXECUTION', value: '#{codepipeline.PipelineExecutionId}' }])
    const id = await world.pipeline('variables', [
      stage('Source', checkout('app')),
      stage('Build', build('tell', {}, { EnvironmentVariables: raw })),
    ])
    const run = await world.ended('variables', id)
    const { input, output } = run.action('Build')
    assert.equal(input?.configuration?.['EnvironmentVariables'], raw)
    assert.equal(
      input?.resolvedConfiguration?.['EnvironmentVariables'],
      JSON.stringify([{ name: 'EXECUTION', value: id }]),
    )
    assert.match(await world.logOf(output?.executionResult?.externalExecutionId), new RegExp(`^told ${id}$`, 'm'))
  })

  test('A15 a failing build fails its action with JobFailed, and the build can be looked at', async () => {
    await world.project('broken', 'version: 0.2\nphases:\n  build:\n    commands:\n      - exit 3\n')
    const id = await world.pipeline('broken', [stage('Source', checkout('app')), stage('Build', build('broken'))])
    const run = await world.ended('broken', id)
    const result = run.action('Build').output?.executionResult
    assert.equal(result?.errorDetails?.code, 'JobFailed')
    assert.equal(result.externalExecutionSummary, 'Build terminated with state: FAILED')
    assert.match(result.externalExecutionId ?? '', /^broken:[0-9a-f-]{36}$/)
    const { buildStatus, initiator } = await world.getBuild(result.externalExecutionId)
    assert.deepEqual([buildStatus, initiator], ['FAILED', 'codepipeline/broken'])
  })
})

describe('deployments to S3', () => {
  test('A18 files land below the prefix with their headers, and what the source lost stays', async () => {
    await world.repository('site', { 'index.html': 'one', 'old.html': 'old' })
    const configuration = {
      BucketName: 'web',
      Extract: 'true',
      ObjectKey: 'site',
      CacheControl: 'max-age=60',
      CannedACL: 'public-read',
    }
    const first = await world.pipeline('site', [
      stage('Source', checkout('site')),
      stage('Deploy', action('Web', 'Deploy/S3', configuration, { input: ['Code'] })),
    ])
    await world.ended('site', first)
    await world.commit('site', { 'index.html': 'two' }, 'Remove the old page', ['old.html'])
    const second = await world.until('site', 'the second execution', async () => {
      const all = await world.executions('site')
      return all.length === 2 ? all[0]?.pipelineExecutionId : undefined
    })
    assert.equal((await world.ended('site', second)).execution.status, 'Succeeded')
    assert.deepEqual(await keysOf('web', 'site/'), ['site/index.html', 'site/old.html'])
    assert.equal(await world.getText('web', 'site/index.html'), 'two')
    const { CacheControl, ContentType } = await world.s3.send(
      new HeadObjectCommand({ Bucket: 'web', Key: 'site/index.html' }),
    )
    assert.equal(CacheControl, 'max-age=60')
    assert.match(ContentType ?? '', /^text\/html/)
  })

  test('A19 given Extract=false without an ObjectKey, then the pipeline is refused', async () => {
    const pipeline = world.pipeline('no-key', [
      stage('Source', checkout('app')),
      stage('Deploy', action('Web', 'Deploy/S3', { BucketName: 'web', Extract: 'false' }, { input: ['Code'] })),
    ])
    await assert.rejects(pipeline, fails('InvalidActionDeclarationException', 400, /ObjectKey/))
  })
})
