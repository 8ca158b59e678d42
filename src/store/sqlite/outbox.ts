import { sql } from 'kysely'
import type { Command } from '../../core/execution/execution.ts'
import type { OutboxReader, OutboxWriter } from '../store.ts'
import type { Session } from './connection.ts'
import { build, query } from './query.ts'

export function outboxReader(session: Session): OutboxReader {
  return {
    pending: async () =>
      session.all(pending, {}).map(({ id, command }) => ({ id, command: JSON.parse(command) as Command })),
  }
}

export function outboxWriter(session: Session): OutboxWriter {
  return {
    ...outboxReader(session),
    add: async (commands) =>
      commands.map((command) => ({ id: session.run(add, { command: JSON.stringify(command) }).lastId, command })),
    async remove(ids) {
      const [id] = ids
      if (id === undefined) return
      if (ids.length === 1) session.run(removeOne, { id })
      else session.run(removeMany, { ids: JSON.stringify(ids) })
    },
  }
}

const pending = query(() => build.selectFrom('outbox').selectAll().orderBy('id'))
const add = query((given: { command: string }) => build.insertInto('outbox').values({ command: given.command }))
const removeOne = query((given: { id: number }) => build.deleteFrom('outbox').where('id', '=', given.id))
const removeMany = query((given: { ids: string }) =>
  build.deleteFrom('outbox').where('id', 'in', sql<number>`(select value from json_each(${given.ids}))`),
)
