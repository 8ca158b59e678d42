import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import type { ActionOrder, PipelineKey } from '../core/execution/execution.ts'
import type { ActionDeclaration, PipelineDeclaration } from '../core/pipeline/declaration.ts'
import { createEngine, type EngineAnswer, type EngineEvent } from '../engine/engine.ts'
import { createJobs } from '../jobs/jobs.ts'
import { createBus, type BusEvent } from '../journal/journal.ts'
import { openSqliteStore, type Store } from '../store/store.ts'
import { createTriggers } from './triggers.ts'

const KEY: PipelineKey = { account: '000000000000', region: 'eu-west-1', name: 'shop' }

describe('a push to CodeCommit', () => {
  test('starts the pipeline of that branch with the pushed commit, once for each event', async () => {
    const { happens, started } = await watching(pipeline(codeCommit({ RepositoryName: 'shop', BranchName: 'main' })))
    await happens(push('main'))
    assert.deepEqual(started, [
      {
        key: KEY,
        event: {
          type: 'ExecutionRequested',
          executionId: 'id-1',
          trigger: { type: 'PollForSourceChanges', detail: 'Fetch' },
          variables: { A: '1' },
          sourceRevisions: [{ actionName: 'Fetch', revisionType: 'COMMIT_ID', revisionValue: 'c2' }],
          clientRequestToken: 'event-1',
          automatic: true,
          onlyIfNew: { actionName: 'Fetch', revisionId: 'c2' },
        },
      },
    ])
  })

  const main = codeCommit({ RepositoryName: 'shop', BranchName: 'main' })
  const cases: readonly [string, PipelineDeclaration, BusEvent, number][] = [
    ['a new branch', pipeline(main), push('main', { event: 'referenceCreated' }), 1],
    ['another branch', pipeline(main), push('other'), 0],
    ['a deleted branch', pipeline(main), push('main', { event: 'referenceDeleted', commitId: undefined }), 0],
    ['a tag of the same name', pipeline(main), push('main', { referenceType: 'tag' }), 0],
    ['another repository', pipeline(main), push('main', { repositoryName: 'other' }), 0],
    ['another region', pipeline(main), { ...push('main'), region: 'us-east-1' }, 0],
    ['another account', pipeline(main), { ...push('main'), account: '111111111111' }, 0],
    [
      'a pipeline that does not poll',
      pipeline(codeCommit({ ...main.configuration, PollForSourceChanges: 'False' })),
      push('main'),
      0,
    ],
    [
      'a repository of the account of the role',
      pipeline({ ...main, roleArn: 'arn:aws:iam::111111111111:role/r' }),
      { ...push('main'), account: '111111111111' },
      1,
    ],
    [
      'a source in another region',
      pipeline({ ...main, region: 'us-east-1' }),
      { ...push('main'), region: 'us-east-1' },
      1,
    ],
  ]
  for (const [given, declaration, event, starts] of cases) {
    test(`${starts === 1 ? 'starts' : 'does not start'} a pipeline, given ${given}`, async () => {
      const { happens, started } = await watching(declaration)
      await happens(event)
      assert.equal(started.length, starts)
    })
  }

  test('given two source actions on the branch, starts one execution with both pinned', async () => {
    const { happens, started } = await watching(pipeline(main, { ...main, name: 'Again' }))
    await happens(push('main'))
    assert.equal(started.length, 1)
    const [{ event } = assert.fail()] = started
    assert.deepEqual(event.type === 'ExecutionRequested' && event.sourceRevisions.map(({ actionName }) => actionName), [
      'Fetch',
      'Again',
    ])
  })
})

describe('a new version of an S3 object', () => {
  const source = action('S3', { S3Bucket: 'in', S3ObjectKey: 'app.zip' })

  test('starts the pipeline that reads it, with that version', async () => {
    const { happens, started } = await watching(pipeline(source))
    await happens(created('in', 'app.zip', 'v2'))
    const [{ event } = assert.fail()] = started
    assert.deepEqual(event.type === 'ExecutionRequested' && event.sourceRevisions, [
      { actionName: 'Fetch', revisionType: 'S3_OBJECT_VERSION_ID', revisionValue: 'v2' },
    ])
  })

  test('given another key or no version, starts nothing', async () => {
    const { happens, started } = await watching(pipeline(source))
    await happens(created('in', 'other.zip', 'v2'))
    await happens(created('in', 'app.zip', undefined))
    assert.deepEqual(started, [])
  })
})

describe('a pipeline that changes', () => {
  test('is watched as it is now: created, updated, deleted', async () => {
    const { happens, started, triggers } = await watching()
    triggers.pipelineChanged(KEY, pipeline(codeCommit({ RepositoryName: 'shop', BranchName: 'main' })))
    await happens(push('main'))
    triggers.pipelineChanged(KEY, pipeline(codeCommit({ RepositoryName: 'shop', BranchName: 'next' })))
    await happens(push('main'))
    await happens(push('next'))
    triggers.pipelineChanged(KEY, undefined)
    await happens(push('next'))
    assert.equal(started.length, 2)
  })
})

describe('from the bus to the provider', () => {
  test('a published push starts the source action with the pushed commit; the same event again starts nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pipewright-triggers-'))
    try {
      await using store = await openSqliteStore({ file: join(folder, 'db') })
      const bus = createBus({ store, newId: randomUUID })
      await using jobs = createJobs({ store, clock: systemClock, newId: randomUUID })
      const source = codeCommit({ RepositoryName: 'shop', BranchName: 'main' })
      const orders: ActionOrder[] = []
      const reached = Promise.withResolvers<void>()
      await using engine = createEngine({
        store,
        bus,
        jobs,
        clock: systemClock,
        log: silentLog,
        newId: randomUUID,
        newKey: () => 'abcdefg',
        providers: [
          {
            types: [source.actionTypeId],
            run: async (order) => {
              orders.push(order)
              reached.resolve()
              return { type: 'Succeeded' }
            },
          },
        ],
        clientFor: () => () => assert.fail('no client is needed'),
        declared: (key, declaration) => triggers.pipelineChanged(key, declaration),
      })
      await using triggers = createTriggers({ store, bus, engine, log: silentLog, newId: randomUUID })
      await triggers.start()
      const { variables: _, ...declaration } = pipeline({ ...source, outputArtifacts: [{ name: 'App' }] })
      await engine.create({ key: KEY, declaration, tags: {}, startedBy: 'me', variables: undefined })
      await bus.publish([push('main'), push('main')])
      await reached.promise
      await engine.idle()
      assert.deepEqual(
        orders.map(({ sourceRevisions }) => sourceRevisions),
        [[{ actionName: 'Fetch', revisionType: 'COMMIT_ID', revisionValue: 'c2' }]],
      )
      const executions = await store.read.pipelines.executions(KEY, { limit: 10 })
      assert.deepEqual(
        executions.map(({ trigger }) => trigger),
        [{ type: 'PollForSourceChanges', detail: 'Fetch' }],
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

// ---- a bus and an engine that remember -----------------------------------------------------------------------------------

async function watching(declaration?: PipelineDeclaration) {
  const started: { readonly key: PipelineKey; readonly event: EngineEvent }[] = []
  let consumer: { matches: (event: BusEvent) => boolean; handle: (event: BusEvent) => Promise<void> } | undefined
  const pipelines = {
    keys: async () => (declaration ? [KEY] : []),
    load: async () => ({ state: { declaration } }),
  }
  const triggers = createTriggers({
    store: { read: { pipelines } } as unknown as Store,
    bus: {
      consume: (_, { matches = () => true }, handle) => {
        consumer = { matches, handle }
        return { [Symbol.asyncDispose]: async () => undefined }
      },
    },
    engine: {
      send: async (key, event): Promise<EngineAnswer> => {
        started.push({ key, event })
        return { accepted: false, rejection: 'no-such-pipeline' }
      },
    },
    log: silentLog,
    newId: () => `id-${started.length + 1}`,
  })
  await triggers.start()
  const happens = async (event: BusEvent) => {
    if (consumer?.matches(event)) await consumer.handle(event)
  }
  return { triggers, started, happens }
}

function action(provider: string, configuration: Readonly<Record<string, string>>): ActionDeclaration {
  const actionTypeId = { category: 'Source', owner: 'AWS', provider, version: '1' } as const
  return { name: 'Fetch', actionTypeId, runOrder: 1, configuration, inputArtifacts: [], outputArtifacts: [] }
}

function codeCommit(configuration: Readonly<Record<string, string>>): ActionDeclaration {
  return action('CodeCommit', configuration)
}

function pipeline(...actions: readonly ActionDeclaration[]): PipelineDeclaration {
  return {
    name: 'shop',
    roleArn: 'arn:aws:iam::000000000000:role/pipeline',
    artifactStore: { type: 'S3', location: 'artifacts' },
    stages: [{ name: 'Source', actions }],
    version: 1,
    executionMode: 'SUPERSEDED',
    pipelineType: 'V2',
    variables: [{ name: 'A', defaultValue: '1' }, { name: 'B' }],
  }
}

function envelope() {
  return { id: 'event-1', account: KEY.account, region: KEY.region, time: 0, resources: [] }
}

function push(branch: string, changes: Readonly<Record<string, unknown>> = {}): BusEvent {
  const detail = {
    event: 'referenceUpdated',
    repositoryName: 'shop',
    referenceType: 'branch',
    referenceName: branch,
    commitId: 'c2',
    ...changes,
  }
  return { ...envelope(), source: 'aws.codecommit', detailType: 'CodeCommit Repository State Change', detail }
}

function created(bucket: string, key: string, version: string | undefined): BusEvent {
  const object = { key, ...(version !== undefined && { 'version-id': version }) }
  return { ...envelope(), source: 'aws.s3', detailType: 'Object Created', detail: { bucket: { name: bucket }, object } }
}
