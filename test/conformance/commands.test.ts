/** Commands actions on a whole server (`spec` actions 4.2, A16): what the shell, later actions and artifacts see. */
import { CodeBuildClient, ListProjectsCommand, StartBuildCommand } from '@aws-sdk/client-codebuild'
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  GetPipelineStateCommand,
  StopPipelineExecutionCommand,
  type ActionDeclaration,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { readLog } from '../../src/cli/live.ts'
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
    world.repository('app', { 'index.html': '<h1>hello</h1>', 'docs/about.txt': 'about' }),
  ])
})
after(async () => await server[Symbol.asyncDispose]())

const commands = (name: string, lines: string[], rest: Partial<ActionDeclaration> = {}) => ({
  ...action(name, 'Compute/Commands', {}, { input: ['Code'] }),
  commands: lines,
  ...rest,
})

/** A pipeline of a checkout and these actions, each in a stage of its own, run to its end. */
async function ran(name: string, ...actions: ActionDeclaration[]): Promise<Run> {
  const stages = actions.map((one) => stage(one.name ?? '', one))
  return await world.ended(name, await world.pipeline(name, [stage('Source', checkout('app')), ...stages]))
}

async function logOf(run: Run, name: string): Promise<string> {
  const arn = run.action(name).output?.executionResult?.logStreamARN ?? ''
  const { group, stream } = /:log-group:(?<group>[^:]+):log-stream:(?<stream>.+)$/.exec(arn)?.groups ?? {}
  const { events = [] } = await world.logs.send(
    new GetLogEventsCommand({ logGroupName: group, logStreamName: stream, startFromHead: true }),
  )
  return events.map(({ message = '' }) => message.replace(/\n$/, '')).join('\n')
}

describe('A16 commands', () => {
  test('given two commands, they share a shell, and what they export reaches a later action', async () => {
    const run = await ran(
      'variables',
      commands('Measure', ['cd docs', 'COUNT=$(ls | wc -l | tr -d " ")', 'GREETING="$GREETING, $(cat about.txt)"'], {
        namespace: 'Measured',
        environmentVariables: [{ name: 'GREETING', value: '#{codepipeline.PipelineExecutionId}' }],
        outputVariables: ['COUNT', 'GREETING', 'CODEBUILD_INITIATOR', 'CODEBUILD_BUILD_ID'],
      }),
      commands('Report', ['echo "there are #{Measured.COUNT}: $SAID"'], {
        environmentVariables: [{ name: 'SAID', value: '#{Measured.GREETING}' }],
      }),
    )
    assert.equal(run.execution.status, 'Succeeded')
    const { output } = run.action('Measure')
    const { externalExecutionId, externalExecutionUrl, logStreamARN } = output?.executionResult ?? {}
    assert.deepEqual(output?.outputVariables, {
      COUNT: '1',
      GREETING: `${run.id}, about`,
      CODEBUILD_INITIATOR: 'codepipeline/variables',
      CODEBUILD_BUILD_ID: externalExecutionId,
    })
    assert.match(externalExecutionUrl ?? '', /^http:/)
    assert.match(
      logStreamARN ?? '',
      /^arn:aws:logs:us-east-1:000000000000:log-group:\/aws\/codepipeline\/variables:log-stream:[\w-]+$/,
    )
    assert.match(await logOf(run, 'Report'), new RegExp(`^there are 1: ${run.id}, about$`, 'm'))
    const { stageStates = [] } = await world.codepipeline.send(new GetPipelineStateCommand({ name: 'variables' }))
    assert.equal(stageStates[1]?.actionStates?.[0]?.latestExecution?.logStreamARN, logStreamARN)
  })

  test('given files, they and nothing else become the output artifact', async () => {
    const run = await ran(
      'files',
      commands('Make', ['mkdir -p dist/css', 'cp index.html dist/', 'echo "p {}" > dist/css/a.css', 'touch other'], {
        outputArtifacts: [{ name: 'Site', files: ['dist/**/*'] }],
      }),
      action('Web', 'Deploy/S3', { BucketName: 'web', Extract: 'true', ObjectKey: 'files' }, { input: ['Site'] }),
    )
    assert.equal(run.execution.status, 'Succeeded')
    assert.equal(await world.getText('web', 'files/dist/index.html'), '<h1>hello</h1>')
    assert.equal(await world.getText('web', 'files/dist/css/a.css'), 'p {}\n')
    await assert.rejects(world.getText('web', 'files/other'), fails('NoSuchKey', 404))
  })

  test('given a second input, it is beside the first', async () => {
    const run = await ran(
      'inputs',
      commands('Make', ['echo made > made.txt'], { outputArtifacts: [{ name: 'Made', files: ['made.txt'] }] }),
      commands('Both', ['cat index.html "$CODEBUILD_SRC_DIR_Made/made.txt"'], {
        inputArtifacts: [{ name: 'Code' }, { name: 'Made' }],
      }),
    )
    assert.equal(run.execution.status, 'Succeeded')
    assert.match(await logOf(run, 'Both'), /<h1>hello<\/h1>made$/m)
  })

  test('given a command that fails, then the action fails with JobFailed and no later command runs', async () => {
    const run = await ran('failing', commands('Break', ['echo before', 'false', 'echo after']))
    const { status, output } = run.action('Break')
    assert.deepEqual([run.execution.status, status], ['Failed', 'Failed'])
    const { errorDetails, logStreamARN } = output?.executionResult ?? {}
    assert.equal(errorDetails?.code, 'JobFailed')
    assert.match(errorDetails?.message ?? '', /^Build terminated with state: FAILED\. .*false\. Reason: exit status 1$/)
    assert.ok(logStreamARN)
    const log = await logOf(run, 'Break')
    assert.match(log, /^before$/m)
    assert.doesNotMatch(log, /^after$/m)
  })

  test('given a secret and no Secrets Manager, then the action says so', async () => {
    const run = await ran(
      'secret',
      commands('Use', ['echo "$TOKEN"'], {
        environmentVariables: [{ name: 'TOKEN', value: 'prod/token', type: 'SECRETS_MANAGER' }],
      }),
    )
    assert.match(run.action('Use').output?.executionResult?.errorDetails?.message ?? '', /Secrets Manager/)
  })

  test('given an execution is stopped and abandoned, then its commands end', async () => {
    const pipeline = 'stopped'
    const id = await world.pipeline(pipeline, [
      stage('Source', checkout('app')),
      stage('Wait', commands('Wait', ['sleep 600'])),
    ])
    const { uuid } = await world.buildOf(pipeline, id, 'Wait')
    await world.codepipeline.send(
      new StopPipelineExecutionCommand({ pipelineName: pipeline, pipelineExecutionId: id, abandon: true }),
    )
    assert.equal((await world.ended(pipeline, id)).execution.status, 'Stopped')
    const source = { group: `/aws/codepipeline/${pipeline}`, stream: uuid, from: 0, follow: true }
    const lines: string[] = []
    for await (const { message } of await readLog(server.client, source, AbortSignal.timeout(30_000))) {
      lines.push(message)
      if (message.includes('Build STOPPED')) break
    }
    assert.match(lines.at(-1) ?? '', /Build STOPPED/)
  })
})

test('what commands run on is in no list of projects, and nobody else can build with it', async () => {
  const codebuild = new CodeBuildClient(server.client)
  assert.deepEqual((await codebuild.send(new ListProjectsCommand({}))).projects, [])
  await assert.rejects(
    codebuild.send(new StartBuildCommand({ projectName: 'codepipeline@variables' })),
    fails('ResourceNotFoundException'),
  )
  codebuild.destroy()
})
