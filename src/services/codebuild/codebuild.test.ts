import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type {
  BatchDeleteBuildsOutput,
  BatchGetBuildsOutput,
  Build,
  ListBuildsForProjectOutput,
  Project,
  StartBuildInput,
} from '@aws-sdk/client-codebuild'
import { BUILD_QUEUE } from './runners.ts'
import { openBuildServer, pipelineCall, PLACE, project, spec, type BuildServer } from './testing.ts'

const start = async (server: BuildServer, input: Partial<StartBuildInput> = {}, call = {}): Promise<Build> => {
  const { build } = await server.call<{ build: Build }>('StartBuild', { projectName: 'site', ...input }, call)
  return build
}
const get = async (server: BuildServer, id: string | undefined): Promise<Build> => {
  const { builds = [] } = await server.call<BatchGetBuildsOutput>('BatchGetBuilds', { ids: [id] })
  return builds[0] ?? {}
}
const phases = (build: Build): readonly string[] =>
  (build.phases ?? []).map(({ phaseType, phaseStatus }) => `${phaseType} ${phaseStatus ?? ''}`.trim())

describe('projects', () => {
  let server: BuildServer
  before(async () => (server = await openBuildServer()))
  after(() => server[Symbol.asyncDispose]())

  it('keep what is not named in an update', async () => {
    await server.call('CreateProject', project({ name: 'kept', description: 'before' }))
    const { project: updated } = await server.call<{ project: Project }>('UpdateProject', {
      name: 'kept',
      timeoutInMinutes: 10,
    })
    assert.deepEqual(
      [updated.description, updated.timeoutInMinutes, updated.queuedTimeoutInMinutes],
      ['before', 10, 480],
    )
  })

  it('exist once', async () => {
    await server.call('CreateProject', project({ name: 'once' }))
    await assert.rejects(server.call('CreateProject', project({ name: 'once' })), {
      code: 'ResourceAlreadyExistsException',
      message: `Project already exists: arn:aws:codebuild:eu-west-1:${PLACE.account}:project/once`,
    })
  })

  it('may be deleted when they are not there', async () =>
    assert.deepEqual(await server.call('DeleteProject', { name: 'never' }), {}))

  const wrong: readonly [string, object, RegExp][] = [
    ['a name with a space', { name: 'a b' }, /Invalid project name/],
    ['a short timeout', { timeoutInMinutes: 4 }, /between 5 and 2160/],
    ['no source with a path', { source: { type: 'NO_SOURCE', buildspec: 'ci.yml' } }, /must have an inline buildspec/],
    ['CODEPIPELINE for the source alone', { source: { type: 'CODEPIPELINE' } }, /must be used together/],
    [
      'a reserved variable',
      {
        environment: {
          type: 'x',
          image: 'x',
          computeType: 'x',
          environmentVariables: [{ name: 'CODEBUILD_X', value: '1' }],
        },
      },
      /must not start with CODEBUILD_/,
    ],
    ['a role that is none', { serviceRole: 'admin' }, /Invalid service role/],
  ]
  for (const [name, changes, message] of wrong)
    it(`are refused with ${name}`, () =>
      assert.rejects(server.call('CreateProject', { ...project(), ...changes }), {
        code: 'InvalidInputException',
        message,
      }))
})

describe('builds that no runner takes', () => {
  let server: BuildServer
  before(async () => {
    server = await openBuildServer()
    await server.call('CreateProject', project())
    const codepipeline = { type: 'CODEPIPELINE' } as const
    await server.call('CreateProject', project({ name: 'piped', source: codepipeline, artifacts: codepipeline }))
  })
  after(() => server[Symbol.asyncDispose]())

  it('B29 are the same for the same token, and an error for the same token with something else', async () => {
    const first = await start(server, { idempotencyToken: 't1' })
    assert.equal((await start(server, { idempotencyToken: 't1' })).id, first.id)
    await assert.rejects(start(server, { idempotencyToken: 't1', sourceVersion: 'x' }), {
      code: 'InvalidInputException',
    })
  })

  it('B30 are numbered upwards, and a number is never given again', async () => {
    const first = await start(server)
    await server.call('StopBuild', { id: first.id })
    await server.call('BatchDeleteBuilds', { ids: [first.id] })
    assert.equal((await start(server)).buildNumber, (first.buildNumber ?? 0) + 1)
  })

  it('are listed newest first', async () => {
    const [older, newer] = [await start(server), await start(server)]
    const { ids } = await server.call<ListBuildsForProjectOutput>('ListBuildsForProject', { projectName: 'site' })
    assert.deepEqual(ids?.slice(0, 2), [newer.id, older.id])
  })

  it('are not deleted while they run', async () => {
    const { id } = await start(server)
    const { buildsNotDeleted } = await server.call<BatchDeleteBuildsOutput>('BatchDeleteBuilds', { ids: [id] })
    assert.deepEqual(buildsNotDeleted, [{ id, statusCode: 'BUILD_IN_PROGRESS' }])
  })

  it('end at once when stopped', async () => {
    const { id } = await start(server)
    await server.call('StopBuild', { id })
    const build = await get(server, id)
    assert.deepEqual(
      [build.buildStatus, build.buildComplete, ...phases(build)],
      ['STOPPED', true, 'SUBMITTED SUCCEEDED', 'QUEUED STOPPED', 'COMPLETED'],
    )
  })

  it('of a CODEPIPELINE project start with the overrides of a pipeline only', async () => {
    await assert.rejects(start(server, { projectName: 'piped' }), { code: 'InvalidInputException' })
    const build = await start(
      server,
      {
        projectName: 'piped',
        sourceTypeOverride: 'S3',
        sourceLocationOverride: 'artifacts/pipe/Source/abc',
        sourceVersion: 'arn:aws:s3:::artifacts/pipe/Source/abc',
        artifactsOverride: {
          type: 'S3',
          location: 'artifacts',
          name: 'pipe/Built/def',
          namespaceType: 'NONE',
          packaging: 'ZIP',
        },
        idempotencyToken: 'action-1',
      },
      pipelineCall({ 'x-pipewright-initiator': 'codepipeline/release', 'x-pipewright-source-revision': 'c0ffee' }),
    )
    assert.deepEqual(
      [build.initiator, build.resolvedSourceVersion, build.source?.type],
      ['codepipeline/release', 'c0ffee', 'S3'],
    )
  })

  it('believe their initiator from a pipeline only', async () => {
    const build = await start(server, {}, { headers: { 'x-pipewright-initiator': 'codepipeline/forged' } })
    assert.equal(build.initiator, 'ada')
  })

  it('are refused when the source cannot be fetched, saying so', () =>
    assert.rejects(start(server, { sourceTypeOverride: 'GITHUB', sourceLocationOverride: 'https://github.com/a/b' }), {
      code: 'InvalidInputException',
      message: /cannot fetch a source of type GITHUB/,
    }))

  it('fail when the runner that took them stops answering', async () => {
    await server.call('CreateProject', project({ name: 'lost' }))
    for (const { id } of await server.store.read.jobs.open(BUILD_QUEUE)) await server.jobs.end(id, 'Failed')
    const { id } = await start(server, { projectName: 'lost' })
    const gone = new AbortController()
    const ended = server.end(id ?? '')
    await server.jobs.claim(BUILD_QUEUE, { worker: 'silent', leaseMs: 30, signal: gone.signal })
    assert.equal((await ended).detail['build-status'], 'FAULT')
    const build = await get(server, id)
    assert.match(build.phases?.at(-2)?.contexts?.[0]?.message ?? '', /The runner that ran this build stopped answering/)
  })
})

describe('builds with a runner', () => {
  let server: BuildServer
  before(async () => {
    server = await openBuildServer({ runner: true })
    await server.call('CreateProject', project())
  })
  after(() => server[Symbol.asyncDispose]())
  const run = async (input: Partial<StartBuildInput>): Promise<Build> => {
    const { id } = await start(server, input)
    await server.end(id ?? '')
    return get(server, id)
  }

  it('go through all phases', async () => {
    const build = await run({})
    assert.deepEqual(phases(build), [
      ...[
        'SUBMITTED',
        'QUEUED',
        'PROVISIONING',
        'DOWNLOAD_SOURCE',
        'INSTALL',
        'PRE_BUILD',
        'BUILD',
        'POST_BUILD',
        'UPLOAD_ARTIFACTS',
        'FINALIZING',
      ].map((phase) => `${phase} SUCCEEDED`),
      'COMPLETED',
    ])
    assert.deepEqual([build.buildStatus, build.currentPhase, build.buildComplete], ['SUCCEEDED', 'COMPLETED', true])
  })

  it('B31 write their log where AWS has it, in order', async () => {
    const { logs } = await run({ buildspecOverride: spec('echo one', 'echo two') })
    assert.equal(logs?.groupName, '/aws/codebuild/site')
    const events = await server.logFiles.read(
      { ...PLACE, group: '/aws/codebuild/site', stream: logs?.streamName ?? '' },
      { from: 0, limit: 1000 },
    )
    const lines = events.map(({ message }) => message.replace(/^\[Container\] \S+ \S+ /, ''))
    const [first, second] = [lines.indexOf('Running command echo one'), lines.indexOf('Running command echo two')]
    assert.deepEqual([lines[first + 1], lines[second + 1]], ['one', 'two'])
    assert.ok(first < second)
  })

  it('put their artifacts where they are told, with checksums', async () => {
    const build = await run({
      buildspecOverride: spec('echo > a'),
      artifactsOverride: {
        type: 'S3',
        location: 'bucket',
        path: 'p',
        name: 'n.zip',
        namespaceType: 'BUILD_ID',
        packaging: 'ZIP',
      },
    })
    const uuid = build.id?.split(':')[1] ?? ''
    assert.equal(build.artifacts?.location, `arn:aws:s3:::bucket/p/${uuid}/n.zip`)
    assert.match(build.artifacts.sha256sum ?? '', /^[0-9a-f]{64}$/)
    assert.ok(server.objects.has(`/bucket/p/${uuid}/n.zip`))
  })

  it('B28 stop when told', async () => {
    const { id } = await start(server, { buildspecOverride: spec('echo begun; sleep 1000') })
    await new Promise<void>((resolve) => {
      const unsubscribe = server.logFiles.follow({ ...PLACE, group: '/aws/codebuild/site' }, (_, events) => {
        if (!events.some(({ message }) => message === 'begun')) return
        unsubscribe()
        resolve()
      })
    })
    await server.call('StopBuild', { id })
    assert.equal((await server.end(id ?? '')).detail['build-status'], 'STOPPED')
    assert.ok(phases(await get(server, id)).includes('BUILD STOPPED'))
  })

  it('B13 fail before their commands when a parameter cannot be read', async () => {
    const build = await run({
      buildspecOverride: JSON.stringify({
        version: 0.2,
        env: { 'parameter-store': { A: '/a' } },
        phases: { build: { commands: ['true'] } },
      }),
    })
    assert.deepEqual(phases(build).slice(3), ['DOWNLOAD_SOURCE FAILED', 'FINALIZING SUCCEEDED', 'COMPLETED'])
    assert.match(
      build.phases?.[3]?.contexts?.[0]?.message ?? '',
      /no Parameter Store or Secrets Manager to read A \(\/a\) from/,
    )
  })

  it('B37 are told by events, of their phases and of their state', async () => {
    const build = await run({})
    const own = server.events.filter(({ resources }) => resources[0] === build.arn)
    const states = own.filter(({ detailType }) => detailType === 'CodeBuild Build State Change')
    assert.deepEqual(
      states.map(({ detail }) => detail['build-status']),
      ['IN_PROGRESS', 'SUCCEEDED'],
    )
    const information = states[1]?.detail['additional-information'] as Readonly<Record<string, unknown>>
    assert.equal(information['build-complete'], true)
    assert.match(String(information['build-start-time']), /^[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M$/)
    const completed = own
      .filter(({ detailType }) => detailType === 'CodeBuild Build Phase Change')
      .map(({ detail }) => detail['completed-phase'])
    assert.equal(completed.length, 10)
  })

  it('can be retried with the same inputs', async () => {
    const first = await run({ environmentVariablesOverride: [{ name: 'A', value: '1' }] })
    const { build } = await server.call<{ build: Build }>('RetryBuild', { id: first.id })
    await server.end(build.id ?? '')
    assert.notEqual(build.id, first.id)
    assert.deepEqual(build.environment?.environmentVariables, first.environment?.environmentVariables)
  })
})
