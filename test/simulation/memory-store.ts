/**
 * A store in memory that keeps the contract of every store (`src/store/contract.ts` is run against it). What was written outlives its
 * connections, as a disk does. `openMemoryStore` commits by itself; over `connect` nothing commits until it is told what becomes of the
 * next unit of work, so that everything that can happen between two commits can be made to happen.
 */
import type { BusEvent, JobRow, OutboxEntry, Reader, Store, Timer, Writer } from '../../src/store/store.ts'
import { objectsOf, type ObjectTable } from './memory-objects.ts'
import { pipelinesOf, type PipelineTables } from './memory-pipelines.ts'
import { resourcesOf, type ResourceTables } from './memory-resources.ts'
import { createTable, type Rows, type Table } from './memory-table.ts'

export interface Memory extends PipelineTables, ResourceTables, ObjectTable {
  readonly outbox: Table<number, OutboxEntry>
  readonly timers: Table<string, Timer>
  readonly jobs: Table<string, JobRow>
  readonly events: Table<number, BusEvent>
  readonly positions: Table<string, number>
  /** numbers that are never given twice, not even when the unit that drew one is undone */
  readonly drawn: { outbox: number; events: number; runs: number; objects: number }
}

export const createMemory = (): Memory => ({
  records: createTable(),
  declarations: createTable(),
  executions: createTable(),
  actions: createTable(),
  rules: createTable(),
  resources: createTable(),
  numbers: createTable(),
  objects: createTable(),
  outbox: createTable(),
  timers: createTable(),
  jobs: createTable(),
  events: createTable(),
  positions: createTable(),
  drawn: { outbox: 0, events: 0, runs: 0, objects: 0 },
})

type AnyTable = { readonly committed: unknown } & Pick<Table<string, unknown>, 'commit' | 'rollBack'>

const tablesOf = ({ drawn: _drawn, ...tables }: Memory): readonly AnyTable[] => Object.values(tables)

/** The same memory without the unit of work that is under way. Readers have no way to write. */
const committed = (memory: Memory): Memory => ({
  ...(Object.fromEntries(
    Object.entries(memory).map(([name, table]: [string, AnyTable]) => [name, table.committed]),
  ) as unknown as Memory),
  drawn: memory.drawn,
})

/**
 * What becomes of a unit of work. `unanswered`: it is durable, but nobody hears of it any more. `disowned`: it is durable, but whoever
 * asked is told that it failed, which breaks the contract of a store, and happens when its connection breaks behind the commit.
 */
export type Fate = 'committed' | 'refused' | 'unanswered' | 'disowned'

export class StoreFault extends Error {
  override readonly name = 'StoreFault'
}

/** A process's view of the memory. Once it is cut nobody in that process ever gets an answer again, as after a kill. */
export interface Connection extends Store {
  /** how many units of work wait to be run */
  readonly held: () => number
  /** Runs the oldest. @returns whether it is durable now; false also when there was none */
  next(fate: Fate): Promise<boolean>
  cut(): void
}

interface Unit {
  readonly work: (tx: Writer) => Promise<unknown>
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
}

const FOR_EVER = new Promise<never>(() => undefined)

/** @param arrived is called with each unit that is handed in */
export function connect(memory: Memory, arrived: () => void = () => undefined): Connection {
  const units: Unit[] = []
  const tables = tablesOf(memory)
  let isCut = false
  return {
    read: partsOf(committed(memory), () => (isCut ? FOR_EVER : undefined)),
    write<Result>(work: (tx: Writer) => Promise<Result>): Promise<Result> {
      if (isCut) return FOR_EVER
      const { promise, resolve, reject } = Promise.withResolvers<Result>()
      units.push({ work, resolve, reject })
      arrived()
      return promise
    },
    held: () => units.length,
    async next(fate) {
      const unit = units.shift()
      if (unit === undefined) return false
      const session = { isOver: false }
      try {
        const result = await unit.work(
          partsOf(memory, () => {
            if (session.isOver) throw new Error('this unit of work is over: a call was not awaited inside it')
            return isCut ? FOR_EVER : undefined
          }),
        )
        if (fate === 'refused') throw new StoreFault('injected: the store refused the unit of work')
        for (const table of tables) table.commit()
        if (fate === 'committed') unit.resolve(result as never)
        if (fate === 'disowned') unit.reject(new StoreFault('injected: the answer of the store was lost'))
        return true
      } catch (error) {
        for (const table of tables) table.rollBack()
        unit.reject(error)
        return false
      } finally {
        session.isOver = true
      }
    },
    cut() {
      isCut = true
      units.length = 0
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** An ordinary store: each unit of work is committed in its turn. */
export function openMemoryStore(memory: Memory = createMemory()): Store {
  let isClosed = false
  let running: Promise<void> | undefined
  const connection = connect(memory, () => void (running ??= commit()))
  async function commit(): Promise<void> {
    // a unit that is not durable has told its caller why
    while (connection.held() > 0) await connection.next('committed')
    running = undefined
  }
  return {
    read: connection.read,
    write: (work) => (isClosed ? Promise.reject(new Error('the store is closed')) : connection.write(work)),
    async [Symbol.asyncDispose]() {
      isClosed = true
      await running
    },
  }
}

/** @param gate is asked before each call: it throws, or gives what the caller waits for in vain */
function partsOf(memory: Memory, gate: () => Promise<never> | undefined): Writer & Reader {
  const answer = <Value>(make: () => Value): Promise<Value> => {
    try {
      return gate() ?? Promise.resolve(make())
    } catch (error) {
      return Promise.reject(error)
    }
  }
  const { outbox, timers, jobs, events, positions, drawn } = memory
  return {
    pipelines: pipelinesOf(memory, drawn, answer),
    resources: resourcesOf(memory, answer),
    objects: objectsOf(memory, drawn, answer),
    outbox: {
      pending: () => answer(() => outbox.values().toSorted((a, b) => a.id - b.id)),
      add: (commands) =>
        answer(() =>
          commands.map((command) => {
            const entry: OutboxEntry = { id: (drawn.outbox += 1), command }
            outbox.put(entry.id, entry)
            return entry
          }),
        ),
      remove: (ids) => answer(() => ids.forEach((id) => outbox.remove(id))),
    },
    timers: {
      due: (until, limit) =>
        answer(() =>
          earliestFirst(timers)
            .filter(({ at }) => at <= until)
            .slice(0, limit),
        ),
      next: () => answer(() => earliestFirst(timers)[0]?.at),
      set: (timer) => answer(() => timers.put(timer.id, timer)),
      clear: (id) => answer(() => void timers.remove(id)),
    },
    jobs: {
      get: (id) => answer(() => jobs.get(id)),
      available: (queue, now, limit, query) =>
        answer(() =>
          oldestFirst(jobs)
            .filter(
              (job) => job.queue === queue && isAvailable(job, now) && (query === undefined || job.query === query),
            )
            .slice(0, limit),
        ),
      open: (queue) =>
        answer(() => oldestFirst(jobs).filter((job) => isOpen(job) && (queue === undefined || job.queue === queue))),
      put: (job) => answer(() => jobs.put(job.id, job)),
      delete: (id) => answer(() => void jobs.remove(id)),
      prune: (madeBefore) =>
        answer(() => {
          const old = jobs.values().filter((job) => !isOpen(job) && job.createdAt < madeBefore)
          for (const { id } of old) jobs.remove(id)
          return old.length
        }),
    },
    events: {
      after: (sequence, limit) =>
        answer(() =>
          inOrder(events)
            .filter(([number]) => number > sequence)
            .slice(0, limit)
            .map(([number, event]) => ({ sequence: number, event })),
        ),
      before: (sequence, limit) =>
        answer(() =>
          inOrder(events)
            .filter(([number]) => number < sequence)
            .toReversed()
            .slice(0, limit)
            .map(([number, event]) => ({ sequence: number, event })),
        ),
      position: (consumer) => answer(() => positions.get(consumer) ?? 0),
      last: () => answer(() => drawn.events),
      append: (added) =>
        answer(() =>
          added.map((event) => {
            const sequence = (drawn.events += 1)
            events.put(sequence, event)
            return { sequence, event }
          }),
        ),
      advance: (consumer, sequence) => answer(() => positions.put(consumer, sequence)),
      prune: (keep, atMost = Infinity) =>
        answer(() => {
          const unread = Math.min(...positions.values())
          const kept = inOrder(events)
          const old = kept.slice(0, Math.max(kept.length - keep, 0)).filter(([number]) => number <= unread)
          const gone = old.slice(0, atMost)
          for (const [number] of gone) events.remove(number)
          return gone.length
        }),
    },
  }
}

const inOrder = (events: Rows<number, BusEvent>) => events.entries().toSorted(([a], [b]) => a - b)

const earliestFirst = (timers: Rows<string, Timer>): readonly Timer[] =>
  timers.values().toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))

const oldestFirst = (jobs: Rows<string, JobRow>): readonly JobRow[] =>
  jobs.values().toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))

const isOpen = ({ status }: JobRow): boolean =>
  status === 'Queued' || status === 'Dispatched' || status === 'InProgress'

const isAvailable = ({ status, leaseUntil }: JobRow, now: number): boolean =>
  status === 'Queued' || (status === 'Dispatched' && leaseUntil !== undefined && leaseUntil <= now)
