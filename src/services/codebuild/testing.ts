/** For tests: the build service over a real store, with its gateway listening, a runner beside it and objects in memory. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { CreateProjectInput } from '@aws-sdk/client-codebuild'
import { systemClock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { silentLog } from '../../base/log.ts'
import { createJobs, type Jobs } from '../../jobs/jobs.ts'
import { createBus, openLogFiles, type BusEvent, type LogFiles } from '../../journal/journal.ts'
import { announceServer, startRunner } from '../../runner/runner.ts'
import { openSqliteStore, type Store } from '../../store/store.ts'
import type { Call, Operation } from '../../wire/wire.ts'
import { createCodeBuildService, type CodeBuildDependencies } from './codebuild.ts'
import { createRunnerGateway, failLostBuild } from './runners.ts'

export const PLACE = { account: '000000000000', region: 'eu-west-1' } as const

export interface BuildServer extends AsyncDisposable {
  readonly dataDir: string
  readonly store: Store
  readonly jobs: Jobs
  readonly logFiles: LogFiles
  readonly events: BusEvent[]
  readonly deps: CodeBuildDependencies
  readonly objects: Map<string, Buffer>
  call<Output>(operation: string, input: object, call?: Partial<Call>): Promise<Output>
  /** Resolves with the event of the build's end. */
  end(buildId: string): Promise<BusEvent>
}

/** @param options.runner whether a runner takes the builds */
export async function openBuildServer(
  options: { runner?: boolean; more?: Partial<CodeBuildDependencies> } = {},
): Promise<BuildServer> {
  await using opened = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'pipewright-codebuild-'))
  opened.defer(() => rm(dataDir, { recursive: true, force: true }))
  const store = opened.use(await openSqliteStore({ file: join(dataDir, 'test.db') }))
  const bus = createBus({ store, newId })
  const jobs = opened.use(
    createJobs({ store, clock: systemClock, newId, onLeaseExpired: (job) => failLostBuild(deps, job) }),
  )
  const logFiles = openLogFiles({ folder: join(dataDir, 'logs'), clock: systemClock })
  let url = ''
  const deps: CodeBuildDependencies = {
    store,
    bus,
    jobs,
    logFiles,
    clock: systemClock,
    newId,
    log: silentLog,
    endpoint: () => url,
    auth: {
      issueSession: async () => ({
        accessKeyId: 'ASIATEST',
        secretAccessKey: 'session-secret',
        sessionToken: 'session-token',
        expiresAt: Infinity,
      }),
    },
    ...options.more,
  }
  const objects = new Map<string, Buffer>()
  const events: BusEvent[] = []
  bus.listen({}, (event) => events.push(event))

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (gateway.handle(request, response)) return
    const [path = ''] = (request.url ?? '').split('?')
    if (request.method === 'PUT') objects.set(path, await buffer(request))
    response.writeHead(objects.has(path) ? 200 : 404).end(request.method === 'PUT' ? '' : objects.get(path))
  }
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  announceServer(dataDir, url)
  const gateway = createRunnerGateway({ ...deps, dataDir })
  opened.defer(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  opened.use(gateway)
  if (options.runner) {
    const runner = startRunner({ dataDir, log: silentLog, slots: 4 })
    opened.defer(() => runner.stop())
  }

  const service = createCodeBuildService(deps)
  const all = opened.move()
  return {
    dataDir,
    store,
    jobs,
    logFiles,
    events,
    deps,
    objects,
    async call<Output>(name: string, input: object, call: Partial<Call> = {}) {
      const found = service.operations.find(({ schema }) => schema[2] === name) as Operation<object> | undefined
      if (found === undefined) throw new Error(`no operation ${name}`)
      return (await found.handle(input, { ...exampleCall(name), ...call })) as Output
    },
    end(buildId) {
      const isEnd = ({ detailType, detail, resources }: BusEvent): boolean =>
        detailType === 'CodeBuild Build State Change' &&
        detail['build-status'] !== 'IN_PROGRESS' &&
        (resources[0]?.endsWith(buildId) ?? false)
      const known = events.find(isEnd)
      if (known !== undefined) return Promise.resolve(known)
      return new Promise((resolve) => {
        const stop = bus.listen({ matches: isEnd }, (event) => {
          stop()
          resolve(event)
        })
      })
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

export const project = (changes: Partial<CreateProjectInput> = {}): CreateProjectInput => ({
  name: 'site',
  source: { type: 'NO_SOURCE', buildspec: spec('true') },
  artifacts: { type: 'NO_ARTIFACTS' },
  environment: { type: 'LINUX_CONTAINER', image: 'aws/codebuild/standard:7.0', computeType: 'BUILD_GENERAL1_SMALL' },
  serviceRole: 'arn:aws:iam::000000000000:role/build',
  ...changes,
})

export const spec = (...commands: readonly string[]): string =>
  JSON.stringify({ version: '0.2', phases: { build: { commands } }, artifacts: { files: '**/*' } })

const exampleCall = (operation: string): Call => ({
  ...PLACE,
  requestId: 'r',
  operation,
  headers: {},
  endpoint: '',
  sourceAddress: '127.0.0.1',
  signal: new AbortController().signal,
  principal: {
    accessKeyId: 'AKIATEST',
    account: PLACE.account,
    arn: `arn:aws:iam::${PLACE.account}:user/ada`,
    userId: 'AIDA',
    type: 'User',
  },
})

/** As the engine calls: the session of a pipeline. */
export const pipelineCall = (headers: Readonly<Record<string, string>> = {}): Partial<Call> => ({
  headers,
  principal: {
    accessKeyId: 'ASIATEST',
    account: PLACE.account,
    arn: `arn:aws:sts::${PLACE.account}:assumed-role/pipeline/codepipeline.release`,
    userId: 'AROA:codepipeline.release',
    type: 'AssumedRole',
  },
})
