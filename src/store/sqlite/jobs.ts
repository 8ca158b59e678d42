import type { JobReader, JobRow, JobStatus, JobWriter } from '../store.ts'
import type { JobsTable } from '../tables.ts'
import type { Session } from './connection.ts'
import { build, query } from './query.ts'

export function jobReader(session: Session): JobReader {
  return {
    get: async (id) => {
      const row = session.first(byId, { id })
      return row && toJob(row)
    },
    available: async (queue, now, limit, property) =>
      session
        .all(property === undefined ? available : availableOf, { queue, now, limit, property: property ?? '' })
        .map(toJob),
    open: async (queue) => (queue === undefined ? session.all(open, {}) : session.all(openOf, { queue })).map(toJob),
  }
}

export function jobWriter(session: Session): JobWriter {
  return {
    ...jobReader(session),
    async put({ leaseUntil = null, worker = null, createdAt, document, ...job }) {
      session.run(put, { ...job, createdAt, leaseUntil, worker, document: JSON.stringify(document) ?? 'null' })
    },
    async delete(id) {
      session.run(remove, { id })
    },
    prune: async (madeBefore) => session.run(forget, { madeBefore }).changes,
  }
}

const toJob = (row: Omit<JobsTable, 'sequence'>): JobRow => ({
  id: row.id,
  queue: row.queue,
  status: row.status as JobStatus,
  nonce: row.nonce,
  query: row.query,
  createdAt: row.created_at,
  ...(row.lease_until !== null && { leaseUntil: row.lease_until }),
  ...(row.worker !== null && { worker: row.worker }),
  document: JSON.parse(row.document),
})

const oldestFirst = build.selectFrom('jobs').selectAll().orderBy('created_at').orderBy('sequence')

const byId = query((given: { id: string }) => build.selectFrom('jobs').selectAll().where('id', '=', given.id))

type Waiting = { queue: string; now: number; limit: number; property: string }
const waiting = (given: Waiting) =>
  oldestFirst
    .where('queue', '=', given.queue)
    .where((eb) =>
      eb.or([
        eb('status', '=', 'Queued'),
        eb.and([eb('status', '=', 'Dispatched'), eb('lease_until', '<=', given.now)]),
      ]),
    )
    .limit(given.limit)
const available = query(waiting)
const availableOf = query((given: Waiting) => waiting(given).where('query', '=', given.property))

const unended = oldestFirst.where('status', 'in', ['Queued', 'Dispatched', 'InProgress'])
const open = query(() => unended)
const openOf = query((given: { queue: string }) => unended.where('queue', '=', given.queue))

interface Written {
  readonly [column: string]: string | number | null
  readonly id: string
  readonly queue: string
  readonly status: string
  readonly nonce: string
  readonly query: string
  readonly createdAt: number
  readonly leaseUntil: number | null
  readonly worker: string | null
  readonly document: string
}

const put = query((given: Written) =>
  build
    .insertInto('jobs')
    .values({
      id: given.id,
      queue: given.queue,
      status: given.status,
      nonce: given.nonce,
      query: given.query,
      created_at: given.createdAt,
      lease_until: given.leaseUntil,
      worker: given.worker,
      document: given.document,
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        queue: eb.ref('excluded.queue'),
        status: eb.ref('excluded.status'),
        nonce: eb.ref('excluded.nonce'),
        query: eb.ref('excluded.query'),
        created_at: eb.ref('excluded.created_at'),
        lease_until: eb.ref('excluded.lease_until'),
        worker: eb.ref('excluded.worker'),
        document: eb.ref('excluded.document'),
      })),
    ),
)

const forget = query((given: { madeBefore: number }) =>
  build
    .deleteFrom('jobs')
    .where('status', 'in', ['Succeeded', 'Failed', 'TimedOut'])
    .where('created_at', '<', given.madeBefore),
)

const remove = query((given: { id: string }) => build.deleteFrom('jobs').where('id', '=', given.id))
