import type { Timer, TimerReader, TimerWriter } from '../store.ts'
import type { Session } from './connection.ts'
import { build, query } from './query.ts'

export function timerReader(session: Session): TimerReader {
  return {
    due: async (until, limit) =>
      session
        .all(due, { until, limit })
        .map(({ id, at, document }): Timer => ({ id, at, document: JSON.parse(document) })),
    next: async () => session.first(earliest, {})?.at ?? undefined,
  }
}

export function timerWriter(session: Session): TimerWriter {
  return {
    ...timerReader(session),
    async set({ id, at, document }) {
      session.run(set, { id, at, document: JSON.stringify(document) ?? 'null' })
    },
    async clear(id) {
      session.run(clear, { id })
    },
  }
}

const due = query((given: { until: number; limit: number }) =>
  build.selectFrom('timers').selectAll().where('at', '<=', given.until).orderBy('at').orderBy('id').limit(given.limit),
)

const earliest = query(() => build.selectFrom('timers').select('at').orderBy('at').limit(1))

const set = query((given: { id: string; at: number; document: string }) =>
  build
    .insertInto('timers')
    .values({ id: given.id, at: given.at, document: given.document })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ at: given.at, document: given.document })),
)

const clear = query((given: { id: string }) => build.deleteFrom('timers').where('id', '=', given.id))
