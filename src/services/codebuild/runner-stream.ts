/** One runner's long answer: jobs as they come, as many as it has room for; cancellations; pings. */
import type { ServerResponse } from 'node:http'
import type { JobRow } from '../../jobs/jobs.ts'
import type { ServerMessage } from '../../runner/runner.ts'
import { QUEUE } from './build-record.ts'
import type { GatewayOptions } from './gateway.ts'
import type { HeldBuilds } from './held-builds.ts'
import { LEASE_MS } from './lease.ts'

/** Worker name -> its open stream. */
export type Workers = Map<string, Worker>

export interface Worker {
  /** a job of it is over: there is room for another */
  done(id: string): void
  cancel(id: string, reason: string): void
}

export interface StreamContext extends GatewayOptions {
  readonly held: HeldBuilds
  readonly workers: Workers
  readonly worker: string
  readonly query: URLSearchParams
  readonly signal: AbortSignal
}

const PING_MS = 10_000
const MAX_SLOTS = 1000

/** Resolves when the stream has ended. */
export async function serveStream(context: StreamContext, response: ServerResponse): Promise<void> {
  const { jobs, held, workers, worker, query, log } = context
  const slots = Math.min(Math.max(Number(query.get('slots')) || 1, 1), MAX_SLOTS)
  const holding = new Set(
    (query.get('holding') ?? '')
      .split(',')
      .filter((id) => id !== '')
      .map(decodeURIComponent),
  )
  const gone = new AbortController()
  const signal = AbortSignal.any([gone.signal, context.signal])
  const active = new Map<string, () => void>()
  let roomMade = Promise.withResolvers<void>()

  const write = (message: ServerMessage): void => void response.write(`${JSON.stringify(message)}\n`)
  const cancel = (id: string, reason: string): void => write({ type: 'Cancel', id, reason })
  const done = (id: string): void => {
    active.get(id)?.()
    active.delete(id)
    roomMade.resolve()
  }
  const watch = (id: string): void =>
    void active.set(
      id,
      jobs.onCancel(id, (reason) => cancel(id, reason)),
    )
  const give = async (job: JobRow, isAgain: boolean): Promise<void> => {
    const built = await held.begin(job, isAgain)
    if (built === undefined) return // deleted or stopped meanwhile
    watch(job.id)
    write({ type: 'Job', job: built })
  }

  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  response.once('close', () => gone.abort())
  const self: Worker = { done, cancel }
  workers.set(worker, self)
  const ping = setInterval(() => write({ type: 'Ping' }), PING_MS)
  try {
    write({ type: 'Hello' })
    // the same runner again, after one of us was away: what it holds goes on, what it never got is given again
    await jobs.renew([...holding], worker, LEASE_MS)
    const own = (await openJobs(context)).filter((job) => job.worker === worker && job.status === 'InProgress')
    for (const id of holding) {
      if (!own.some((job) => job.id === id)) cancel(id, 'The build has ended')
      else if (await held.isStopRequested(id)) cancel(id, 'The build was stopped')
      watch(id)
    }
    for (const job of own) if (!holding.has(job.id)) await give(job, true)

    while (!signal.aborted) {
      if (active.size >= slots) {
        roomMade = Promise.withResolvers()
        signal.addEventListener('abort', () => roomMade.resolve(), { once: true })
        if (active.size >= slots) await roomMade.promise
        continue
      }
      const job = await jobs.claim(QUEUE, { worker, leaseMs: LEASE_MS, signal })
      if (job !== undefined) await give(job, false)
    }
  } catch (error) {
    log.error({ err: error, worker }, 'the stream of a runner broke')
  } finally {
    clearInterval(ping)
    for (const forget of active.values()) forget()
    if (workers.get(worker) === self) workers.delete(worker)
    response.end()
    if (!context.signal.aborted) context.onRunnerGone?.()
  }
}

const openJobs = ({ store }: StreamContext): Promise<readonly JobRow[]> => store.read.jobs.open(QUEUE)
