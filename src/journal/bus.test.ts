import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { faultyStore } from '../../test/support/faulty-store.ts'
import { openSqliteStore, type BusEvent, type Store } from '../store/store.ts'
import { createBus, type Bus } from './journal.ts'

describe('the event bus', () => {
  let folder: string
  let store: Store
  let bus: Bus
  let ids: number
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-bus-'))
    store = await openSqliteStore({ file: join(folder, 'db') })
    ids = 0
    bus = start(store)
  })
  afterEach(async () => {
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  const start = (over: Store): Bus => createBus({ store: over, newId: () => `id-${(ids += 1)}`, retryDelayMs: () => 0 })
  const event = (n: number | string, more: Partial<BusEvent> = {}): Omit<BusEvent, 'id'> => ({
    account: '1',
    region: 'r',
    time: 1,
    source: 'aws.codepipeline',
    detailType: 'Change',
    resources: [],
    detail: { n },
    ...more,
  })
  const publish = (...numbers: (number | string)[]): Promise<void> => bus.publish(numbers.map((n) => event(n)))
  /** A consumer that writes down what it gets, and a promise for when it has got so many. */
  const collector = (wanted: number) => {
    const got: unknown[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const handle = async ({ detail }: BusEvent): Promise<void> => {
      got.push(detail.n)
      if (got.length >= wanted) resolve()
    }
    return { got, done: promise, handle }
  }

  test('listeners hear what is published from now on, in order, each event with an id of its own', async () => {
    await publish('before')
    const heard: BusEvent[] = []
    const stop = bus.listen({}, (event) => heard.push(event))
    await publish(1, 2)
    stop()
    await publish('after')
    assert.deepEqual(
      heard.map(({ detail }) => detail.n),
      [1, 2],
    )
    assert.equal(new Set(heard.map(({ id }) => id)).size, 2)
  })

  test('a filter looks at source, detail type and whatever else', async () => {
    const heard: unknown[] = []
    bus.listen({ source: 'aws.s3', detailType: 'Created', matches: ({ detail }) => detail.n !== 3 }, ({ detail }) =>
      heard.push(detail.n),
    )
    await bus.publish([
      event(1),
      event(2, { source: 'aws.s3', detailType: 'Created' }),
      event(3, { source: 'aws.s3', detailType: 'Created' }),
      event(4, { source: 'aws.s3' }),
    ])
    assert.deepEqual(heard, [2])
  })

  test('a listener that throws harms neither the others nor the publisher', async () => {
    const heard: unknown[] = []
    bus.listen({}, () => {
      throw new Error('mine')
    })
    bus.listen({}, ({ detail }) => heard.push(detail.n))
    await publish(1)
    assert.deepEqual(heard, [1])
  })

  test('an event appended in a unit that is undone never was', async () => {
    await assert.rejects(
      store.write(async (tx) => {
        await bus.append(tx, [event(1)])
        throw new Error('undo')
      }),
    )
    assert.equal(await store.read.events.last(), 0)
  })

  test('a consumer gets every event once and in order: old ones, then new ones as they come', async () => {
    await publish(1, 2)
    const { got, done, handle } = collector(4)
    await using _ = bus.consume('mail', {}, handle)
    await publish(3)
    await publish(4)
    await done
    assert.deepEqual(got, [1, 2, 3, 4])
  })

  test('many events are read in portions, none twice', async () => {
    await publish(...Array.from({ length: 345 }, (_, n) => n))
    const { got, done, handle } = collector(345)
    await using _ = bus.consume('mail', {}, handle)
    await done
    assert.deepEqual(
      got,
      Array.from({ length: 345 }, (_, n) => n),
    )
  })

  test('after a restart a consumer goes on behind the last event it handled', async () => {
    await publish(1, 2)
    const first = collector(2)
    const consumer = bus.consume('mail', {}, first.handle)
    await first.done
    await consumer[Symbol.asyncDispose]()
    await publish(3)
    bus = start(store)
    const second = collector(1)
    await using _ = bus.consume('mail', {}, second.handle)
    await second.done
    assert.deepEqual(second.got, [3])
  })

  test('events that a consumer does not want cost it no write each, and a restart does not bring back those it handled', async () => {
    let writes = 0
    const counting = {
      ...store,
      read: store.read,
      write: ((work) => ((writes += 1), store.write(work))) as Store['write'],
    }
    bus = start(counting)
    const first = collector(1)
    const consumer = bus.consume('mail', { matches: ({ detail }) => detail.n === 7 }, first.handle)
    for (let n = 0; n < 20; n += 1) await publish(n)
    await first.done
    await consumer[Symbol.asyncDispose]()
    assert.ok(writes <= 20 + 2, `${writes} writes: one each to publish, one for the event it wanted, one at its end`)
    assert.ok((await store.read.events.position('mail')) >= 8)
  })

  test('an event whose handling was cut off by a crash is handled again', async () => {
    await publish(1)
    const { promise: began, resolve: begins } = Promise.withResolvers<void>()
    const { promise: crash, resolve: end } = Promise.withResolvers<void>()
    const crashing = bus.consume('mail', {}, () => {
      begins()
      return crash
    })
    await began
    const { got, done, handle } = collector(1)
    await using _ = start(store).consume('mail', {}, handle)
    await done
    assert.deepEqual(got, [1])
    end()
    await crashing[Symbol.asyncDispose]()
  })

  test('a failing consumer tries the same event again until it works, and loses none', async () => {
    const { got, done, handle } = collector(2)
    let failures = 0
    await using _ = bus.consume('mail', {}, async (event) => {
      if ((failures += 1) <= 3) throw new Error('mail server down')
      await handle(event)
    })
    await publish(1, 2)
    await done
    assert.deepEqual(got, [1, 2])
  })

  test('a consumer survives a store that fails now and then, also after it has saved', async () => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    const faulty = faultyStore(store, { seed, failBefore: 0.3, failAfter: 0.3, failReads: 0.3 })
    await publish(...Array.from({ length: 50 }, (_, n) => n))
    const { got, done, handle } = collector(50)
    await using _ = start(faulty).consume('mail', {}, handle)
    await done
    assert.deepEqual(
      got,
      Array.from({ length: 50 }, (_, n) => n),
      `seed ${seed}`,
    )
  })

  test('two consumers of one name would steal from each other: refused', async () => {
    await using _ = bus.consume('mail', {}, async () => {})
    assert.throws(() => bus.consume('mail', {}, async () => {}), /two consumers named mail/)
  })
})
