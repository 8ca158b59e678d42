/** The one listener. AWS calls and git go straight to their layer; our own endpoints live under `/_pipewright`. */
import type { FastifyInstance } from 'fastify'
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { readFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import {
  releaseWireRequest,
  sendWireResponse,
  toWireRequest,
  type Call,
  type CallRecord,
  type Dispatcher,
  type VerifiedRequest,
  type WireRequest,
  type WireResponse,
} from '../wire/wire.ts'
import type { GitHttp } from '../services/codecommit/codecommit.ts'
import type { RunnerGateway } from '../services/codebuild/runners.ts'
import type { ActionTypeAdmin, OwnApi, Webhooks } from '../services/codepipeline/codepipeline.ts'
import type { Websites } from '../services/s3/s3.ts'
import type { ServerConfig } from './config.ts'
import type { Console } from './console/console.ts'
import { consoleRoute } from './console/routing.ts'
import { strangerProblem } from './dev-guard.ts'
import type { LiveStreams } from './live.ts'
import { ownCallRecord } from './own-calls.ts'
import { sourceAddressOf } from './source-address.ts'

export interface HttpParts {
  readonly dispatcher: Dispatcher
  readonly gitHttp: () => Promise<GitHttp>
  readonly websites: () => Promise<Websites>
  readonly live: LiveStreams
  readonly verify: (request: WireRequest) => Promise<VerifiedRequest | undefined>
  readonly webhooks: () => Promise<Webhooks>
  readonly actionTypeAdmin: () => Promise<ActionTypeAdmin>
  readonly ownApi: () => Promise<OwnApi>
  readonly newId: () => string
  readonly clock: Clock
  readonly runnerGateway: () => Promise<RunnerGateway>
  readonly console: () => Promise<Console>
  /** told of the calls that do not pass the dispatcher */
  readonly onCall: (record: CallRecord) => void
  readonly log: Log
}

const OWN = '/_pipewright/'
const RUNNER = '/_pipewright/runner/'
/** what a webhook's URL begins with; the service says the same, but is loaded with its first request only */
const WEBHOOKS = '/_pipewright/webhooks/'
const CONSOLE_API = '/_pipewright/console/'
const SITES = '/_sites/'
const GIT = '/v1/repos/'
const SITE_HOST =
  /^([a-z0-9][a-z0-9.-]*)\.s3-website(?:[.-][a-z0-9-]+)?\.(?:localhost|localhost\.localstack\.cloud)(?::\d+)?$/

/** Everything the listener answers, by path. First match wins; what is left is an AWS call. */
export async function createHttp(
  config: ServerConfig,
  parts: HttpParts,
): Promise<{ server: Server; app: { close(): Promise<void> } }> {
  const { dispatcher, log } = parts
  const app = ownApp(config, parts)
  const answer = (request: IncomingMessage, response: ServerResponse, url: string): Promise<void> => {
    const stranger = config.mode === 'dev' ? strangerProblem(request) : undefined
    if (stranger !== undefined) return refuse(response, stranger)
    const site = SITE_HOST.exec(request.headers.host ?? '')?.[1]
    if (site !== undefined) return serveSite(parts, request, response, site, url)
    if (url.startsWith(SITES)) return serveSitePath(parts, request, response, url)
    if (url.startsWith(GIT)) return serveGit(config, parts, request, response, url)
    if (url.startsWith(RUNNER)) return serveRunner(parts, request, response)
    if (url.startsWith(WEBHOOKS)) return serveWebhook(parts, request, response, config)
    if (url.startsWith(CONSOLE_API)) return parts.console().then((own) => own.serveApi(request, response, url))
    if (url.startsWith(OWN)) return app.handle(request, response)
    const page = consoleRoute(request, url)
    if (page === 'app') return parts.console().then((own) => own.serveApp(request, response, url))
    if (page === 'home') return toConsole(response)
    return dispatcher
      .handle(toWireRequest(request, { sourceAddress: sourceAddressOf(request, config) }))
      .then((answer) => sendWireResponse(response, isNavigable(request) ? sandboxed(answer) : answer))
  }
  const server = listener(config, (request, response) => {
    const url = request.url ?? '/'
    answer(request, response, url).catch((error: unknown) => {
      log.error({ err: error, url: url.split('?')[0] }, 'answering a request failed')
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
      response.end()
    })
  })
  return { server, app: { close: async () => await Promise.all([closeServer(server), app.close()]).then(() => {}) } }
}

/**
 * What others have stored here shares the console's origin when a browser shows it: as a page of its own it must not reach the
 * console's session. Scripts still run, in an origin that is nobody's.
 */
const SANDBOX = {
  'content-security-policy': 'sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts',
}

/** A browser shows what a link leads to, and cannot sign that by a header. */
const isNavigable = ({ headers }: IncomingMessage): boolean => headers.authorization === undefined

const sandboxed = (answer: WireResponse): WireResponse => ({ ...answer, headers: { ...answer.headers, ...SANDBOX } })

async function refuse(response: ServerResponse, message: string): Promise<void> {
  const body = JSON.stringify({ message })
  response.writeHead(403, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
}

async function toConsole(response: ServerResponse): Promise<void> {
  response.writeHead(302, { location: '/console/', 'cache-control': 'no-store', 'content-length': 0 }).end()
}

function listener(config: ServerConfig, handle: (request: IncomingMessage, response: ServerResponse) => void): Server {
  // uploads and live streams take as long as they take; a client that says nothing at all is dropped by the header time-out
  const options = { requestTimeout: 0, keepAliveTimeout: 75_000, noDelay: true }
  return config.tls
    ? createHttpsServer(
        { ...options, cert: readFileSync(config.tls.certFile), key: readFileSync(config.tls.keyFile) },
        handle,
      )
    : createHttpServer(options, handle)
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve)) // an error says that it never listened
  server.closeAllConnections()
  await closed
}

/** Our own endpoints; what serves them is loaded by the first request for one, and most servers start without. */
function ownApp(config: ServerConfig, parts: HttpParts) {
  let made: Promise<FastifyInstance> | undefined
  const make = async (): Promise<FastifyInstance> => {
    const { default: Fastify } = await import('fastify')
    const app = Fastify({ logger: false })
    ownEndpoints(app, config, parts)
    await app.ready()
    return app
  }
  return {
    handle: async (request: IncomingMessage, response: ServerResponse) => {
      const app = await (made ??= make())
      app.routing(request, response)
    },
    close: async () => await (await made)?.close(),
  }
}

function ownEndpoints(app: FastifyInstance, config: ServerConfig, parts: HttpParts): void {
  const { live, verify, log, newId, clock, onCall, actionTypeAdmin, ownApi } = parts
  app.addHook('onRequest', async ({ raw }, reply) => {
    reply.raw.once('close', () => releaseWireRequest(raw))
  })
  const received = (message: IncomingMessage): WireRequest =>
    toWireRequest(message, { sourceAddress: sourceAddressOf(message, config) })
  // bodies belong to whoever handles the route: nothing is parsed here
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(refusal('NotFoundException', 'Nothing is here.')))
  app.setErrorHandler(({ message, statusCode = 500 }: Error & { statusCode?: number }, { raw }, reply) => {
    if (statusCode < 500) return reply.code(statusCode).send(refusal('BadRequestException', message))
    log.error({ err: message, url: raw.url?.split('?')[0] }, 'answering a request failed')
    return reply.code(500).send(refusal('InternalFailure', 'Pipewright failed internally.'))
  })
  app.get('/_pipewright/health', async () => ({ status: 'ok' }))
  for (const stream of ['events', 'logs'] as const) {
    app.get(`/_pipewright/${stream}`, async (request, reply) => {
      const verified = await verify(received(request.raw))
      if (!verified) {
        return reply.code(403).send({ message: 'Sign the request with SigV4 for the service "pipewright".' })
      }
      reply.hijack()
      const query = new URL(request.url, 'http://localhost').searchParams
      Promise.resolve(live[stream](query, verified.principal, verified.region, reply.raw)).catch((error: unknown) => {
        log.error({ err: error, stream }, 'a live stream failed')
        reply.raw.destroy()
      })
      return reply
    })
  }
  app.put('/_pipewright/action-types', async (request, reply) => {
    const body = await readSmall(request.raw)
    if (body === undefined) return reply.code(413).send({ message: 'The body is larger than 64 KB.' })
    const wireRequest = { ...received(request.raw), body }
    const verified = await verify(wireRequest)
    // what a pipeline's role may do is no matter of administration
    if (verified?.principal.type !== 'Root' && verified?.principal.type !== 'User') {
      return reply.code(403).send({ message: 'Sign the request with SigV4 for the service "pipewright", as a user.' })
    }
    const place = { account: verified.principal.account, region: verified.region }
    const startedAt = clock.now()
    const answer = await (await actionTypeAdmin()).put(place, body)
    const call = ownCall(wireRequest, verified, 'PutActionType', newId())
    onCall(ownCallRecord(call, body, answer, { startedAt, endedAt: clock.now() }))
    return reply.code(answer.statusCode).send(answer.body)
  })
  app.post<{ Params: { operation: string } }>('/_pipewright/codepipeline/:operation', async (request, reply) => {
    const refuse = (statusCode: number, __type: string, message: string) =>
      reply.code(statusCode).send({ __type, message })
    const body = await readSmall(request.raw)
    if (body === undefined) return refuse(413, 'RequestEntityTooLargeException', 'The body is larger than 64 KB.')
    const wireRequest = { ...received(request.raw), body }
    const verified = await verify(wireRequest)
    if (!verified) return refuse(403, 'AccessDeniedException', 'Sign the request with SigV4 for "pipewright".')
    const call = ownCall(wireRequest, verified, request.params.operation, newId())
    const startedAt = clock.now()
    const answer = await (await ownApi()).call(body, call)
    onCall(ownCallRecord(call, body, answer, { startedAt, endedAt: clock.now() }))
    return reply.code(answer.statusCode).send(answer.body)
  })
}

const refusal = (__type: string, message: string) => ({ __type, message })

function ownCall(request: WireRequest, verified: VerifiedRequest, operation: string, requestId: string): Call {
  const { authorization: _secret, 'x-amz-security-token': _token, ...headers } = request.headers
  const { principal, region } = verified
  return {
    requestId,
    account: principal.account,
    region,
    principal,
    operation,
    headers,
    endpoint: `${request.secure ? 'https' : 'http'}://${headers['host'] ?? 'localhost'}`,
    sourceAddress: request.sourceAddress,
    signal: request.signal,
  }
}

const MOST_SMALL_BYTES = 64 * 1024

async function readSmall(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message) {
    size += (chunk as Buffer).length
    if (size <= MOST_SMALL_BYTES) chunks.push(chunk as Buffer)
  }
  return size > MOST_SMALL_BYTES ? undefined : Buffer.concat(chunks)
}

async function serveRunner({ runnerGateway }: HttpParts, request: IncomingMessage, response: ServerResponse) {
  const gateway = await runnerGateway()
  gateway.handle(request, response)
}

async function serveWebhook(
  { webhooks }: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  config: ServerConfig,
) {
  const sourceAddress = sourceAddressOf(request, config)
  const { method, url, headers, signal } = toWireRequest(request)
  const path = url.split('?')[0] ?? url
  const delivery = { method, path, headers, body: request, sourceAddress }
  const answer = await (await webhooks()).deliver(delivery).catch((error: unknown) => {
    if (signal.aborted) return undefined
    throw error
  })
  if (answer === undefined) return
  // what was refused unread is not worth reading
  if (!request.complete) response.shouldKeepAlive = false
  await sendWireResponse(response, {
    statusCode: answer.statusCode,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(answer.body)),
  })
}

async function serveGit(
  config: ServerConfig,
  { gitHttp }: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
) {
  const { method, headers, body, signal } = toWireRequest(request)
  const mark = url.indexOf('?')
  const answer = await (
    await gitHttp()
  ).handle({
    method,
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers,
    body: body instanceof Readable ? body : Readable.from(body),
    sourceAddress: sourceAddressOf(request, config),
    signal,
  })
  await sendWireResponse(response, answer ?? { statusCode: 404, headers: {}, body: undefined })
}

async function serveSitePath(parts: HttpParts, request: IncomingMessage, response: ServerResponse, url: string) {
  const rest = url.slice(SITES.length)
  const slash = rest.search(/[/?]/)
  if (slash < 0 || rest[slash] === '?') {
    response.writeHead(302, { location: `${url.split('?')[0]}/` }).end()
    return
  }
  // beside the console a site is nobody's origin, and loads its own scripts as a stranger would; at its own host it is itself
  const beside = { ...SANDBOX, 'access-control-allow-origin': '*' }
  await serveSite(parts, request, response, rest.slice(0, slash), rest.slice(slash), beside)
}

async function serveSite(
  { websites }: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  bucket: string,
  url: string,
  more: Readonly<Record<string, string>> = {},
) {
  const { statusCode, headers, body } = await (await websites()).serve(bucket, decodePath(url), request.method ?? 'GET')
  response.writeHead(statusCode, { ...headers, ...more })
  if (body instanceof Readable) await pipeline(body, response)
  else response.end(body)
}

/** The path of a URL as a key. A path that is no percent-encoded text names nothing. */
function decodePath(url: string): string {
  const path = (url.split('?')[0] ?? '').slice(1)
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
