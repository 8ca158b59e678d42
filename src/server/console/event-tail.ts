/**
 * The end of the event journal, for all who watch: one read for each batch of news, in the journal's order, whoever published it.
 * Listeners of the bus alone would not do: what two publishers committed may reach them in another order than it can be resumed in.
 */
import type { Log } from '../../base/log.ts'
import type { Bus, EventFilter } from '../../journal/journal.ts'
import type { EventRow, Store } from '../../store/store.ts'

export interface EventTail {
  /** Resolves when everything committed from now on will be told. @returns unsubscribe */
  subscribe(listener: (rows: readonly EventRow[]) => void): Promise<() => void>
}

const PAGE = 500

export function createEventTail({
  store,
  bus,
  filter,
  log,
}: {
  readonly store: Store
  readonly bus: Pick<Bus, 'listen'>
  /** what is worth waking for */
  readonly filter: EventFilter
  readonly log: Log
}): EventTail {
  const listeners = new Set<(rows: readonly EventRow[]) => void>()
  let stopListening: (() => void) | undefined
  /** up to where the listeners know; set while there are any */
  let position: Promise<number> | undefined
  let isDue = false

  return {
    async subscribe(listener) {
      listeners.add(listener)
      stopListening ??= bus.listen(filter, wake)
      await (position ??= store.read.events.last())
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stopListening?.()
        stopListening = undefined
        position = undefined
      }
    },
  }

  function wake(): void {
    if (position === undefined || isDue) return
    isDue = true
    position = position.then((from) => {
      isDue = false // what is committed from here on wakes us again
      return readOn(from)
    })
  }

  /** @returns how far it came; what an error kept back comes with the next event */
  async function readOn(from: number): Promise<number> {
    let reached = from
    try {
      for (;;) {
        const rows = await store.read.events.after(reached, PAGE)
        const last = rows.at(-1)
        if (last === undefined) return reached
        reached = last.sequence
        for (const listener of Array.from(listeners)) listener(rows)
      }
    } catch (error) {
      log.error({ err: error }, 'the end of the event journal could not be read')
      return reached
    }
  }
}
