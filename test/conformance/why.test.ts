/** `pipewright why` and the operations behind it, on a whole server; what docs/cli.md shows is what it prints. */
import {
  AcknowledgeJobCommand,
  CreateCustomActionTypeCommand,
  DisableStageTransitionCommand,
  PollForJobsCommand,
  PutJobSuccessResultCommand,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { callOwn } from '../../src/cli/own-api.ts'
import type { Explanation } from '../../src/core/execution/explain.ts'
import type { ExecutionTimings } from '../../src/core/execution/timings.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { action, checkout, stage, worldOf, type World } from '../support/world.ts'
import { missing, run } from './support.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/pipewright.mjs', import.meta.url))
const awsIsMissing = await missing('aws', ['--version'], 'the AWS CLI is not installed')

const FETCH = { category: 'Source', owner: 'Custom', provider: 'Fetcher', version: '1' } as const

let server: TestServer
let world: World
before(async () => {
  server = await startTestServer()
  world = worldOf(server)
  await Promise.all([
    world.bucket('artifacts'),
    world.bucket('web'),
    world.repository('app', { 'index.html': '<h1>hello</h1>' }),
    world.codepipeline.send(
      new CreateCustomActionTypeCommand({
        ...FETCH,
        inputArtifactDetails: { minimumCount: 0, maximumCount: 0 },
        outputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
      }),
    ),
  ])
})
after(async () => await server[Symbol.asyncDispose]())

const why = async (...args: string[]) => {
  const { code, stdout, stderr } = await run(process.execPath, [PROGRAM, 'why', ...args], { env: server.env })
  assert.equal(code, 0, stderr)
  return stdout
}
const explained = (pipelineName: string, pipelineExecutionId?: string) =>
  callOwn<Explanation>(server.client, 'Explain', { pipelineName, ...(pipelineExecutionId && { pipelineExecutionId }) })

/** Without what differs from run to run: ids, times, and which part of the time was the longest. */
const timeless = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>')
    .replaceAll(/\d+(?:\.\d)? s(?![a-z])/g, '<time>')
    .replaceAll(/: (.*<time>(?:, .*<time>)*)$/gm, (_, parts: string) => `: ${parts.split(', ').toSorted().join(', ')}`)

async function fetchIsDone(): Promise<void> {
  const { jobs = [] } = await world.codepipeline.send(new PollForJobsCommand({ actionTypeId: FETCH }))
  const [{ id: jobId = '', nonce = '', data } = {}] = jobs
  await world.codepipeline.send(new AcknowledgeJobCommand({ jobId, nonce }))
  const { bucketName = '', objectKey = '' } = data?.outputArtifacts?.[0]?.location?.s3Location ?? {}
  await world.put(bucketName, objectKey, 'the site')
  await world.codepipeline.send(new PutJobSuccessResultCommand({ jobId }))
}

test('given a pipeline that waits for a worker, then for a person, then why says so as the documentation shows it', async () => {
  const examples = [
    ...(await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8')).matchAll(/```text\n([^]*?)```/g),
  ].map(([, text = '']) => timeless(text))
  const id = await world.pipeline('shop', [
    stage('Source', { ...action('Fetch', 'Source/Any'), actionTypeId: FETCH, outputArtifacts: [{ name: 'Code' }] }),
    stage('Gate', action('Release', 'Approval/Manual', { CustomData: 'ship it?' })),
    stage('Deploy', action('Site', 'Deploy/S3', { BucketName: 'web', Extract: 'true' }, { input: ['Code'] })),
  ])
  const [waits] = (await explained('shop')).reasons
  assert.deepEqual([waits?.kind, waits?.about.actionName], ['WaitingForJobWorker', 'Fetch'])
  const [remedy] = waits?.remedies ?? []
  assert.deepEqual(remedy?.parameters, { actionTypeId: FETCH, maxBatchSize: 1 })
  assert.match(await why('shop', id), /aws codepipeline poll-for-jobs --action-type-id '\{.*\}' --max-batch-size 1\n/)

  await fetchIsDone()
  const freeze = { pipelineName: 'shop', stageName: 'Deploy', transitionType: 'Inbound', reason: 'freeze' } as const
  await world.codepipeline.send(new DisableStageTransitionCommand(freeze))
  const said = await why('shop')
  assert.equal(timeless(said), examples[0])
  assert.deepEqual(
    JSON.parse(await why('shop', '--json')).reasons.map(({ kind }: { kind: string }) => kind),
    ['ApprovalNeeded', 'TransitionDisabled'],
  )
  assert.equal(timeless(await why('shop', '--times')), examples[1])
  const typed = (remedy: string): string =>
    said
      .split('\n')
      .find((line) => line.includes(remedy))
      ?.split(': ')[1] ?? ''
  const approve = typed('Approves it').split(' ').slice(1)
  assert.equal((await run(process.execPath, [PROGRAM, ...approve], { env: server.env })).code, 0)
  const held = (await explained('shop', id)).reasons
  assert.deepEqual(
    held.map(({ kind, by }) => [kind, by]),
    [['TransitionDisabled', 'arn:aws:iam::000000000000:root']],
  )
  if (awsIsMissing === false) {
    const [aws = '', ...args] = typed('Enables the transition').split(' ')
    assert.equal((await run(aws, args, { env: server.env })).code, 0)
    assert.ok((await explained('shop')).reasons.every(({ kind }) => kind !== 'TransitionDisabled'))
  }
})

test('given commands on a build runner, then its time is told apart: queued, moving artifacts, running', async () => {
  const build = { ...action('Make', 'Compute/Commands', {}, { input: ['Code'] }), commands: ['echo made > made.txt'] }
  const id = await world.pipeline('made', [
    stage('Source', checkout('app')),
    stage('Build', { ...build, outputArtifacts: [{ name: 'Made', files: ['made.txt'] }] }),
  ])
  await world.ended('made', id)
  const timings = await callOwn<ExecutionTimings>(server.client, 'GetTimings', {
    pipelineName: 'made',
    pipelineExecutionId: id,
  })
  const [source, made] = timings.stages.map(
    ({ actions }) => new Set(actions[0]?.segments.map(({ activity }) => activity)),
  )
  assert.ok(source?.has('transferring'), 'the source was stored')
  assert.deepEqual([made?.has('queued'), made?.has('transferring'), made?.has('running')], [true, true, true])
  const parts = Object.values(timings.totals).reduce((sum, part) => sum + part, 0)
  assert.equal(parts, timings.durationMs)
  assert.deepEqual(
    (await explained('made', id)).reasons.map(({ kind }) => kind),
    ['Succeeded'],
  )
})

test('given what is not there, then both operations say so as AWS would', async () => {
  const pipelineExecutionId = '00000000-0000-4000-8000-000000000000'
  const ask = (operation: string, input: object) => callOwn(server.client, operation, input)
  await assert.rejects(ask('Explain', { pipelineName: 'none' }), /PipelineNotFoundException/)
  await assert.rejects(ask('Explain', { pipelineName: 'shop', pipelineExecutionId }), /PipelineExecutionNotFound/)
  await assert.rejects(ask('GetTimings', { pipelineName: 'shop', pipelineExecutionId }), /PipelineExecutionNotFound/)
  await assert.rejects(ask('GetTimings', { pipelineName: 'shop' }), /ValidationException.*pipelineExecutionId/)
  const { code, stderr } = await run(process.execPath, [PROGRAM, 'why', 'none'], { env: server.env })
  assert.equal(code, 1)
  assert.match(stderr, /^pipewright: PipelineNotFoundException: .*\n {2}See what there is with/)
})
