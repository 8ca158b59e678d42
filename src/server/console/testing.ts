/** The console over a store of its own, on a port of its own, with a clock that a test moves. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createAuth, userPrincipal, type Auth } from '../../auth/auth.ts'
import { newId } from '../../base/ids.ts'
import { silentLog } from '../../base/log.ts'
import {
  createBus,
  openLogFiles,
  openTrail,
  type Bus,
  type BusEvent,
  type LogFiles,
  type Trail,
} from '../../journal/journal.ts'
import { openKeyRing } from '../../keys/keys.ts'
import { openSqliteStore, type Store } from '../../store/store.ts'
import { inProcessHandler } from '../../wire/wire.ts'
import type { DeliveryRecord } from '../../services/codepipeline/codepipeline.ts'
import type { AuditRecord } from '../audit.ts'
import { DEV_KEY } from '../config.ts'
import { createLogLines } from '../log-lines.ts'
import { createConsole, type ConsoleDependencies } from './console.ts'
import { consoleRoute } from './routing.ts'

export const ACCOUNT = '111111111111'
export const KEY = { accessKeyId: 'AKIAADMIN', secretAccessKey: 'a-very-secret-key' }

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

export interface TestConsole extends AsyncDisposable {
  readonly folder: string
  readonly store: Store
  readonly auth: Auth
  readonly bus: Bus
  readonly logFiles: LogFiles
  readonly audit: Trail<AuditRecord>
  readonly deliveries: Trail<DeliveryRecord>
  /** the time of its clock; may be moved */
  now: number
  ask(path: string, asked?: Asked): Promise<Answered>
  /** an answer whose body is still to come */
  open(path: string, asked?: Asked): Promise<IncomingMessage>
  /** Signs in with `KEY`. @returns the headers by which further requests are the session's */
  signIn(): Promise<{ readonly cookie: string; readonly 'x-csrf-token': string }>
}

export const OWN_PAGE = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }

export async function openTestConsole(
  more: Partial<ConsoleDependencies> & { readonly appFolder?: string } = {},
): Promise<TestConsole> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-console-'))
  const store = await openSqliteStore({ file: join(folder, 'db') })
  const clock = { now: (): number => opened.now }
  const keys = await openKeyRing({ file: join(folder, 'master.key') })
  const auth = createAuth({ store, clock, keys })
  const bus = createBus({ store, newId })
  const logFiles = openLogFiles({ folder: join(folder, 'logs'), clock })
  const logLines = createLogLines({ store, bus, logs: logFiles })
  await auth.addAccessKey({ ...KEY, principal: userPrincipal(ACCOUNT, 'admin') })
  const { id, secret, account } = DEV_KEY
  const root = { account, arn: `arn:aws:iam::${account}:root`, userId: account, type: 'Root' } as const
  await auth.addAccessKey({ accessKeyId: id, secretAccessKey: secret, principal: root })
  const config = { mode: 'server', host: '127.0.0.1' } as const
  // artifacts are tried on a whole server
  const handler = inProcessHandler({ handle: () => Promise.reject(new Error('there is no API here')) })
  const audit = openTrail<AuditRecord>({ folder: join(folder, 'audit') })
  const deliveries = openTrail<DeliveryRecord>({ folder: join(folder, 'deliveries') })
  const trails = { audit, deliveries }
  const parts = {
    ...trails,
    config,
    handler,
    endpoint: () => '',
    store,
    bus,
    auth,
    clock,
    log: silentLog,
    logLines,
    appFolder: join(folder, 'app'),
    ...more,
  }
  const own = createConsole(parts)
  const server = createServer((request, response) => {
    const url = request.url ?? ''
    if (consoleRoute(request, url) === 'app') void own.serveApp(request, response, url)
    else void own.serveApi(request, response, url)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  const open = (path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = body === undefined ? undefined : JSON.stringify(body)
      httpRequest({ port, path, method, headers: { host: `localhost:${port}`, ...headers }, agent: false }, resolve)
        .once('error', reject)
        .end(sent)
    })
  const ask = async (path: string, asked?: Asked): Promise<Answered> => {
    const answer = await open(path, asked)
    const body = await text(answer)
    const isJson = answer.headers['content-type'] === 'application/json'
    return {
      status: answer.statusCode ?? 0,
      headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
      text: body,
      json: isJson ? (JSON.parse(body) as Record<string, unknown>) : {},
    }
  }
  const opened: TestConsole = {
    folder,
    store,
    auth,
    bus,
    logFiles,
    ...trails,
    now: 1_000_000_000,
    ask,
    open,
    async signIn() {
      const { headers, json } = await ask('/_pipewright/console/login', {
        method: 'POST',
        headers: OWN_PAGE,
        body: KEY,
      })
      return { cookie: headers['set-cookie']?.split(';')[0] ?? '', 'x-csrf-token': String(json['csrfToken']) }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await Promise.all([store, audit, deliveries].map((each) => each[Symbol.asyncDispose]()))
      await rm(folder, { recursive: true })
    },
  }
  return opened
}

export const stateChange = (pipeline: string, more: Partial<BusEvent> = {}): Omit<BusEvent, 'id'> => ({
  account: ACCOUNT,
  region: 'us-east-1',
  time: 1,
  source: 'aws.codepipeline',
  detailType: 'CodePipeline Pipeline Execution State Change',
  resources: [],
  detail: { pipeline, state: 'STARTED' },
  ...more,
})

export interface Frame {
  readonly event: string
  readonly id?: string
  readonly data: unknown
}

/** The frames of an event stream as they come. */
export async function* frames(stream: IncomingMessage): AsyncGenerator<Frame, void> {
  let rest = ''
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const fields = Object.fromEntries(part.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]))
      if (fields['data'] === undefined) continue
      const id = fields['id'] === undefined ? {} : { id: fields['id'] }
      yield { event: fields['event'] ?? 'message', ...id, data: JSON.parse(fields['data']) as unknown }
    }
  }
}

/** The next so many frames. */
export async function take(from: AsyncGenerator<Frame, void>, many: number): Promise<readonly Frame[]> {
  const taken: Frame[] = []
  while (taken.length < many) {
    const next = await from.next()
    if (next.done === true) throw new Error(`the stream ended after ${taken.length} frames`)
    taken.push(next.value)
  }
  return taken
}
