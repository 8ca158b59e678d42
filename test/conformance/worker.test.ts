/** `pipewright/worker` and the example that is written with it, against a whole server. */
import {
  CreateCustomActionTypeCommand,
  ListActionExecutionsCommand,
  StopPipelineExecutionCommand,
  type CreateCustomActionTypeCommandInput,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { JobFailure, work, type Job, type WorkOptions } from '../../src/worker/worker.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { action, checkout, stage, worldOf, type World } from '../support/world.ts'

const EXAMPLE = fileURLToPath(new URL('../../examples/custom-action/', import.meta.url))

let server: TestServer
let world: World

before(async () => {
  server = await startTestServer()
  world = worldOf(server)
  await world.bucket('artifacts')
  await world.repository('shop', { 'a.txt': 'one two', 'b.txt': 'three', 'c.md': 'not counted' })
})

after(async () => await server[Symbol.asyncDispose]())

const custom = (provider: string) => ({ category: 'Test', owner: 'Custom', provider, version: '1' }) as const

async function createType(provider: string): Promise<void> {
  await world.codepipeline.send(
    new CreateCustomActionTypeCommand({
      ...custom(provider),
      configurationProperties: [{ name: 'Greeting', required: false, key: true, secret: false }],
      inputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
      outputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
    }),
  )
}

/** Works until the body is done. */
async function working(options: Omit<WorkOptions, 'connection' | 'signal'>, body: () => Promise<void>): Promise<void> {
  const stop = new AbortController()
  const done = work({ pollMs: 20, ...options, connection: server.client, signal: stop.signal })
  try {
    await body()
  } finally {
    stop.abort()
    await done
  }
}

describe('the example', () => {
  test('given the worker of examples/custom-action, then it counts the words of the source', async () => {
    const type = await readFile(join(EXAMPLE, 'action-type.json'), 'utf8')
    await world.codepipeline.send(
      new CreateCustomActionTypeCommand(JSON.parse(type) as CreateCustomActionTypeCommandInput),
    )
    const worker = spawn(process.execPath, ['--conditions=pipewright-source', join(EXAMPLE, 'worker.ts')], {
      env: server.env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    try {
      const count = action('Count', 'Test/WordCount', { Ending: '.txt' }, { input: ['Code'], namespace: 'Counted' })
      const id = await world.pipeline('count', [
        stage('Source', checkout('shop')),
        stage('Count', { ...count, actionTypeId: custom('WordCount') }),
      ])
      const run = await world.ended('count', id)
      const { output } = run.action('Count')
      assert.equal(run.execution.status, 'Succeeded', JSON.stringify(output))
      assert.equal(output?.executionResult?.externalExecutionSummary, '3 words')
      assert.deepEqual(output?.outputVariables, { Words: '3' })
    } finally {
      worker.kill()
      await once(worker, 'exit')
    }
  })
})

describe('a handler', () => {
  test('given artifacts, then it reads what came before it and what it stores reaches the next action', async () => {
    await createType('Pack')
    const seen: string[] = []
    const handle = async (job: Job) => {
      const input = await job.input()
      if (job.action === 'Make') {
        await mkdir(join(job.folder, 'out', 'deep'), { recursive: true })
        const text = `${job.configuration['Greeting']}, ${await readFile(join(input, 'b.txt'), 'utf8')}`
        await writeFile(join(job.folder, 'out', 'deep', 'made.txt'), text)
        await job.output(join(job.folder, 'out'))
        return { externalExecutionId: 'make/7' }
      }
      seen.push(await readFile(join(input, 'deep', 'made.txt'), 'utf8'))
      await assert.rejects(job.output(input), /no output artifact/)
      return {}
    }
    const make = action('Make', 'Test/Pack', { Greeting: 'hello' }, { input: ['Code'], output: ['Made'] })
    const use = action('Use', 'Test/Pack', {}, { input: ['Made'] })
    await working({ actionType: { category: 'Test', provider: 'Pack' }, handle, concurrency: 2 }, async () => {
      const id = await world.pipeline('pack', [
        stage('Source', checkout('shop')),
        stage('Make', { ...make, actionTypeId: custom('Pack') }),
        stage('Use', { ...use, actionTypeId: custom('Pack') }),
      ])
      const run = await world.ended('pack', id)
      assert.equal(run.execution.status, 'Succeeded')
      assert.equal(run.action('Make').output?.executionResult?.externalExecutionId, 'make/7')
    })
    assert.deepEqual(seen, ['hello, three'])
  })

  test('given a continuation token, then a next job brings it back; given a throw, then the action fails with it', async () => {
    await createType('Slow')
    const tokens: (string | undefined)[] = []
    const handle = async ({ continuationToken }: Job) => {
      tokens.push(continuationToken)
      if (continuationToken === undefined) return { continuationToken: 'half way', percentComplete: 50 }
      throw new JobFailure('the other half is missing', { type: 'ConfigurationError', externalExecutionId: 'x1' })
    }
    await working({ actionType: { category: 'Test', provider: 'Slow' }, handle }, async () => {
      const slow = { ...action('Slow', 'Test/Slow'), actionTypeId: custom('Slow') }
      const id = await world.pipeline('slow', [stage('Source', checkout('shop')), stage('Slow', slow)])
      const result = (await world.ended('slow', id)).action('Slow').output?.executionResult
      assert.deepEqual(result?.errorDetails, { code: 'ConfigurationError', message: 'the other half is missing' })
      assert.equal(result?.externalExecutionId, 'x1')
    })
    assert.deepEqual(tokens, [undefined, 'half way'])
  })

  test('given a result that the service refuses, then the action fails with what it says', async () => {
    await createType('Wordy')
    const handle = async () => ({ continuationToken: 'more', outputVariables: { Words: 'too early' } })
    await working({ actionType: { category: 'Test', provider: 'Wordy' }, handle }, async () => {
      const wordy = { ...action('Wordy', 'Test/Wordy'), actionTypeId: custom('Wordy') }
      const id = await world.pipeline('wordy', [stage('Source', checkout('shop')), stage('Wordy', wordy)])
      const { errorDetails } = (await world.ended('wordy', id)).action('Wordy').output?.executionResult ?? {}
      assert.equal(errorDetails?.code, 'JobFailed')
      assert.match(errorDetails.message ?? '', /together with a continuationToken/)
    })
  })

  test('given an execution that is abandoned, then the signal of its job fires', async () => {
    await createType('Endless')
    const started = Promise.withResolvers<void>()
    const stopped = Promise.withResolvers<void>()
    const handle = async ({ signal }: Job) => {
      started.resolve()
      await once(signal, 'abort')
      stopped.resolve()
    }
    await working({ actionType: { category: 'Test', provider: 'Endless' }, handle, watchMs: 20 }, async () => {
      const endless = { ...action('Endless', 'Test/Endless'), actionTypeId: custom('Endless') }
      const id = await world.pipeline('endless', [stage('Source', checkout('shop')), stage('Endless', endless)])
      await started.promise
      await world.codepipeline.send(
        new StopPipelineExecutionCommand({ pipelineName: 'endless', pipelineExecutionId: id, abandon: true }),
      )
      await stopped.promise
      const { actionExecutionDetails = [] } = await world.codepipeline.send(
        new ListActionExecutionsCommand({ pipelineName: 'endless' }),
      )
      assert.equal(actionExecutionDetails[0]?.status, 'Abandoned')
    })
  })

  test('given a server that is away, then it is asked again until it is back', async () => {
    const errors: unknown[] = []
    const stop = new AbortController()
    const heard = Promise.withResolvers<void>()
    const onError = (error: unknown) => {
      errors.push(error)
      if (errors.length === 2) heard.resolve()
    }
    const done = work({
      actionType: { category: 'Test', provider: 'Away' },
      handle: async () => {},
      connection: { ...server.client, endpoint: 'http://127.0.0.1:1' },
      pollMs: 5,
      signal: stop.signal,
      onError,
    })
    await heard.promise
    stop.abort()
    await done
  })

  test('given an action type that nobody knows, then working ends with what the server says', async () => {
    await assert.rejects(
      work({
        actionType: { category: 'Test', provider: 'Nothing' },
        handle: async () => {},
        connection: server.client,
      }),
      { name: 'ActionTypeNotFoundException' },
    )
  })
})
