/** Bad input and faults, on a whole server: what is broken is named where its owner looks, and nothing is lost or done twice. */
import { ListBuildsForProjectCommand, StartBuildCommand, StopBuildCommand } from '@aws-sdk/client-codebuild'
import {
  GetPipelineStateCommand,
  PutApprovalResultCommand,
  StopPipelineExecutionCommand,
  type ErrorDetails,
} from '@aws-sdk/client-codepipeline'
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startTestServer, type TestServer } from '../support/server.ts'
import { action, checkout, stage, worldOf, type Run, type World } from '../support/world.ts'
import { fails, run } from './support.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/pipewright.mjs', import.meta.url))
let server: TestServer
let world: World
before(async () => {
  server = await startTestServer({ args: ['--log-level', 'silent'] })
  world = worldOf(server)
  await Promise.all([world.bucket('artifacts'), world.repository('app', { 'index.html': 'hello' })])
})
after(async () => await server[Symbol.asyncDispose]())

const buildOf = (ProjectName: string, output: string[] = []) =>
  action('Build', 'Build/CodeBuild', { ProjectName }, { input: ['Code'], output })

const commands = (...list: string[]): string =>
  JSON.stringify({ version: '0.2', phases: { build: { commands: list } } })

/** A pipeline of a source and a build of these commands, under one name. @returns the id of its first execution */
async function building(name: string, buildspec: string, output: string[] = []): Promise<string> {
  await world.project(name, buildspec)
  return await world.pipeline(name, [stage('Source', checkout('app')), stage('Build', buildOf(name, output))])
}

const errorOf = (run: Run, name: string): ErrorDetails =>
  run.action(name).output?.executionResult?.errorDetails ?? assert.fail(`${name} did not fail`)

const buildIdOf = (run: Run): string | undefined => run.action('Build').output?.executionResult?.externalExecutionId

/** Command lines of processes of this machine that hold the text. */
async function processesWith(text: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(text))
}

/** The kernel tells nobody when a process that is not ours begins or ends: this is the one thing that has to be looked for. */
async function until(text: string, isEnough: (lines: readonly string[]) => boolean): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    if (isEnough(await processesWith(text))) return
    await delay(25)
  }
  assert.fail(`there are still: ${(await processesWith(text)).join('\n')}`)
}
const untilNoProcessWith = async (text: string): Promise<void> => await until(text, ({ length }) => length === 0)
const untilProcessWith = async (text: string): Promise<void> => await until(text, ({ length }) => length > 0)

describe('a buildspec', () => {
  const FILES = {
    'not-yaml.yml': 'version: 0.2\nphases:\n  build:\n    commands:\n      - "echo hello\n',
    'no-list.yml': 'version: 0.2\nphases:\n  build:\n    commands: {echo: hello}\n',
  }
  const CASES: Readonly<Record<string, { readonly buildspec: string; readonly message: RegExp }>> = {
    'that is no YAML': { buildspec: 'not-yaml.yml', message: /^not-yaml\.yml line \d+: .*quote/i },
    'with a wrong type': { buildspec: 'no-list.yml', message: /^no-list\.yml: .*commands.*\(line 4\)/i },
    'that is not there': { buildspec: 'ci/none.yml', message: /^YAML file does not exist: .*ci\/none\.yml$/ },
  }
  before(async () => void (await world.commit('app', FILES, 'Add buildspecs')))

  for (const [what, { buildspec, message }] of Object.entries(CASES)) {
    test(`${what} fails the build while its source is fetched, and the reason names file, line and fault`, async () => {
      const name = `spec-${buildspec.replaceAll(/\W/g, '-')}`
      const run = await world.ended(name, await building(name, buildspec))
      assert.equal(errorOf(run, 'Build').message, 'Build terminated with state: FAILED')
      const { buildStatus, phases = [] } = await world.getBuild(buildIdOf(run))
      assert.equal(buildStatus, 'FAILED')
      const phase = phases.find(({ phaseType }) => phaseType === 'DOWNLOAD_SOURCE')
      assert.equal(phase?.phaseStatus, 'FAILED')
      assert.equal(phase.contexts?.[0]?.statusCode, 'YAML_FILE_ERROR')
      assert.match(phase.contexts[0].message ?? '', message)
    })
  }
})

describe('what is missing is named', () => {
  const source = (repository: string, branch: string) =>
    checkout(repository, {}, { RepositoryName: repository, BranchName: branch })
  const deploy = (bucket: string) =>
    action('Web', 'Deploy/S3', { BucketName: bucket, Extract: 'true' }, { input: ['Code'] })
  const CASES = {
    branch: { source: source('app', 'nowhere'), fails: 'Checkout', names: /nowhere/ },
    repository: { source: source('ghost', 'main'), fails: 'Checkout', names: /^The repository ghost does not exist/ },
    project: { next: buildOf('ghost-project'), fails: 'Build', names: /ghost-project/ },
    'artifact bucket': { artifacts: 'ghost-artifacts', fails: 'Checkout', names: /ghost-artifacts/ },
    'deploy bucket': { next: deploy('ghost-bucket'), fails: 'Web', names: /ghost-bucket/ },
  }
  for (const [what, one] of Object.entries(CASES)) {
    test(`a ${what}`, async () => {
      const name = `no-${what.replaceAll(' ', '-')}`
      const id = await world.pipeline(
        name,
        [
          stage('Source', 'source' in one ? one.source : checkout('app')),
          stage('Next', 'next' in one ? one.next : action('Ask', 'Approval/Manual')),
        ],
        'artifacts' in one ? { artifactStore: { type: 'S3', location: one.artifacts } } : {},
      )
      const run = await world.ended(name, id)
      assert.equal(run.execution.status, 'Failed')
      const { code, message } = errorOf(run, one.fails)
      assert.equal(code, 'ConfigurationError')
      assert.match(message ?? '', one.names)
      assert.match(message ?? '', /\s.*\s/, 'a sentence')
    })
  }

  test('an artifact that somebody deleted before it was used', async () => {
    await world.bucket('site')
    await world.project('unused', commands('true'))
    const name = 'deleted'
    const id = await world.pipeline(name, [
      stage('Source', checkout('app')),
      stage('Approve', action('Ask', 'Approval/Manual')),
      stage('Next', buildOf('unused'), deploy('site')),
    ])
    const token = await world.until(name, 'the approval', async () => {
      const { stageStates = [] } = await world.codepipeline.send(new GetPipelineStateCommand({ name }))
      return stageStates[1]?.actionStates?.[0]?.latestExecution?.token
    })
    const [artifact] = (await world.look(name, id)).action('Checkout').output?.outputArtifacts ?? []
    const { bucket, key } = artifact?.s3location ?? {}
    await world.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
    await world.codepipeline.send(
      new PutApprovalResultCommand({
        pipelineName: name,
        stageName: 'Approve',
        actionName: 'Ask',
        token,
        result: { status: 'Approved', summary: '' },
      }),
    )
    const run = await world.ended(name, id)
    for (const failed of ['Build', 'Web']) {
      assert.deepEqual(errorOf(run, failed), {
        code: 'ConfigurationError',
        message: `The artifact Code of execution ${id} no longer exists in the artifact store.`,
      })
    }
  })
})

describe('a build', () => {
  test('that somebody stops fails its action as STOPPED, and nothing of it lives on', async () => {
    const id = await building('stopped', commands('echo begun', 'sleep 87001'))
    const build = await world.buildOf('stopped', id, 'Build')
    await world.line(build, /^begun$/)
    await untilProcessWith('87001')
    await world.codebuild.send(new StopBuildCommand({ id: `${build.project}:${build.uuid}` }))
    const run = await world.ended('stopped', id)
    assert.deepEqual(errorOf(run, 'Build'), {
      code: 'JobFailed',
      message: 'Build terminated with state: STOPPED',
    })
    await untilNoProcessWith('87001')
  })

  test('that runs longer than its timeout fails its action as TIMED_OUT, and nothing of it lives on', async () => {
    await world.project('slow', commands('echo begun', 'sleep 87004'))
    // the API takes five minutes and more: the stored project is made less patient
    const database = new DatabaseSync(join(server.dataDir, 'pipewright.db'), { timeout: 5000 })
    const { changes } = database
      .prepare(
        `UPDATE resources SET document = json_set(document, '$.timeoutInMinutes', 0.005)
         WHERE service = 'codebuild' AND type = 'project' AND name = 'slow'`,
      )
      .run()
    database.close()
    assert.equal(Number(changes), 1)
    const id = await world.pipeline('slow', [stage('Source', checkout('app')), stage('Build', buildOf('slow'))])
    const run = await world.ended('slow', id)
    assert.deepEqual(errorOf(run, 'Build'), {
      code: 'JobFailed',
      message: 'Build terminated with state: TIMED_OUT',
    })
    assert.match(await world.logOf(buildIdOf(run)), /longer than its timeout/)
    await untilNoProcessWith('87004')
  })

  test('is stopped with all its processes when its execution is stopped and abandoned', async () => {
    const id = await building('abandoned', commands('(sleep 87002 &) ; echo begun', 'setsid sleep 87002'))
    await world.line(await world.buildOf('abandoned', id, 'Build'), /^begun$/)
    await world.codepipeline.send(
      new StopPipelineExecutionCommand({
        pipelineName: 'abandoned',
        pipelineExecutionId: id,
        abandon: true,
        reason: 'enough',
      }),
    )
    const run = await world.ended('abandoned', id)
    assert.equal(run.execution.status, 'Stopped')
    assert.equal(run.action('Build').status, 'Abandoned')
    await untilNoProcessWith('87002')
    assert.match(await world.logOf(buildIdOf(run)), /Build STOPPED/)
  })

  test('that fails is explained by the last lines of `pipewright watch`', async () => {
    await world.ended(
      'explained',
      await building('explained', commands('echo testing', 'echo "1 test failed"; exit 7')),
    )
    const { code, stdout } = await run(process.execPath, [PROGRAM, 'watch', 'explained'], { env: server.env })
    assert.equal(code, 1)
    const lines = stdout.trimEnd().split('\n').slice(-7)
    const expected = [
      /^ {4}Build │ \$ echo "1 test failed"; exit 7$/,
      /^ {4}Build │ 1 test failed$/,
      /^ {4}Build │ exit status 7$/,
      /^ {2}✘ Build .* Build terminated with state: FAILED$/,
      /^ {4}BUILD: Error while executing command: echo "1 test failed"; exit 7\. Reason: exit status 7$/,
      /^ {4}its whole log: pipewright logs explained --action Build --execution [0-9a-f-]+$/,
      /^✘ Failed {2}Stage Build failed/,
    ]
    for (const [index, pattern] of expected.entries()) assert.match(lines[index] ?? '', pattern)
  })

  test('cannot be started with a timeout that AWS does not know', async () => {
    await world.project('hasty', commands('true'))
    const start = world.codebuild.send(
      new StartBuildCommand({
        projectName: 'hasty',
        sourceTypeOverride: 'NO_SOURCE',
        buildspecOverride: commands('true'),
        artifactsOverride: { type: 'NO_ARTIFACTS' },
        timeoutInMinutesOverride: 1,
      }),
    )
    await assert.rejects(start, fails('InvalidInputException', 400, /timeoutInMinutes/))
  })

  test('shows no credentials in its log, not even one that is written in two halves', async () => {
    const id = await building(
      'masked',
      JSON.stringify({
        version: '0.2',
        phases: {
          build: {
            commands: [
              'echo "$AWS_SECRET_ACCESS_KEY" > secret.txt',
              'echo "whole $AWS_SECRET_ACCESS_KEY end"',
              'printf "halves "; cut -c1-9 secret.txt | tr -d "\\n"; sleep 0.1; cut -c10- secret.txt',
            ],
          },
        },
        artifacts: { files: ['secret.txt'] },
      }),
      ['Out'],
    )
    const run = await world.ended('masked', id)
    assert.equal(run.execution.status, 'Succeeded')
    const log = await world.logOf(buildIdOf(run))
    assert.match(log, /^whole \*\*\* end$/m)
    assert.match(log, /^halves \*\*\*$/m)
  })
})

/** Not after the half minute in which a runner far away may be silent: this one is a process of ours, and it is gone. */
async function loseTheRunner({ dataDir }: TestServer): Promise<void> {
  const id = await building('orphan', commands('echo begun', 'sleep 87003'))
  await world.line(await world.buildOf('orphan', id, 'Build'), /^begun$/)
  const record = JSON.parse(await readFile(join(dataDir, 'runner', 'runner.pid'), 'utf8')) as { pid: number }
  const killedAt = Date.now()
  process.kill(record.pid, 'SIGKILL')
  const run = await world.ended('orphan', id)
  assert.ok(Date.now() - killedAt < 10_000)
  assert.deepEqual(errorOf(run, 'Build'), { code: 'JobFailed', message: 'Build terminated with state: FAULT' })
  const { phases = [] } = await world.getBuild(buildIdOf(run))
  const phase = phases.find(({ phaseStatus }) => phaseStatus === 'FAULT')
  assert.match(phase?.contexts?.[0]?.message ?? '', /runner .*stopped answering/)
  const next = await building('after', commands('echo next'))
  assert.equal((await world.ended('after', next)).execution.status, 'Succeeded')
  await untilNoProcessWith('87003')
}

test('given a runner killed in the middle of a build, then the build fails at once and says why, and another runner builds the next', async () => {
  await loseTheRunner(server)
})

test('given a server killed in the middle of a build, when it is back, then the build’s result is handed over and it ran once', async () => {
  await using first = await startTestServer({ args: ['--log-level', 'silent'] })
  world = worldOf(first)
  await world.bucket('artifacts')
  await world.repository('app', { 'index.html': 'hello' })
  const id = await building('survivor', commands('echo begun', 'sleep 0.5', 'echo done'))
  await world.line(await world.buildOf('survivor', id, 'Build'), /^begun$/)
  await first.kill()
  await using again = await first.restart()
  world = worldOf(again)
  const run = await world.ended('survivor', id)
  assert.equal(run.execution.status, 'Succeeded')
  const { ids } = await world.codebuild.send(new ListBuildsForProjectCommand({ projectName: 'survivor' }))
  assert.deepEqual(ids, [buildIdOf(run)])
  const lines = (await world.logOf(buildIdOf(run))).split('\n')
  assert.deepEqual(
    lines.filter((line) => line === 'begun' || line === 'done'),
    ['begun', 'done'],
  )
  // the runner that the server found is not its child, and is missed all the same
  await loseTheRunner(again)
})
