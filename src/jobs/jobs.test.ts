import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { faultyStore, StoreFault } from '../../test/support/faulty-store.ts'
import { openSqliteStore, type JobRow, type Store } from '../store/store.ts'
import { createJobs, type JobsOptions } from './jobs.ts'

describe('the job protocol', () => {
  let folder: string
  let store: Store
  let now: number
  let ids: number
  let jobs: ReturnType<typeof createJobs>
  beforeEach(async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    folder = await mkdtemp(join(tmpdir(), 'pipewright-jobs-'))
    store = await openSqliteStore({ file: join(folder, 'db') })
    now = 1_000_000
    ids = 0
    jobs = start()
  })
  afterEach(async () => {
    await jobs[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
    mock.timers.reset()
  })

  const start = (more: Partial<JobsOptions> = {}): ReturnType<typeof createJobs> =>
    createJobs({ store, clock: { now: () => now }, newId: () => `nonce-${(ids += 1)}`, ...more })
  const restart = async (more: Partial<JobsOptions> = {}): Promise<void> => {
    await jobs[Symbol.asyncDispose]()
    jobs = start(more)
    await jobs.poll('nobody', { max: 1 }).catch(() => [])
  }
  const pass = (ms: number): void => {
    now += ms
    mock.timers.tick(ms)
  }
  const never = new AbortController().signal
  const enqueue = (id: string, more: { queue?: string; query?: string } = {}): Promise<void> =>
    jobs.enqueue({ id, queue: 'q', document: { id }, ...more })
  const claim = (worker = 'w1', leaseMs = 30_000, signal = never): Promise<JobRow | undefined> =>
    jobs.claim('q', { worker, leaseMs, signal })
  const pollOne = async (): Promise<JobRow> => {
    const [job] = await jobs.poll('q', { max: 1 })
    assert.ok(job !== undefined, 'there is no job')
    return job
  }
  /** until what a timer started has reached the store */
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }

  test('enqueuing again changes nothing, not even when the job runs', async () => {
    await enqueue('j')
    await claim()
    await enqueue('j')
    assert.equal((await jobs.get('j'))?.status, 'InProgress')
    assert.deepEqual(await jobs.poll('q', { max: 9 }), [])
  })

  test('polls hand out the oldest jobs of the queue, and of the wanted property only', async () => {
    await enqueue('a', { query: 'x' })
    now += 1
    await enqueue('b', { query: 'y' })
    await enqueue('other', { queue: 'other' })
    assert.deepEqual(
      (await jobs.poll('q', { max: 9, query: 'y' })).map(({ id }) => id),
      ['b'],
    )
    assert.deepEqual(
      (await jobs.poll('q', { max: 9 })).map(({ id }) => id),
      ['a'],
    )
  })

  test('S83: unacknowledged, a job is handed out again after 60 s with another nonce; only that one counts', async () => {
    await enqueue('j')
    const first = await pollOne()
    assert.deepEqual(await jobs.poll('q', { max: 1 }), [])
    pass(59_999)
    assert.deepEqual(await jobs.poll('q', { max: 1 }), [])
    pass(1)
    const second = await pollOne()
    assert.notEqual(second.nonce, first.nonce)
    assert.equal(await jobs.acknowledge('j', first.nonce), 'wrong-nonce')
    const answer = await jobs.acknowledge('j', second.nonce)
    assert.equal(typeof answer === 'object' && answer.status, 'InProgress')
  })

  test('an acknowledged job stays with its worker, however long it takes; the same nonce gives the same answer', async () => {
    await enqueue('j')
    const { nonce } = await pollOne()
    const answer = await jobs.acknowledge('j', nonce)
    pass(86_400_000)
    assert.deepEqual(await jobs.poll('q', { max: 1 }), [])
    assert.deepEqual(await jobs.acknowledge('j', nonce), answer)
  })

  test('acknowledging names what is wrong: unknown, ended, never handed out, somebody else’s', async () => {
    await enqueue('j')
    assert.equal(await jobs.acknowledge('nothing', 'n'), 'unknown')
    assert.equal(await jobs.acknowledge('j', ''), 'wrong-nonce')
    const { nonce } = await pollOne()
    await jobs.acknowledge('j', nonce, { worker: 'w1' })
    assert.equal(await jobs.acknowledge('j', nonce, { worker: 'w2' }), 'wrong-nonce')
    await jobs.end('j', 'Failed')
    assert.equal(await jobs.acknowledge('j', nonce, { worker: 'w1' }), 'ended')
  })

  test('a job ends once; who is second is told', async () => {
    await enqueue('j')
    const answers = await Promise.all([jobs.end('j', 'Succeeded'), jobs.end('j', 'Failed')])
    assert.deepEqual(answers, [true, false])
    assert.equal((await jobs.get('j'))?.status, 'Succeeded')
    assert.equal(await jobs.end('unknown', 'Failed'), false)
  })

  test('an end that is undone with its unit of work did not happen', async () => {
    await enqueue('j')
    await assert.rejects(
      store.write(async (tx) => {
        assert.equal(await jobs.endIn(tx, 'j', 'Failed'), true)
        throw new Error('undo')
      }),
    )
    assert.equal((await jobs.get('j'))?.status, 'Queued')
  })

  test('a result counts only from the worker, or the nonce, that holds the job', async () => {
    await enqueue('j')
    assert.equal(await jobs.end('j', 'Succeeded', { worker: 'w1' }), false)
    const job = await claim('w1')
    assert.equal(await jobs.end('j', 'Succeeded', { worker: 'w2' }), false)
    assert.equal(await jobs.end('j', 'Succeeded', { nonce: 'forged' }), false)
    assert.equal(await jobs.end('j', 'Succeeded', { worker: 'w1', nonce: job?.nonce ?? '' }), true)
  })

  test('who claims waits until there is work, and each job goes to one', async () => {
    const claims = [claim('w1'), claim('w2')]
    await settled()
    await enqueue('a')
    await enqueue('b')
    const got = await Promise.all(claims)
    assert.deepEqual(new Set(got.map((job) => job?.id)), new Set(['a', 'b']))
    assert.deepEqual(new Set(got.map((job) => job?.worker)), new Set(['w1', 'w2']))
  })

  test('a job enqueued inside a unit of work wakes claimers when its caller says so', async () => {
    const claimed = claim()
    await settled()
    await store.write((tx) => jobs.enqueueIn(tx, { id: 'j', queue: 'q', document: null }))
    jobs.wake('q')
    assert.equal((await claimed)?.id, 'j')
  })

  test('who stops waiting gets nothing, and takes nothing', async () => {
    const gone = new AbortController()
    const claimed = claim('w1', 30_000, gone.signal)
    await settled()
    gone.abort()
    assert.equal(await claimed, undefined)
    const leaving = new AbortController()
    await enqueue('j')
    const tooLate = claim('w1', 30_000, leaving.signal)
    leaving.abort()
    assert.equal(await tooLate, undefined)
    assert.equal((await claim('w2'))?.id, 'j')
  })

  test('closing lets everybody who waits go', async () => {
    const claimed = claim()
    await settled()
    await jobs[Symbol.asyncDispose]()
    assert.equal(await claimed, undefined)
  })

  test('a job handed out and never acknowledged goes to who waits for it, without anybody polling', async () => {
    await enqueue('j')
    await pollOne()
    const claimed = claim()
    await settled()
    pass(60_000)
    assert.equal((await claimed)?.id, 'j')
  })

  test('a silent worker loses the job when its lease ends: the next one gets it, and the old one’s result is refused', async () => {
    await enqueue('j')
    await claim('w1', 30_000)
    const next = claim('w2', 30_000)
    await settled()
    pass(30_000)
    assert.equal((await next)?.worker, 'w2')
    assert.deepEqual(await jobs.renew(['j'], 'w1', 30_000), [])
    assert.equal(await jobs.end('j', 'Succeeded', { worker: 'w1' }), false)
    assert.equal(await jobs.end('j', 'Succeeded', { worker: 'w2' }), true)
  })

  test('who renews keeps the job; another’s job, an ended job and an unknown one are not held', async () => {
    await enqueue('mine')
    await enqueue('theirs', { queue: 'q2' })
    await enqueue('over', { queue: 'q3' })
    await claim('w1', 30_000)
    await jobs.claim('q2', { worker: 'w2', leaseMs: 90_000, signal: never })
    await jobs.claim('q3', { worker: 'w1', leaseMs: 90_000, signal: never })
    await jobs.end('over', 'Failed')
    pass(20_000)
    assert.deepEqual(await jobs.renew(['mine', 'theirs', 'over', 'unknown'], 'w1', 30_000), ['mine'])
    pass(29_999)
    await settled()
    assert.equal((await jobs.get('mine'))?.status, 'InProgress')
    pass(1)
    await settled()
    assert.equal((await jobs.get('mine'))?.status, 'Queued')
  })

  test('whoever is told of an expired lease may deal with the job: it is not given to another then', async () => {
    const told: string[] = []
    await restart({
      onLeaseExpired: async ({ id, worker }) => {
        told.push(`${id} of ${worker}`)
        await jobs.end(id, 'Failed')
        return 'leave' as const
      },
    })
    await enqueue('j')
    await claim('w1', 30_000)
    pass(30_000)
    await settled()
    assert.deepEqual(told, ['j of w1'])
    assert.equal((await jobs.get('j'))?.status, 'Failed')
  })

  test('leases and redelivery go on after a restart', async () => {
    await enqueue('leased')
    await claim('w1', 30_000)
    await enqueue('out')
    await pollOne()
    await restart()
    pass(30_000)
    await settled()
    assert.equal((await jobs.get('leased'))?.status, 'Queued')
    assert.equal((await claim('w2'))?.id, 'leased')
    const next = claim('w2')
    await settled()
    pass(30_000)
    assert.equal((await next)?.id, 'out')
  })

  test('on a store that fails before and after its work, no job is lost and none ends twice', async () => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    const faulty = faultyStore(store, { seed, failBefore: 0.2, failAfter: 0.2, failReads: 0.1, delay: 0.2 })
    await restart({ store: faulty })
    const names = Array.from({ length: 20 }, (_, n) => `j${n}`)
    for (const name of names) await insist(() => enqueue(name))
    const ended: string[] = []
    const stop = new AbortController()
    const work = async (worker: string): Promise<void> => {
      while (!stop.signal.aborted) {
        const job = await insist(() => claim(worker, 30_000, stop.signal))
        if (job === undefined) continue
        // a lost answer looks like a job that somebody else ended: whoever is told "true" is the only one
        if (await jobs.end(job.id, 'Succeeded', { worker }).catch(() => false)) ended.push(job.id)
      }
    }
    const workers = Promise.all(['w1', 'w2', 'w3'].map(work))
    const unended = async (): Promise<number> => (await store.read.jobs.open()).length
    for (let round = 0; (await unended()) > 0 && round < 500; round += 1) {
      pass(60_000)
      await settled()
    }
    const left = await unended()
    faulty.heal()
    stop.abort()
    await workers
    assert.equal(left, 0, `seed ${seed}`)
    assert.equal(new Set(ended).size, ended.length, `seed ${seed}`)
    for (const name of names) assert.equal((await jobs.get(name))?.status, 'Succeeded')
  })

  async function insist<Result>(attempt: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await attempt()
      } catch (error) {
        if (!(error instanceof StoreFault)) throw error
      }
    }
  }

  test('a wish to stop reaches those who listen, also a moment later, and not those who stopped listening', async () => {
    await enqueue('j')
    const heard: string[] = []
    const forget = jobs.onCancel('j', () => heard.push('forgot me'))
    forget()
    jobs.onCancel('j', (reason) => heard.push(`early: ${reason}`))
    jobs.cancel('j', 'stop it')
    jobs.cancel('j', 'again')
    jobs.onCancel('j', (reason) => heard.push(`late: ${reason}`))
    jobs.onCancel('other', () => heard.push('not mine'))
    await settled()
    assert.deepEqual(heard, ['early: stop it', 'late: stop it'])
  })
})
