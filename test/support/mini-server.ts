/** A Pipewright small enough for a test: everything that pipelines need in one process, no socket, and a clock that is set by hand. */
import { CodePipelineClient } from '@aws-sdk/client-codepipeline'
import { IAMClient } from '@aws-sdk/client-iam'
import { STSClient } from '@aws-sdk/client-sts'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuth } from '../../src/auth/auth.ts'
import { systemClock } from '../../src/base/clock.ts'
import { randomAlphanumeric } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { createJobs } from '../../src/jobs/jobs.ts'
import { createBus } from '../../src/journal/journal.ts'
import { openKeyRing } from '../../src/keys/keys.ts'
import { createProviders } from '../../src/providers/registry.ts'
import { createRules } from '../../src/rules/registry.ts'
import {
  createActionTypeAdmin,
  createCodePipelineService,
  createOwnApi,
  createWebhooks,
  customTypeOf,
  type CodePipelineLimits,
  type OwnApi,
} from '../../src/services/codepipeline/codepipeline.ts'
import { createIamService } from '../../src/services/iam/iam.ts'
import { createStsService } from '../../src/services/sts/sts.ts'
import { openSqliteStore, type Store } from '../../src/store/store.ts'
import {
  createDispatcher,
  inProcessHandler,
  type Dispatcher,
  type ServiceDefinition,
  type ServiceEntry,
} from '../../src/wire/wire.ts'
import { faultyStore, StoreFault } from './faulty-store.ts'

export const ACCOUNT = '000000000000'
export const REGION = 'eu-west-1'
export const ADMINISTRATOR = `arn:aws:iam::${ACCOUNT}:user/administrator`
export const KEY = { accessKeyId: 'test', secretAccessKey: 'test' }
const OTHER_ACCOUNT = '111122223333'
const OTHER_KEY = { accessKeyId: 'other', secretAccessKey: 'other' }

export type MiniServer = Awaited<ReturnType<typeof startMiniServer>>

export async function startMiniServer(options: { limits?: Partial<CodePipelineLimits> } = {}) {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-mini-'))
  opened.defer(async () => await rm(folder, { recursive: true, force: true }))
  const time = createTime()
  const { clock } = time
  const newId = randomUUID
  const keys = await openKeyRing({ file: join(folder, 'master.key') })
  const store = opened.use(await openSqliteStore({ file: join(folder, 'db') }))
  const { wrap, insist, schedule } = faultsOf(process.env['PIPEWRIGHT_STORE_FAULTS'], time.schedule)
  const faulty = wrap(store)
  const bus = createBus({ store: faulty, newId, log: silentLog })
  const jobs = insist(opened.use(createJobs({ store: faulty, clock, newId })))
  const auth = createAuth({ store, keys, clock })
  const engine = insist(
    opened.use(
      createEngine({
        store: faulty,
        bus,
        jobs,
        clock,
        log: silentLog,
        newId,
        newKey: () => randomAlphanumeric(7),
        providers: createProviders({ git: { open: async () => undefined } }),
        rules: createRules(),
        clientFor: () => () => {
          throw new Error('no provider here calls a service')
        },
        customType: (order) => customTypeOf(store, order),
        schedule,
      }),
    ),
  )
  const dependencies = {
    store,
    engine,
    jobs,
    auth,
    keys,
    clock,
    newId,
    ...(options.limits && { limits: options.limits }),
  }
  const dispatcherOf = (...services: readonly ServiceDefinition[]): Dispatcher =>
    createDispatcher({
      services: services.map(entryOf),
      authenticator: auth,
      authorizer: auth,
      // Clients sign by the machine's clock.
      clock: systemClock,
      log: silentLog,
      newRequestId: newId,
    })
  const dispatcher = dispatcherOf(
    createCodePipelineService(dependencies),
    createIamService(dependencies),
    createStsService(dependencies),
  )
  const strict = { ...dependencies, strict: true }
  await auth.addAccessKey({
    ...KEY,
    principal: { account: ACCOUNT, arn: ADMINISTRATOR, userId: 'AIDAADMINISTRATOR', type: 'User' },
  })
  await auth.addAccessKey({
    ...OTHER_KEY,
    principal: {
      account: OTHER_ACCOUNT,
      arn: `arn:aws:iam::${OTHER_ACCOUNT}:user/stranger`,
      userId: 'AIDASTRANGER',
      type: 'User',
    },
  })

  const config = (
    credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
    answering: Dispatcher = dispatcher,
  ) => ({
    region: REGION,
    endpoint: 'http://pipewright.test',
    credentials,
    requestHandler: inProcessHandler(answering),
    maxAttempts: 1,
  })
  /** our own API, as the administrator calls it; the error's name is that of the answer */
  const ownOf = (api: OwnApi) => async (operation: string, input: object) => {
    const principal = {
      account: ACCOUNT,
      arn: ADMINISTRATOR,
      userId: 'AIDAADMINISTRATOR',
      type: 'User',
      accessKeyId: KEY.accessKeyId,
    } as const
    const call = { requestId: newId(), account: ACCOUNT, region: REGION, principal, operation, headers: {} }
    const { statusCode, body } = await api.call(Buffer.from(JSON.stringify(input)), {
      ...call,
      endpoint: 'http://pipewright.test',
      sourceAddress: '127.0.0.1',
      signal: new AbortController().signal,
    })
    await engine.idle()
    if (statusCode === 200) return body
    const { __type: name, message } = body as { __type: string; message: string }
    throw Object.assign(new Error(message), { name })
  }
  const parts = opened.move()
  return {
    store,
    engine,
    jobs,
    dispatcher,
    webhooks: createWebhooks(dependencies),
    actionTypeAdmin: createActionTypeAdmin(dependencies),
    config,
    codepipeline: new CodePipelineClient(config(KEY)),
    own: ownOf(createOwnApi(dependencies)),
    /** the same pipelines, behind a strict server */
    strict: {
      codepipeline: new CodePipelineClient(config(KEY, dispatcherOf(createCodePipelineService(strict)))),
      own: ownOf(createOwnApi(strict)),
    },
    iam: new IAMClient(config(KEY)),
    sts: new STSClient(config(KEY)),
    /** of another account */
    stranger: new CodePipelineClient(config(OTHER_KEY)),
    strangerSts: new STSClient(config(OTHER_KEY)),
    /** Time passes; what is due by then happens. */
    advance: async (ms: number) => {
      time.advance(ms)
      await engine.idle()
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

/**
 * With a seed, the engine's and the jobs' store fails now and then before its work, and lets others overtake. What they do by
 * themselves they must get over; what callers ask of them is asked again, as a client asks again after an answer 500.
 */
function faultsOf(seed: string | undefined, schedule: Schedule): StoreFaults {
  if (seed === undefined) return { wrap: (store) => store, insist: (part) => part, schedule }
  return {
    wrap: (store) => faultyStore(store, { seed: Number(seed), failBefore: 0.15, delay: 0.4 }),
    insist: <Part extends object>(part: Part): Part => new Proxy(part, { get: (_, name) => insistent(part, name) }),
    // what waits for the store to recover need not wait for the test's clock
    schedule: (delayMs, callback) => {
      if (delayMs > LONGEST_PAUSE_MS) return schedule(delayMs, callback)
      const soon = setImmediate(callback)
      return () => clearImmediate(soon)
    },
  }
}

interface StoreFaults {
  readonly wrap: (store: Store) => Store
  readonly insist: <Part extends object>(part: Part) => Part
  readonly schedule: Schedule
}

type Schedule = (delayMs: number, callback: () => void) => () => void

const LONGEST_PAUSE_MS = 30_000

function insistent(part: object, name: string | symbol): unknown {
  const member: unknown = Reflect.get(part, name)
  if (typeof member !== 'function') return member
  return (...given: readonly unknown[]): unknown => {
    const call = (): unknown => Reflect.apply(member, part, given)
    const answer = call()
    return answer instanceof Promise ? answer.catch((error: unknown) => again(call, error)) : answer
  }
}

async function again(call: () => unknown, error: unknown): Promise<unknown> {
  if (!(error instanceof StoreFault)) throw error
  try {
    return await call()
  } catch (next) {
    return await again(call, next)
  }
}

const entryOf = (definition: ServiceDefinition): ServiceEntry => ({ ...definition, load: async () => definition })

/** Stands still unless it is advanced; a millisecond passes with every look, so that no two moments are the same. */
function createTime() {
  let now = Date.now()
  const alarms = new Map<() => void, number>()
  return {
    clock: { now: () => now++ },
    schedule: (delayMs: number, callback: () => void) => {
      alarms.set(callback, now + delayMs)
      return () => void alarms.delete(callback)
    },
    advance: (ms: number) => {
      now += ms
      for (const [callback, at] of alarms) {
        if (at > now) continue
        alarms.delete(callback)
        callback()
      }
    },
  }
}
