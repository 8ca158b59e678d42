/** The server's side of the browser console: its files, who is signed in to it, and what it reads besides the AWS APIs. */
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import type { Auth } from '../../auth/auth.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Bus, Trail } from '../../journal/journal.ts'
import type { Store } from '../../store/store.ts'
import type { AuditRecord } from '../audit.ts'
import type { ServerConfig } from '../config.ts'
import { isShown, visibleEvents } from '../live.ts'
import type { LogLines } from '../log-lines.ts'
import { sourceAddressOf } from '../source-address.ts'
import { openAppFiles } from './app-files.ts'
import { COMMON_HEADERS, serveApp } from './app.ts'
import { artifactEndpoints, type ArtifactDependencies } from './artifacts.ts'
import { createCrowd } from './crowd.ts'
import { Refusal, type Answer, type Endpoint, type Visit } from './endpoint.ts'
import { eventsEndpoint } from './event-stream.ts'
import { createEventTail } from './event-tail.ts'
import { isLoopbackHost, refuseOtherSites, requireCsrfToken, sessionOf } from './gate.ts'
import { logsEndpoint } from './log-stream.ts'
import { recordsEndpoints, type RecordsDependencies } from './records.ts'
import { pathOf } from './routing.ts'
import { createConsoleSessions } from './sessions.ts'
import { signInEndpoints } from './sign-in.ts'

export interface Console {
  /** `/console/…` of an unsigned request */
  serveApp(request: IncomingMessage, response: ServerResponse, url: string): Promise<void>
  /** `/_pipewright/console/…` */
  serveApi(request: IncomingMessage, response: ServerResponse, url: string): Promise<void>
}

export interface ConsoleDependencies
  extends Pick<ArtifactDependencies, 'handler' | 'endpoint'>, Pick<RecordsDependencies, 'deliveries'> {
  readonly audit: Trail<AuditRecord>
  readonly config: Pick<ServerConfig, 'mode' | 'host' | 'publicUrl' | 'strict' | 'behindProxy'>
  readonly store: Store
  readonly bus: Bus
  readonly auth: Pick<Auth, 'lookup' | 'issueOwnSession' | 'endOwnSessions'>
  readonly clock: Clock
  readonly log: Log
  readonly logLines: LogLines
  /** where the built app is; for tests */
  readonly appFolder?: string
}

export const CONSOLE_API = '/_pipewright/console/'

/** sources and compiled sources are at the same depth, and the app is built beside the latter */
const APP_FOLDER = fileURLToPath(new URL('../../../dist/console/', import.meta.url))
const MOST_AT_ONCE = 100
const PACKAGE = new URL('../../../package.json', import.meta.url)

export function createConsole(deps: ConsoleDependencies): Console {
  const { config, store, bus, auth, clock, log, logLines } = deps
  const files = openAppFiles(deps.appFolder ?? APP_FOLDER)
  const sessions = createConsoleSessions({ store, auth, clock })
  const tail = createEventTail({ store, bus, filter: { matches: isShown }, log })
  const crowd = createCrowd(MOST_AT_ONCE)
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string }

  const endpoints: readonly Endpoint[] = [
    ...signInEndpoints({ config, auth, sessions, clock, version, audit: deps.audit }),
    eventsEndpoint({ store, tail, visible: visibleEvents }),
    logsEndpoint({ logLines }),
    ...artifactEndpoints(deps),
    ...recordsEndpoints({ ...deps, visible: visibleEvents }),
  ]

  return {
    serveApp: (request, response, url) => serveApp(files, request, response, url),
    async serveApi(request, response, url) {
      const gone = new AbortController()
      response.once('close', () => gone.abort())
      try {
        const answer = await enter(visitOf(request, response, url, gone.signal), pathOf(url).slice(CONSOLE_API.length))
        if (answer !== undefined) send(response, answer)
      } catch (error) {
        if (gone.signal.aborted) return
        if (response.headersSent) {
          log.error({ err: error, url: pathOf(url) }, 'a stream of the console broke')
          response.destroy()
          return
        }
        if (!(error instanceof Refusal))
          log.error({ err: error, url: pathOf(url) }, 'an endpoint of the console failed')
        const refusal = error instanceof Refusal ? error : UNEXPECTED
        send(response, {
          statusCode: refusal.statusCode,
          headers: refusal.headers,
          body: { code: refusal.code, message: refusal.message },
        })
      } finally {
        // what nobody read must not stand before the connection's next request
        request.resume()
      }
    },
  }

  /** The gate, and what is behind it. */
  async function enter(visit: Visit, path: string): Promise<Answer | undefined> {
    const { request } = visit
    refuseOtherSites(request)
    if (config.mode === 'dev' && !isLoopbackHost(request)) {
      throw new Refusal(403, 'NotLoopback', 'A development server answers to localhost, 127.0.0.1 and [::1] only.')
    }
    const here = endpoints.filter((endpoint) => endpoint.path === path)
    const endpoint = here.find(({ method }) => method === request.method)
    if (endpoint === undefined) {
      if (here.length === 0) throw new Refusal(404, 'NotFound', 'There is nothing at this address.')
      const allow = here.map(({ method }) => method).join(', ')
      throw new Refusal(405, 'MethodNotAllowed', `Use ${allow}.`, { allow })
    }
    if (endpoint.access === 'anybody') return await endpoint.handle(visit)
    const session = await sessionOf(visit, config.mode, sessions)
    if (session === undefined) throw new Refusal(401, 'SignedOut', 'The session has ended. Sign in again.')
    crowd.admit(session.id, visit.response)
    if (endpoint.method === 'POST') requireCsrfToken(request, session)
    return await endpoint.handle({ ...visit, session, isStillOpen: () => sessions.isOpen(session) })
  }

  function visitOf(request: IncomingMessage, response: ServerResponse, url: string, signal: AbortSignal): Visit {
    const mark = url.indexOf('?')
    return {
      request,
      response,
      query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
      sourceAddress: sourceAddressOf(request, config),
      secure: request.socket instanceof TLSSocket || config.behindProxy === true,
      signal,
    }
  }
}

const UNEXPECTED = new Refusal(500, 'InternalFailure', 'The server failed. Its log says more, under the time of now.')

function send(response: ServerResponse, { statusCode, headers = {}, body }: Answer): void {
  const text = body === undefined ? '' : JSON.stringify(body)
  response
    .writeHead(body === undefined ? 204 : statusCode, {
      ...COMMON_HEADERS,
      'cache-control': 'no-store',
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...headers,
    })
    .end(text)
}
