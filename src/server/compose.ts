/** The one file that names implementations: it reads like a wiring diagram. */
import { systemClock } from '../base/clock.ts'
import { newId, randomAlphanumeric } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { openBlobStore } from '../artifacts/artifacts.ts'
import { createAuth } from '../auth/auth.ts'
import { createEngine, type Probe } from '../engine/engine.ts'
import { openGitHost } from '../git/git.ts'
import { createJobs } from '../jobs/jobs.ts'
import { createBus, openLogFiles, openTrail } from '../journal/journal.ts'
import { openKeyRing } from '../keys/keys.ts'
import { createProviders } from '../providers/registry.ts'
import { createRules } from '../rules/registry.ts'
import { openSqliteStore } from '../store/store.ts'
import { createTriggers } from '../triggers/triggers.ts'
import { createDispatcher, createRequestVerifier, inProcessHandler, type CallRecord } from '../wire/wire.ts'
import type { DeliveryRecord } from '../services/codepipeline/codepipeline.ts'
import { noteKeyUse } from '../services/iam/key-use.ts'
import { auditCalls, type AuditRecord } from './audit.ts'
import { createClientFactory } from './clients.ts'
import type { ServerConfig } from './config.ts'
import type { DataDir } from './data-dir.ts'
import { createLiveStreams } from './live.ts'
import { createLogLines } from './log-lines.ts'
import { serviceEntries, type ServiceDependencies } from './services.ts'

export interface ComposeOptions {
  readonly config: ServerConfig
  readonly dataDir: DataDir
  readonly log: Log
  /** how clients outside reach this server; known once it listens */
  readonly endpoint: () => string
  /** how our own runner and its builds do */
  readonly localEndpoint: () => string
  /** the stream of a build runner broke: it may be gone */
  readonly onRunnerGone: () => void
  /** for crash tests */
  readonly probe?: Probe
}

export async function compose({ config, dataDir, log, endpoint, localEndpoint, onRunnerGone, probe }: ComposeOptions) {
  const clock = systemClock
  await using opened = new AsyncDisposableStack()

  const keys = await openKeyRing({
    file: dataDir.file('master.key'),
    ...(config.masterKey !== undefined && { masterKey: config.masterKey }),
  })
  const store = opened.use(await openSqliteStore({ file: dataDir.file('pipewright.db'), log }))
  const blobs = await openBlobStore({ folder: dataDir.file('objects'), keys })
  const git = opened.use(await openGitHost({ folder: dataDir.file('git') }))
  const logFiles = openLogFiles({ folder: dataDir.file('logs'), clock })
  const audit = opened.use(openTrail<AuditRecord>({ folder: dataDir.file('audit'), log }))
  const [audited, keyUsed] = [auditCalls(audit), noteKeyUse({ store, log })]
  const onCall = (call: CallRecord): void => {
    audited(call)
    keyUsed(call)
  }
  const deliveries = opened.use(
    openTrail<DeliveryRecord>({ folder: dataDir.file('deliveries'), segment: 250, segments: 3, log }),
  )
  const bus = createBus({ store, newId, log })
  const jobs = opened.use(
    createJobs({
      store,
      clock,
      newId,
      log,
      // a build never runs twice by itself: its runner fell silent, so it failed, and says why
      onLeaseExpired: async (job) => {
        const { BUILD_QUEUE, failLostBuild } = await import('../services/codebuild/runners.ts')
        return job.queue === BUILD_QUEUE ? failLostBuild(dependencies, job) : 'requeue'
      },
    }),
  )
  const auth = createAuth({ store, keys, clock, log })

  const dispatcher = createDispatcher({
    services: serviceEntries(() => dependencies),
    authenticator: auth,
    authorizer: auth,
    clock,
    log,
    newRequestId: newId,
    onCall,
  })
  const handler = inProcessHandler(dispatcher)
  const clientFor = createClientFactory({ auth, handler, endpoint })

  const engine = opened.use(
    createEngine({
      store,
      bus,
      jobs,
      clock,
      log,
      newId,
      newKey: () => randomAlphanumeric(7),
      providers: createProviders({ git }),
      rules: createRules({ bus, clientFor }),
      clientFor,
      customType: async (order) =>
        (await import('../services/codepipeline/codepipeline.ts')).customTypeOf(store, order),
      declared: (key, declaration) => triggers.pipelineChanged(key, declaration),
      limits: { timeoutsOfApprovalsOnly: config.strict ?? false },
      ...(probe && { probe }),
    }),
  )
  const triggers = opened.use(createTriggers({ store, bus, engine, log, newId }))

  const gateways = opened.use(new AsyncDisposableStack())

  const dependencies: ServiceDependencies = {
    store,
    blobs,
    git,
    bus,
    logFiles,
    jobs,
    auth,
    keys,
    engine,
    clock,
    log,
    newId,
    endpoint,
    localEndpoint,
    network: config.buildNetwork ?? true,
    strict: config.strict ?? false,
    clientFor,
    alarmClock: once(async () => {
      const { createAlarmClock } = await import('../services/cloudwatch/cloudwatch.ts')
      return gateways.use(createAlarmClock(dependencies))
    }),
  }
  const logLines = createLogLines({ store, bus, logs: logFiles })
  const everything = {
    ...dependencies,
    dispatcher,
    onCall,
    triggers,
    verify: createRequestVerifier('pipewright', { authenticator: auth, clock }),
    live: createLiveStreams({ bus, logLines, auth, clock }),
    console: once(async () => {
      const { createConsole } = await import('./console/console.ts')
      return createConsole({ ...dependencies, auth, config, logLines, handler, audit, deliveries })
    }),
    gitHttp: once(async () => {
      const { createGitHttp } = await import('../services/codecommit/codecommit.ts')
      return createGitHttp({ ...dependencies, authenticator: auth, onCall })
    }),
    runnerGateway: once(async () => {
      const { createRunnerGateway } = await import('../services/codebuild/runners.ts')
      return gateways.use(createRunnerGateway({ ...dependencies, dataDir: dataDir.path, onRunnerGone }))
    }),
    webhooks: once(async () => {
      const { createWebhooks } = await import('../services/codepipeline/codepipeline.ts')
      return createWebhooks({ ...dependencies, onDelivery: (make) => deliveries.add(make) })
    }),
    actionTypeAdmin: once(async () => {
      const { createActionTypeAdmin } = await import('../services/codepipeline/codepipeline.ts')
      return createActionTypeAdmin(dependencies)
    }),
    ownApi: once(async () => {
      const { createOwnApi } = await import('../services/codepipeline/codepipeline.ts')
      return createOwnApi({ ...dependencies, auth })
    }),
    /** a runner's process is gone, whose name this is */
    runnerLost: async (worker: string): Promise<void> => {
      const { failBuildsOf } = await import('../services/codebuild/runners.ts')
      await failBuildsOf(dependencies, worker)
    },
    websites: once(async () => {
      const { createWebsites } = await import('../services/s3/s3.ts')
      return createWebsites(dependencies)
    }),
  }
  const parts = opened.move()
  return { ...everything, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

export type Composition = Awaited<ReturnType<typeof compose>>

function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined
  return () => (made ??= make())
}
