/** The one listener. AWS calls and git go straight to their layer; our own endpoints live under `/_pipewright`. */
import Fastify, { type FastifyInstance } from 'fastify'
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { readFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import type { Log } from '../base/log.ts'
import {
  sendWireResponse,
  toWireRequest,
  type Dispatcher,
  type VerifiedRequest,
  type WireRequest,
} from '../wire/wire.ts'
import type { GitHttp } from '../services/codecommit/codecommit.ts'
import type { RunnerGateway } from '../services/codebuild/codebuild.ts'
import type { Websites } from '../services/s3/s3.ts'
import type { ServerConfig } from './config.ts'
import type { LiveStreams } from './live.ts'

export interface HttpParts {
  readonly dispatcher: Dispatcher
  readonly gitHttp: () => Promise<GitHttp>
  readonly websites: () => Promise<Websites>
  readonly live: LiveStreams
  readonly verify: (request: WireRequest) => Promise<VerifiedRequest | undefined>
  readonly runnerGateway: () => Promise<RunnerGateway>
  readonly log: Log
}

const OWN = '/_pipewright/'
const SITES = '/_sites/'
const GIT = '/v1/repos/'
const SITE_HOST =
  /^([a-z0-9][a-z0-9.-]*)\.s3-website(?:[.-][a-z0-9-]+)?\.(?:localhost|localhost\.localstack\.cloud)(?::\d+)?$/

/** Everything the listener answers, by path. First match wins; what is left is an AWS call. */
export async function createHttp(
  config: ServerConfig,
  parts: HttpParts,
): Promise<{ server: Server; app: FastifyInstance }> {
  const { dispatcher, log } = parts
  const route =
    (handleOwn: (request: IncomingMessage, response: ServerResponse) => void) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      const url = request.url ?? '/'
      const site = SITE_HOST.exec(request.headers.host ?? '')?.[1]
      const work =
        site !== undefined
          ? serveSite(parts, request, response, site, url)
          : url.startsWith(SITES)
            ? serveSitePath(parts, request, response, url)
            : url.startsWith(GIT)
              ? serveGit(parts, request, response, url)
              : url.startsWith(OWN)
                ? handleOwn(request, response)
                : dispatcher.handle(toWireRequest(request)).then((answer) => sendWireResponse(response, answer))
      Promise.resolve(work).catch((error: unknown) => {
        log.error({ err: error, url: url.split('?')[0] }, 'answering a request failed')
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
        response.end()
      })
    }
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    serverFactory: (handleOwn) => listener(config, route(handleOwn)),
  })
  ownEndpoints(app, parts)
  await app.ready()
  return { server: app.server, app }
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

function ownEndpoints(app: FastifyInstance, { live, verify, runnerGateway, log }: HttpParts): void {
  // bodies belong to whoever handles the route: nothing is parsed here
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.get('/_pipewright/health', async () => ({ status: 'ok' }))
  app.route({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    url: '/_pipewright/runner/*',
    handler: async (request, reply) => {
      reply.hijack()
      const gateway = await runnerGateway()
      gateway.handle(request.raw, reply.raw)
    },
  })
  for (const stream of ['events', 'logs'] as const) {
    app.get(`/_pipewright/${stream}`, async (request, reply) => {
      const verified = await verify(toWireRequest(request.raw))
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
}

async function serveGit({ gitHttp }: HttpParts, request: IncomingMessage, response: ServerResponse, url: string) {
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
  await serveSite(parts, request, response, rest.slice(0, slash), rest.slice(slash))
}

async function serveSite(
  { websites }: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  bucket: string,
  url: string,
) {
  const { statusCode, headers, body } = await (await websites()).serve(bucket, decodePath(url), request.method ?? 'GET')
  response.writeHead(statusCode, headers)
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
