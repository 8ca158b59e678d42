import type { Clock } from '../base/clock.ts'
import { silentLog, type Log } from '../base/log.ts'
import type { JobRow, JobStatus, Store, Writer } from '../store/store.ts'
import { createCancellations } from './cancellations.ts'
import { createDeadlines } from './deadlines.ts'
import type { JobEnd, JobHolder, Jobs, NewJob } from './jobs.ts'
import { createWaiters } from './waiters.ts'

export interface JobsOptions {
  readonly store: Store
  readonly clock: Clock
  /** unguessable: nonces are made of it */
  readonly newId: () => string
  readonly log?: Log
  /** how long a handed out job stays with a worker that does not acknowledge it */
  readonly redeliveryMs?: number
  /**
   * A worker fell silent in the middle of a job. `requeue` gives the job to the next one (the default); `leave` means that the
   * callee deals with it, by ending it for example: the job stays in progress, without a lease.
   */
  readonly onLeaseExpired?: (job: JobRow) => 'requeue' | 'leave' | Promise<'requeue' | 'leave'>
}

/** Recovers by itself: what a former process handed out is watched from the first call on. */
export function createJobs({
  store,
  clock,
  newId,
  log = silentLog,
  redeliveryMs = 60_000,
  onLeaseExpired = () => 'requeue',
}: JobsOptions): Jobs & AsyncDisposable {
  const waiters = createWaiters()
  const cancellations = createCancellations()
  const deadlines = createDeadlines(clock, expire)
  const stopped = new AbortController()
  const recovered = recover().catch(failed)
  return {
    async enqueue(job) {
      try {
        await store.write((tx) => enqueueIn(tx, job))
      } finally {
        waiters.wake(job.queue) // also when it failed: the answer of a commit can be lost, and looking in vain is cheap
      }
    },
    enqueueIn,
    wake: (queue) => waiters.wake(queue),
    poll,
    async acknowledge(id, nonce, { worker, leaseMs } = {}) {
      return store.write(async (tx) => {
        const job = await tx.jobs.get(id)
        if (job === undefined) return 'unknown'
        if (isEnded(job)) return 'ended'
        if (job.status === 'Queued' || job.nonce !== nonce) return 'wrong-nonce'
        // the nonce again is the same worker's repeated call, unless it says that it is another
        if (job.status === 'InProgress') return job.worker === worker ? job : 'wrong-nonce'
        return lease(tx, job, { status: 'InProgress', worker, leaseUntil: leaseMs && clock.now() + leaseMs })
      })
    },
    get: (id) => store.read.jobs.get(id),
    async claim(queue, { worker, leaseMs, signal: gone }) {
      const signal = AbortSignal.any([gone, stopped.signal])
      while (!signal.aborted) {
        const woken = waiters.wait(queue, signal) // from here on: a job that comes while we look must not be missed
        const job = await claimNow(queue, worker, leaseMs).catch((error: unknown) => {
          woken.forget()
          throw error
        })
        if (job !== undefined) {
          woken.forget()
          // nobody is there any more to work on it: it must not stay with us until the lease ends
          if (signal.aborted) return giveBack(job)
          return job
        }
        await woken.promise
      }
      return undefined
    },
    async renew(ids, worker, leaseMs) {
      if (ids.length === 0) return []
      const leaseUntil = clock.now() + leaseMs
      return store.write(async (tx) => {
        const held: string[] = []
        for (const id of ids) {
          const job = await tx.jobs.get(id)
          if (job?.status !== 'InProgress' || job.worker !== worker) continue
          await lease(tx, job, { leaseUntil })
          held.push(id)
        }
        return held
      })
    },
    endIn,
    async end(id, status, holder) {
      const ended = await store.write((tx) => endIn(tx, id, status, holder))
      if (ended) {
        deadlines.set(id, undefined)
        cancellations.forget(id)
      }
      return ended
    },
    cancel: (id, reason) => cancellations.cancel(id, reason),
    onCancel: (id, listener) => cancellations.listen(id, listener),
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await recovered
      await deadlines.stop()
    },
  }

  async function enqueueIn(tx: Writer, { id, queue, query = '', document }: NewJob): Promise<void> {
    if ((await tx.jobs.get(id)) !== undefined) return
    await tx.jobs.put({ id, queue, query, document, status: 'Queued', nonce: '', createdAt: clock.now() })
  }

  async function poll(queue: string, { max, query }: { max: number; query?: string }): Promise<readonly JobRow[]> {
    await recovered
    // most polls find nothing, and reading is free of the disk
    if ((await store.read.jobs.available(queue, clock.now(), 1, query)).length === 0) return []
    const leaseUntil = clock.now() + redeliveryMs
    return store.write(async (tx) => {
      const jobs = await tx.jobs.available(queue, clock.now(), max, query)
      return Promise.all(jobs.map((job) => lease(tx, job, { status: 'Dispatched', nonce: newId(), leaseUntil })))
    })
  }

  /** Poll and acknowledge in one. */
  async function claimNow(queue: string, worker: string, leaseMs: number): Promise<JobRow | undefined> {
    await recovered
    if ((await store.read.jobs.available(queue, clock.now(), 1)).length === 0) return undefined
    const leaseUntil = clock.now() + leaseMs
    return store.write(async (tx) => {
      const [job] = await tx.jobs.available(queue, clock.now(), 1)
      return job && lease(tx, job, { status: 'InProgress', nonce: newId(), worker, leaseUntil })
    })
  }

  /** Watched from before the commit on: a commit whose answer is lost has made a lease too. */
  function lease(tx: Writer, job: JobRow, to: Change): Promise<JobRow> {
    deadlines.set(job.id, to.leaseUntil)
    return change(tx, job, to)
  }

  async function giveBack({ id, nonce, queue }: JobRow): Promise<undefined> {
    try {
      await store.write(async (tx) => {
        const job = await tx.jobs.get(id)
        if (job?.status === 'InProgress' && job.nonce === nonce) await change(tx, job, REQUEUED)
      })
    } finally {
      waiters.wake(queue)
    }
  }

  async function endIn(tx: Writer, id: string, status: JobEnd, holder?: JobHolder): Promise<boolean> {
    const job = await tx.jobs.get(id)
    if (job === undefined || isEnded(job)) return false
    if (holder !== undefined) {
      if (job.status !== 'InProgress') return false
      if (holder.worker !== undefined && job.worker !== holder.worker) return false
      if (holder.nonce !== undefined && job.nonce !== holder.nonce) return false
    }
    await change(tx, job, { status, leaseUntil: undefined })
    return true
  }

  async function recover(): Promise<void> {
    for (const { id, leaseUntil } of await store.read.jobs.open()) deadlines.set(id, leaseUntil)
  }

  async function expire(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await lookAt(id)
      } catch (error) {
        failed(error)
        deadlines.set(id, clock.now() + RETRY_MS)
      }
    }
  }

  /** The store knows better than our list: leases were extended, units undone, jobs ended. */
  async function lookAt(id: string): Promise<void> {
    const job = await store.read.jobs.get(id)
    if (job === undefined || isEnded(job)) return
    // given back by a write whose answer was lost
    if (job.status === 'Queued') return waiters.wake(job.queue)
    if (job.leaseUntil === undefined) return
    if (job.leaseUntil > clock.now()) deadlines.set(id, job.leaseUntil)
    else if (job.status === 'Dispatched') waiters.wake(job.queue)
    else await expireLease(job)
  }

  async function expireLease(job: JobRow): Promise<void> {
    log.warn({ job: job.id, queue: job.queue, worker: job.worker }, 'the lease of a job expired')
    const requeue = (await onLeaseExpired(job)) === 'requeue'
    await store.write(async (tx) => {
      const now = await tx.jobs.get(job.id)
      // meanwhile ended, or the worker is back
      if (now?.status !== 'InProgress' || now.nonce !== job.nonce || now.leaseUntil !== job.leaseUntil) return
      await change(tx, now, requeue ? REQUEUED : { leaseUntil: undefined })
    })
    // also when there was nothing left to do: a store that did it twice says so the second time
    if (requeue) waiters.wake(job.queue)
  }

  function failed(error: unknown): void {
    log.error({ err: error }, 'jobs could not be watched')
  }
}

/** When the store failed us. */
const RETRY_MS = 1000

const isEnded = ({ status }: JobRow): boolean => ENDED[status]

const ENDED: Readonly<Record<JobStatus, boolean>> = {
  Queued: false,
  Dispatched: false,
  InProgress: false,
  TimedOut: true,
  Succeeded: true,
  Failed: true,
}

type Change = { readonly [Member in 'status' | 'nonce' | 'worker' | 'leaseUntil']?: JobRow[Member] | undefined }

/** Without a nonce nobody can acknowledge it, and without a worker nobody can renew or end it as its holder. */
const REQUEUED: Change = { status: 'Queued', nonce: '', worker: undefined, leaseUntil: undefined }

async function change(tx: Writer, job: JobRow, change: Change): Promise<JobRow> {
  const { worker, leaseUntil, ...rest } = { ...job, ...change }
  const changed = {
    ...rest,
    status: rest.status ?? job.status,
    nonce: rest.nonce ?? job.nonce,
    ...(worker !== undefined && { worker }),
    ...(leaseUntil !== undefined && { leaseUntil }),
  }
  await tx.jobs.put(changed)
  return changed
}
