/** `retry`, `rollback`, `skip` and `start --from-stage`, as people type them. */
import {
  AcknowledgeJobCommand,
  CodePipelineClient,
  CreateCustomActionTypeCommand,
  CreatePipelineCommand,
  GetPipelineExecutionCommand,
  ListPipelineExecutionsCommand,
  PollForJobsCommand,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
  UpdatePipelineCommand,
  type ActionDeclaration,
  type PipelineDeclaration,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startTestServer, type TestServer } from '../support/server.ts'
import { run } from './support.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/pipewright.mjs', import.meta.url))

let server: TestServer
let codepipeline: CodePipelineClient
before(async () => {
  server = await startTestServer()
  codepipeline = new CodePipelineClient(server.client)
  for (const category of ['Source', 'Build'] as const) {
    const artifacts = { minimumCount: 0, maximumCount: 1 }
    await codepipeline.send(
      new CreateCustomActionTypeCommand({
        category,
        provider: 'Work',
        version: '1',
        inputArtifactDetails: category === 'Source' ? { minimumCount: 0, maximumCount: 0 } : artifacts,
        outputArtifactDetails: artifacts,
      }),
    )
  }
})
after(async () => await server[Symbol.asyncDispose]())

const pipewright = (...args: readonly string[]) => run(process.execPath, [PROGRAM, ...args], { env: server.env })

const typeOf = (category: 'Source' | 'Build') =>
  ({ category, owner: 'Custom', provider: 'Work', version: '1' }) as const

const action = (name: string, more: Partial<ActionDeclaration> = {}): ActionDeclaration => ({
  name,
  actionTypeId: typeOf('Build'),
  ...more,
})

const declaration = (name: string, deploy: Partial<ActionDeclaration> = {}): PipelineDeclaration => ({
  name,
  roleArn: 'arn:aws:iam::000000000000:role/pipeline',
  artifactStore: { type: 'S3', location: 'artifacts' },
  pipelineType: 'V2',
  stages: [
    {
      name: 'Source',
      actions: [{ name: 'Fetch', actionTypeId: typeOf('Source'), outputArtifacts: [{ name: 'Code' }] }],
    },
    { name: 'Test', actions: [action('Unit'), action('Browser')] },
    { name: 'Deploy', actions: [action('Upload', { inputArtifacts: [{ name: 'Code' }], ...deploy })] },
  ],
})

/** @returns its first execution */
async function create(name: string): Promise<string> {
  await codepipeline.send(new CreatePipelineCommand({ pipeline: declaration(name) }))
  const { pipelineExecutionSummaries = [] } = await codepipeline.send(
    new ListPipelineExecutionsCommand({ pipelineName: name }),
  )
  return pipelineExecutionSummaries[0]?.pipelineExecutionId ?? ''
}

const offered: { id?: string; nonce?: string; action?: string; pipeline?: string }[] = []

/** As a job worker: takes the action's job and ends it. An action is in progress a moment before its job is offered. */
async function end(pipeline: string, name: string, how: 'ok' | 'fail' = 'ok'): Promise<void> {
  const isWanted = (job: (typeof offered)[number]) => job.pipeline === pipeline && job.action === name
  let place: number
  while ((place = offered.findIndex(isWanted)) < 0) {
    for (const category of ['Source', 'Build'] as const) {
      const { jobs = [] } = await codepipeline.send(
        new PollForJobsCommand({ actionTypeId: typeOf(category), maxBatchSize: 10 }),
      )
      for (const { id = '', nonce = '', data } of jobs) {
        const { pipelineContext: context } = data ?? {}
        offered.push({ id, nonce, action: context?.action?.name ?? '', pipeline: context?.pipelineName ?? '' })
      }
    }
  }
  const [{ id: jobId, nonce } = {}] = offered.splice(place, 1)
  await codepipeline.send(new AcknowledgeJobCommand({ jobId, nonce }))
  const failureDetails = { type: 'JobFailed', message: 'it broke' } as const
  if (how === 'ok') await codepipeline.send(new PutJobSuccessResultCommand({ jobId }))
  else await codepipeline.send(new PutJobFailureResultCommand({ jobId, failureDetails }))
}

async function statusOf(pipelineName: string, pipelineExecutionId: string) {
  const { pipelineExecution } = await codepipeline.send(
    new GetPipelineExecutionCommand({ pipelineName, pipelineExecutionId }),
  )
  return pipelineExecution?.status
}

test('given two actions failed, when one is retried and the other skipped, then the execution goes on', async () => {
  const id = await create('retried')
  await end('retried', 'Fetch')
  await end('retried', 'Unit', 'fail')
  await end('retried', 'Browser', 'fail')
  const retried = await pipewright('retry', 'retried', 'Test', '--action', 'Unit')
  assert.deepEqual([retried.code, retried.stdout.split('\n')[0]], [0, 'Test/Unit runs again'])
  await end('retried', 'Unit')
  const skipped = await pipewright('skip', 'retried', id, 'Test', 'Browser', '--reason', 'known flake')
  assert.deepEqual([skipped.code, skipped.stdout], [0, 'Test/Browser is skipped in this execution, once\n'])
  await end('retried', 'Upload', 'fail')
  const again = await pipewright('retry', 'retried', 'Deploy', '--json')
  assert.deepEqual(JSON.parse(again.stdout), { pipelineExecutionId: id })
  await end('retried', 'Upload')
  assert.equal(await statusOf('retried', id), 'Succeeded')
  const watched = await pipewright('watch', 'retried', '--execution', id)
  assert.match(watched.stdout, /Browser .*\(not on AWS\) Skipped once by \S+: known flake/)
})

test('given the pipeline was updated, when a stage is rolled back, then it is previewed, refused as on AWS, and done across versions', async () => {
  const id = await create('rolled')
  for (const name of ['Fetch', 'Unit', 'Browser', 'Upload']) await end('rolled', name)
  const same = await pipewright('rollback', 'rolled', 'Deploy', '--to', id)
  const [rollback = ''] = same.stdout.split('\n')
  await end('rolled', 'Upload')
  assert.equal(await statusOf('rolled', rollback), 'Succeeded')
  await codepipeline.send(new UpdatePipelineCommand({ pipeline: declaration('rolled', { timeoutInMinutes: 30 }) }))
  const preview = await pipewright('rollback', 'rolled', 'Deploy', '--to', id, '--preview')
  assert.equal(
    preview.stdout,
    [
      `Deploy of version 2 would run with what execution ${id} of version 1 had.`,
      '  Upload (1)  Code  changed since: timeoutInMinutes',
      'It needs --across-versions.',
      '',
    ].join('\n'),
  )
  const refused = await pipewright('rollback', 'rolled', 'Deploy', '--to', id)
  assert.deepEqual([refused.code, /PipelineExecutionOutdatedException/.test(refused.stderr)], [1, true], refused.stderr)
  const done = await pipewright('rollback', 'rolled', 'Deploy', '--to', id, '--across-versions', '--json')
  const { pipelineExecutionId } = JSON.parse(done.stdout) as { pipelineExecutionId: string }
  await end('rolled', 'Upload')
  assert.equal(await statusOf('rolled', pipelineExecutionId), 'Succeeded')
})

test('given a stage failed, when an execution starts from it, then it has what the earlier one had', async () => {
  const id = await create('late')
  for (const name of ['Fetch', 'Unit', 'Browser']) await end('late', name)
  await end('late', 'Upload', 'fail')
  for (const [args, says] of [
    [['--from-stage', 'Deploy'], /--reason/],
    [['--of', id], /--from-stage/],
    [['--from-stage', 'Deploy', '--reason', 'r', '--variable', 'a=b'], /--variable/],
  ] as const) {
    const { code, stderr } = await pipewright('start', 'late', ...args)
    assert.deepEqual([code, says.test(stderr)], [2, true], stderr)
  }
  const nowhere = await pipewright('start', 'late', '--from-stage', 'Source', '--of', id, '--reason', 'r')
  assert.match(nowhere.stderr, /it is the first stage, which an ordinary start begins with/)
  const { stdout } = await pipewright(
    'start',
    'late',
    '--from-stage',
    'Deploy',
    '--reason',
    'the host is back',
    '--json',
  )
  const { pipelineExecutionId } = JSON.parse(stdout) as { pipelineExecutionId: string }
  await end('late', 'Upload')
  assert.equal(await statusOf('late', pipelineExecutionId), 'Succeeded')
})
