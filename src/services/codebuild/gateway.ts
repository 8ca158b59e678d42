/**
 * The runners' side of the build service, under `/_pipewright/runner/`: one long answer per runner with jobs and cancellations in
 * it, and the calls by which runners report. A runner sees and touches only the jobs that it has claimed; what a build's state is,
 * we derive from its reports. Protocol: `runner/protocol.ts`.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  runnerToken,
  RUNNER_PATH,
  WORKER_HEADER,
  type Report,
  type SecretsRequest,
  type UploadRequest,
} from '../../runner/runner.ts'
import { QUEUE } from './build-record.ts'
import type { CodeBuildDependencies } from './dependencies.ts'
import { createHeldBuilds } from './held-builds.ts'
import { LEASE_MS } from './lease.ts'
import { watchQueueTimeouts } from './queue-timeouts.ts'
import { serveStream, type Workers } from './runner-stream.ts'

export interface RunnerGateway extends AsyncDisposable {
  /** @returns false when the request is not for a runner; never rejects */
  handle(request: IncomingMessage, response: ServerResponse): boolean
}

export interface GatewayOptions extends CodeBuildDependencies {
  /** where `announceServer` has left the token that runners show */
  readonly dataDir: string
  /** called when a runner's stream broke without our doing: it may be gone */
  readonly onRunnerGone?: () => void
}

const MAX_BODY_BYTES = 16 * 1024 * 1024

export function createRunnerGateway(options: GatewayOptions): RunnerGateway {
  const { log, jobs } = options
  const token = runnerToken(options.dataDir)
  const held = createHeldBuilds(options)
  const workers: Workers = new Map()
  const stopping = new AbortController()
  const queueTimeouts = watchQueueTimeouts(options)

  async function route(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const worker = request.headers[WORKER_HEADER]
    if (!isToken(request.headers.authorization, token)) return answer(response, 401, 'unknown runner')
    if (typeof worker !== 'string' || !/^[\w-]{8,64}$/.test(worker)) return answer(response, 400, 'no worker named')
    if (request.method === 'GET' && path.startsWith('/stream')) {
      const query = new URL(path, 'http://runner').searchParams
      await serveStream({ ...options, held, workers, worker, query, signal: stopping.signal }, response)
      return
    }
    if (request.method !== 'POST') return answer(response, 404, 'no such call')
    const body: unknown = JSON.parse(await readBody(request))
    if (path === '/renew') {
      const { jobs: ids } = body as { jobs: readonly string[] }
      const still = new Set(await jobs.renew(ids, worker, LEASE_MS))
      for (const id of ids) if (!still.has(id)) workers.get(worker)?.cancel(id, 'The build has ended')
      return answer(response, 200, '{}')
    }
    const { id = '', what = '' } = /^\/jobs\/(?<id>[^/]+)\/(?<what>reports|secrets|uploads)$/.exec(path)?.groups ?? {}
    const jobId = decodeURIComponent(id)
    const job = await jobs.get(jobId)
    // unknown, ended and somebody else's look alike
    if (job?.queue !== QUEUE || job.status !== 'InProgress' || job.worker !== worker)
      return answer(response, 410, 'not your job')
    if (what === 'reports') {
      const isOver = await held.report(job, worker, body as readonly Report[])
      if (isOver) workers.get(worker)?.done(jobId)
      return answer(response, 200, '{}')
    }
    const result =
      what === 'secrets'
        ? await held.secrets(job, body as SecretsRequest)
        : await held.upload(job, body as UploadRequest)
    return result === undefined
      ? answer(response, 404, 'no such artifact')
      : answer(response, 200, JSON.stringify(result))
  }

  return {
    handle(request, response) {
      const { url = '' } = request
      if (!url.startsWith(`${RUNNER_PATH}/`)) return false
      route(request, response, url.slice(RUNNER_PATH.length)).catch((error: unknown) => {
        log.error({ err: error, url }, 'a call of a runner failed')
        if (response.headersSent) response.destroy()
        else answer(response, 500, 'internal error')
      })
      return true
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      queueTimeouts[Symbol.dispose]()
      await held.settled()
    },
  }
}

/** Compares in a time that does not depend on where the difference is. */
function isToken(header: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`))
}

function answer(response: ServerResponse, statusCode: number, body: string): void {
  response
    .writeHead(statusCode, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new Error('the request is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
