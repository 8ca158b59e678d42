import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { randomAlphanumeric } from '../base/ids.ts'
import { silentLog } from '../base/log.ts'
import type { ActionOrder, PipelineKey } from '../core/execution/execution.ts'
import type { ActionDeclaration, PipelineDeclaration } from '../core/pipeline/declaration.ts'
import { createJobs } from '../jobs/jobs.ts'
import { createBus } from '../journal/journal.ts'
import { ActionAborted, type ActionContext, type ActionOutcome, type ActionProvider } from '../providers/provider.ts'
import { openSqliteStore, StaleWrite, type BusEvent, type Store } from '../store/store.ts'
import { createEngine, customJobQueue, type Engine, type EngineDependencies } from './engine.ts'

describe('a pipeline that runs', () => {
  test('given two stages, each action starts when the one before it succeeded, until the execution has succeeded', async () => {
    await using server = await start({ run: succeed })
    await server.create()
    await server.engine.idle()
    assert.deepEqual(server.ran, ['Fetch', 'Ship'])
    assert.equal(await server.status(), 'Succeeded')
    assert.deepEqual(await server.outbox(), [], 'every entry is gone with its outcome')
    assert.equal(await server.store.read.timers.next(), undefined, 'no timeout outlives its action')
  })

  test('given a run, its state changes are in the journal in order', async () => {
    await using server = await start({ run: succeed })
    await server.create()
    await server.engine.idle()
    const rows = await server.store.read.events.after(0, 100)
    assert.deepEqual(
      rows.map(({ event }) => `${event.detailType.split(' ')[1]} ${String(event.detail['state'])}`),
      [
        'Pipeline STARTED',
        'Stage STARTED',
        'Action STARTED',
        'Action SUCCEEDED',
        'Stage SUCCEEDED',
        'Stage STARTED',
        'Action STARTED',
        'Action SUCCEEDED',
        'Stage SUCCEEDED',
        'Pipeline SUCCEEDED',
      ],
    )
    assert.deepEqual(
      server.heard.map(({ id }) => id),
      rows.map(({ event }) => event.id),
      'and listeners heard the same',
    )
  })

  test('given a provider that reports progress and ends with variables, both are recorded', async () => {
    await using server = await start({
      run: async (_, context) => {
        await context.progress({ externalExecutionId: 'x-1', percentComplete: 40 })
        return { type: 'Succeeded', outputVariables: { A: '1' } }
      },
    })
    await server.create()
    await server.engine.idle()
    const [newest] = await server.actions()
    assert.equal(newest?.externalExecutionId, 'x-1')
    assert.deepEqual(newest?.outputVariables, { A: '1' })
  })

  test('given a pending outcome, the entry is gone and the action waits for whoever ends it', async () => {
    await using server = await start({ run: async () => ({ type: 'Pending' }) })
    await server.create()
    await server.engine.idle()
    assert.deepEqual(await server.outbox(), [])
    assert.equal(await server.status(), 'InProgress')
    const [waiting] = await server.actions()
    assert.ok(waiting)
    const end = { type: 'ActionSucceeded', executionId: waiting.executionId, actionExecutionId: waiting.id } as const
    const [first, second] = await Promise.all([server.engine.send(KEY, end), server.engine.send(KEY, end)])
    assert.ok(first?.accepted && second?.accepted, 'a repeated result is accepted and changes nothing')
    await server.engine.idle()
    assert.deepEqual(server.ran, ['Fetch', 'Ship'])
  })
})

describe('failures', () => {
  test('given an AWS error, the action fails with the matching code', async () => {
    await using server = await start({
      run: async () => {
        throw Object.assign(new Error('Repository shop does not exist'), {
          name: 'RepositoryDoesNotExistException',
          $fault: 'client',
          $metadata: { httpStatusCode: 400 },
        })
      },
    })
    await server.create()
    await server.engine.idle()
    assert.deepEqual((await server.actions())[0]?.error, {
      code: 'ConfigurationError',
      message: 'Repository shop does not exist',
    })
    assert.equal(await server.status(), 'Failed')
  })

  test('given any other error, the owner gets a request id and not our text', async () => {
    await using server = await start({
      run: async () => {
        throw new Error('secret internals')
      },
    })
    await server.create()
    await server.engine.idle()
    const error = (await server.actions())[0]?.error
    assert.equal(error?.code, 'InternalError')
    assert.match(error.message, /^Pipewright failed internally \(request id [0-9a-f-]{36}\)$/)
  })

  test('given a type that nobody provides, the action says so', async () => {
    await using server = await start({ run: succeed, providers: [] })
    await server.create()
    await server.engine.idle()
    assert.deepEqual((await server.actions())[0]?.error, {
      code: 'ConfigurationError',
      message: 'Pipewright cannot run the action type Source/AWS/CodeCommit/1 yet.',
    })
  })

  test('given a store that refuses the outcome once, it is saved the next time and the provider does not run again', async () => {
    let refusals = 1
    await using server = await start({
      run: succeed,
      wrapStore: (store) => ({
        ...store,
        write: async (work) => {
          if (server?.ran.length === 1 && refusals-- > 0) throw new Error('disk full')
          return await store.write(work)
        },
      }),
      // the wait between two attempts is over at once, timeouts never come
      schedule: (delayMs, callback) => {
        if (delayMs < 1000) queueMicrotask(callback)
        return () => undefined
      },
    })
    await server.create()
    await server.engine.idle()
    assert.deepEqual(server.ran, ['Fetch', 'Ship'])
    assert.equal(await server.status(), 'Succeeded')
  })

  for (const [what, fault] of [
    ['whose answer is lost', 'lost'],
    ['that the store does twice', 'twice'],
  ] as const) {
    test(`given a commit ${what}, what it left in the outbox is performed once, and its events are heard`, async () => {
      let faults = 1
      await using server = await start({
        run: succeed,
        wrapStore: (store) => ({
          ...store,
          write: async (work) => {
            const result = await store.write(work)
            if (server?.ran.length !== 1 || faults-- <= 0) return result
            if (fault === 'twice') return await store.write(work)
            throw new Error('the connection broke')
          },
        }),
        schedule: (delayMs, callback) => {
          if (delayMs <= 1000) queueMicrotask(callback)
          return () => undefined
        },
      })
      await server.engine.recover()
      await server.create()
      await server.until('Succeeded')
      await server.engine.idle()
      assert.deepEqual(server.ran, ['Fetch', 'Ship'])
      assert.deepEqual(await server.outbox(), [])
      const started = new Set(server.heard.map(({ id }) => id))
      const journal = await server.store.read.events.after(0, 100)
      assert.deepEqual(
        journal.filter(({ event }) => !started.has(event.id)),
        [],
      )
    })
  }
})

describe('crashes', () => {
  test('given a crash between commit and dispatch, recovery starts what was committed, once', async () => {
    const first = await start({ run: succeed })
    first.crashAt('after-commit')
    await assert.rejects(first.create())
    assert.deepEqual(first.ran, [])
    await using second = await first.restart({ run: succeed })
    await second.engine.recover()
    await second.engine.idle()
    assert.deepEqual(second.ran, ['Fetch', 'Ship'])
    assert.equal(await second.status(), 'Succeeded')
  })

  test('given a stop while a provider runs, it runs again with the same order after the restart; a finished action does not', async () => {
    const orders: ActionOrder[] = []
    const first = await start({
      run: async (order, { signal }) => {
        if (order.action.action === 'Fetch') return { type: 'Succeeded' }
        orders.push(order)
        server1Reached.resolve()
        return await new Promise<ActionOutcome>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        })
      },
    })
    const server1Reached = Promise.withResolvers<void>()
    await first.create()
    await server1Reached.promise
    await using second = await first.restart({
      run: async (order) => {
        orders.push(order)
        return { type: 'Succeeded' }
      },
    })
    await second.engine.recover()
    await second.engine.idle()
    assert.deepEqual(second.ran, ['Ship'])
    assert.equal(orders.length, 2)
    assert.deepEqual(orders[0], orders[1])
    assert.equal(await second.status(), 'Succeeded')
  })

  test('given a shutdown, running providers hear that it is one', async () => {
    const heard = Promise.withResolvers<unknown>()
    const running = Promise.withResolvers<void>()
    const server = await start({
      run: async (_, { signal }) => {
        running.resolve()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        heard.resolve(signal.reason)
        return { type: 'Succeeded' }
      },
    })
    await server.create()
    await running.promise
    await server[Symbol.asyncDispose]()
    const reason = await heard.promise
    assert.ok(reason instanceof ActionAborted && reason.kind === 'shutdown')
  })
})

describe('stops and timeouts', () => {
  test('given stop-and-abandon, the provider is told, and both outbox entries end', async () => {
    const running = Promise.withResolvers<ActionContext>()
    await using server = await start({
      run: async (_, context) => {
        running.resolve(context)
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
        return { type: 'Succeeded' }
      },
    })
    await server.create()
    const { signal } = await running.promise
    const [action] = await server.actions()
    assert.ok(action)
    await server.engine.send(KEY, {
      type: 'StopRequested',
      executionId: action.executionId,
      abandon: true,
      by: 'arn:me',
    })
    await server.engine.idle()
    assert.ok(signal.reason instanceof ActionAborted && signal.reason.kind === 'abandoned')
    assert.equal(await server.status(), 'Stopped')
    assert.equal((await server.actions())[0]?.status, 'Abandoned')
    assert.deepEqual(await server.outbox(), [])
  })

  test('given an action past its timeout, it fails and its provider is told', async () => {
    const running = Promise.withResolvers<void>()
    await using server = await start({
      run: async (_, { signal }) => {
        running.resolve()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        return { type: 'Succeeded' }
      },
    })
    await server.create()
    await running.promise
    await server.pass(60)
    await server.until('Failed')
    await server.engine.idle()
    const [action] = await server.actions()
    assert.equal(action?.status, 'Failed')
    assert.equal(action?.error?.code, 'JobFailed')
    assert.equal(await server.store.read.timers.next(), undefined)
    assert.deepEqual(await server.outbox(), [])
  })

  test('given a timeout that passed while the server was down, recovery fires it', async () => {
    const first = await start({ run: async () => ({ type: 'Pending' }) })
    await first.create()
    await first.engine.idle()
    first.clock.minutes += 61
    await using second = await first.restart({ run: succeed })
    await second.engine.recover()
    await second.engine.idle()
    assert.equal(await second.status(), 'Failed')
  })

  test('given a delay that setTimeout cannot count, it waits in parts', async () => {
    await using server = await start({ run: async () => ({ type: 'Pending' }), timeoutInMinutes: 86_400 })
    await server.create()
    await server.engine.idle()
    assert.deepEqual(server.delays, [2 ** 31 - 1])
  })
})

describe('custom actions', () => {
  test('given an action of a custom type, a job is queued under its id, and abandoning ends the job', async () => {
    await using server = await start({ run: succeed, ship: CUSTOM, customType: async () => ({ query: 'shop' }) })
    await server.create()
    await server.engine.idle()
    const [action] = await server.actions()
    assert.ok(action)
    const job = await server.store.read.jobs.get(action.id)
    assert.equal(job?.queue, customJobQueue(KEY, CUSTOM.actionTypeId))
    assert.equal(job?.queue, 'custom:000000000000:eu-west-1:Deploy/Robot/1')
    assert.equal(job?.query, 'shop')
    assert.equal((await server.jobs.poll(job.queue, { max: 1, query: 'shop' }))[0]?.id, action.id)
    assert.deepEqual(await server.outbox(), [])
    await server.engine.send(KEY, {
      type: 'StopRequested',
      executionId: action.executionId,
      abandon: true,
      by: 'arn:me',
    })
    await server.engine.idle()
    assert.equal((await server.store.read.jobs.get(action.id))?.status, 'Failed')
  })

  test('given a custom type that was deleted, the action fails', async () => {
    await using server = await start({ run: succeed, ship: CUSTOM, customType: async () => undefined })
    await server.create()
    await server.engine.idle()
    assert.equal((await server.actions())[0]?.error?.code, 'ConfigurationError')
  })
})

describe('steps', () => {
  test('given many pipelines started together, their steps share commits', async () => {
    await using server = await start({ run: succeed })
    const keys = Array.from({ length: 64 }, (_, index) => ({ ...KEY, name: `p${index}` }))
    await Promise.all(keys.map((key) => server.create(key)))
    await server.engine.idle()
    const { commits, units } = server.store.stats
    assert.equal(units, 64 * 3)
    assert.ok(commits <= 24, `${units} steps took ${commits} commits`)
  })

  test('given a taken name, create rejects with StaleWrite and the pipeline there goes on', async () => {
    await using server = await start({ run: async () => ({ type: 'Pending' }) })
    await server.create()
    await assert.rejects(server.create(), StaleWrite)
    await server.engine.idle()
    assert.equal(await server.status(), 'InProgress')
  })

  test('given no such pipeline, the answer says so', async () => {
    await using server = await start({ run: succeed })
    assert.deepEqual(await server.engine.send(KEY, { type: 'PipelineDeleted' }), {
      accepted: false,
      rejection: 'no-such-pipeline',
    })
  })

  test('given work in the same commit that fails, neither happened', async () => {
    await using server = await start({ run: async () => ({ type: 'Pending' }) })
    await server.create()
    await server.engine.idle()
    const event = { type: 'TransitionDisabled', stage: 'Deploy', direction: 'Inbound', reason: 'x', by: 'me' } as const
    const broken = server.engine.send(KEY, event, async () => {
      throw new Error('no')
    })
    const fine = server.engine.send(KEY, { ...event, stage: 'Source' })
    await assert.rejects(broken, /no/)
    assert.ok((await fine).accepted)
    const { state } = (await server.store.read.pipelines.load(KEY)) ?? {}
    assert.equal(state?.transitions['Deploy'], undefined)
    assert.equal(state?.transitions['Source']?.enabled, false)
  })

  test('given a pipeline changed by another server, the step sees it', async () => {
    await using server = await start({ run: async () => ({ type: 'Pending' }) })
    await server.create()
    await server.engine.idle()
    await server.store.write(async (tx) => {
      const record = await tx.pipelines.load(KEY)
      assert.ok(record)
      await tx.pipelines.save(record, { ...record.state, seenRevisions: { Fetch: 'theirs' } })
    })
    await server.engine.send(KEY, {
      type: 'TransitionDisabled',
      stage: 'Deploy',
      direction: 'Inbound',
      reason: 'x',
      by: 'me',
    })
    const { state } = (await server.store.read.pipelines.load(KEY)) ?? {}
    assert.equal(state?.seenRevisions['Fetch'], 'theirs')
    assert.equal(state?.transitions['Deploy']?.enabled, false)
  })

  test('given a deletion while an action runs, the provider is told and nothing is left', async () => {
    const running = Promise.withResolvers<AbortSignal>()
    await using server = await start({
      run: async (_, { signal }) => {
        running.resolve(signal)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        return { type: 'Succeeded' }
      },
    })
    await server.create()
    const signal = await running.promise
    await server.engine.delete(KEY)
    await server.engine.idle()
    assert.ok(signal.aborted)
    assert.equal(await server.store.read.pipelines.load(KEY), undefined)
    assert.deepEqual(await server.outbox(), [])
    assert.equal(await server.store.read.timers.next(), undefined)
    assert.deepEqual(server.declared.at(-1), undefined)
  })
})

// ---- a server small enough for a test ------------------------------------------------------------------------------------

const KEY: PipelineKey = { account: '000000000000', region: 'eu-west-1', name: 'shop' }

const succeed: ActionProvider['run'] = async () => ({ type: 'Succeeded' })

const action = (name: string, actionTypeId: Omit<ActionDeclaration['actionTypeId'], 'version'>): ActionDeclaration => ({
  name,
  actionTypeId: { ...actionTypeId, version: '1' },
  runOrder: 1,
  configuration: {},
  inputArtifacts: [],
  outputArtifacts: [],
})

const CUSTOM = action('Ship', { category: 'Deploy', owner: 'Custom', provider: 'Robot' })

interface ServerOptions extends Partial<Pick<EngineDependencies, 'providers' | 'customType' | 'schedule'>> {
  readonly run: ActionProvider['run']
  readonly ship?: ActionDeclaration
  readonly timeoutInMinutes?: number
  readonly wrapStore?: (store: Store) => Store
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-engine-'))
})
afterEach(async () => await rm(folder, { recursive: true }))

async function start(options: ServerOptions, clock = { minutes: 29_000_000 }) {
  const { run, ship = action('Ship', { category: 'Deploy', owner: 'AWS', provider: 'S3' }), timeoutInMinutes } = options
  const store = await openSqliteStore({ file: join(folder, 'db') })
  const ran: string[] = []
  const heard: BusEvent[] = []
  const delays: number[] = []
  const declared: (PipelineDeclaration | undefined)[] = []
  const waiting = new Map<() => void, number>()
  let crash: string | undefined
  const now = () => clock.minutes * 60_000
  const fetch = action('Fetch', { category: 'Source', owner: 'AWS', provider: 'CodeCommit' })
  const provider: ActionProvider = {
    types: [fetch.actionTypeId, ship.actionTypeId],
    run: async (order, context) => {
      ran.push(order.action.action)
      return await run(order, context)
    },
  }
  const declaration: PipelineDeclaration = {
    name: KEY.name,
    roleArn: 'arn:aws:iam::000000000000:role/pipeline',
    artifactStore: { type: 'S3', location: 'artifacts' },
    stages: [
      { name: 'Source', actions: [fetch] },
      { name: 'Deploy', actions: [ship] },
    ],
    version: 1,
    executionMode: 'SUPERSEDED',
    pipelineType: 'V2',
  }
  const bus = createBus({ store, newId: randomUUID })
  bus.listen({}, (event) => heard.push(event))
  const jobs = createJobs({ store, clock: { now }, newId: randomUUID })
  const engine: Engine = createEngine({
    store: options.wrapStore?.(store) ?? store,
    bus,
    jobs,
    clock: { now },
    log: silentLog,
    newId: randomUUID,
    newKey: () => randomAlphanumeric(7),
    providers: [provider],
    clientFor: () => () => assert.fail('no client is needed here'),
    limits: { timeoutMinutes: () => timeoutInMinutes ?? 60 },
    declared: (_, declaration) => declared.push(declaration),
    schedule: (delayMs, callback) => {
      delays.push(delayMs)
      waiting.set(callback, now() + delayMs)
      return () => void waiting.delete(callback)
    },
    probe: (point) => {
      if (crash === point) throw new Error('crash')
    },
    ...options,
  })
  const closeAll = async () => {
    await engine[Symbol.asyncDispose]()
    await jobs[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
  }
  let closed: Promise<void> | undefined
  const close = () => (closed ??= closeAll())
  return {
    engine,
    store,
    clock,
    ran,
    heard,
    jobs,
    delays,
    declared,
    create: (key = KEY) =>
      engine.create({
        key,
        declaration: { ...declaration, name: key.name },
        tags: {},
        startedBy: 'arn:me',
        variables: {},
      }),
    status: async () => (await store.read.pipelines.executions(KEY, { limit: 1 }))[0]?.status,
    actions: async () => (await store.read.pipelines.actionExecutions(KEY, { limit: 10 })).map(({ action }) => action),
    outbox: async () => await store.read.outbox.pending(),
    crashAt: (point: string) => {
      crash = point
    },
    /** the same data in a new process */
    restart: async (next: ServerOptions) => {
      await close()
      return await start(next, clock)
    },
    pass: async (minutes: number) => {
      clock.minutes += minutes
      for (const [callback, at] of waiting) if (at <= now()) callback()
    },
    until: async (wanted: string) => {
      for (;;) {
        const [newest] = await store.read.pipelines.executions(KEY, { limit: 1 })
        if (newest?.status === wanted) return
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    [Symbol.asyncDispose]: close,
  }
}
