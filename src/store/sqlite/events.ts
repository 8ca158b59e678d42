import type { BusEvent, EventReader, EventWriter } from '../store.ts'
import type { Session } from './connection.ts'
import { build, query } from './query.ts'

export function eventReader(session: Session): EventReader {
  return {
    after: async (sequence, limit) => session.all(after, { sequence, limit }).map(toEvent),
    before: async (sequence, limit) => session.all(before, { sequence, limit }).map(toEvent),
    position: async (consumer) => session.first(position, { consumer })?.position ?? 0,
    last: async () => session.first(last, {})?.sequence ?? 0,
  }
}

export function eventWriter(session: Session): EventWriter {
  return {
    ...eventReader(session),
    append: async (events) =>
      events.map((event) => ({ sequence: session.run(append, { document: JSON.stringify(event) }).lastId, event })),
    async advance(consumer, sequence) {
      session.run(advance, { consumer, sequence })
    },
    prune: async (keep, atMost = Infinity) => {
      const newest = session.first(last, {})?.sequence ?? 0
      const oldest = session.first(first, {})?.sequence ?? 0
      const read = session.first(slowest, {})?.position ?? newest
      return session.run(forget, { sequence: Math.min(newest - keep, read, oldest - 1 + atMost) }).changes
    },
  }
}

const toEvent = ({ sequence, document }: { sequence: number; document: string }) => ({
  sequence,
  event: JSON.parse(document) as BusEvent,
})

const after = query((given: { sequence: number; limit: number }) =>
  build.selectFrom('events').selectAll().where('sequence', '>', given.sequence).orderBy('sequence').limit(given.limit),
)

const before = query((given: { sequence: number; limit: number }) =>
  build
    .selectFrom('events')
    .selectAll()
    .where('sequence', '<', given.sequence)
    .orderBy('sequence', 'desc')
    .limit(given.limit),
)

const last = query(() => build.selectFrom('events').select('sequence').orderBy('sequence', 'desc').limit(1))

const first = query(() => build.selectFrom('events').select('sequence').orderBy('sequence').limit(1))

const slowest = query(() => build.selectFrom('consumers').select('position').orderBy('position').limit(1))

const forget = query((given: { sequence: number }) =>
  build.deleteFrom('events').where('sequence', '<=', given.sequence),
)

const position = query((given: { consumer: string }) =>
  build.selectFrom('consumers').select('position').where('name', '=', given.consumer),
)

const append = query((given: { document: string }) => build.insertInto('events').values({ document: given.document }))

const advance = query((given: { consumer: string; sequence: number }) =>
  build
    .insertInto('consumers')
    .values({ name: given.consumer, position: given.sequence })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ position: given.sequence })),
)
