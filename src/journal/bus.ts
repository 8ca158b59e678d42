import { invariant } from '../core/invariant.ts'
import { silentLog, type Log } from '../base/log.ts'
import type { BusEvent, Store } from '../store/store.ts'
import { startConsumer, type Consumer } from './consumer.ts'
import type { Bus, EventFilter } from './journal.ts'

/** @param options.retryDelayMs how long a durable consumer waits after its n-th failure (from 1) on the same event */
export function createBus({
  store,
  newId,
  log = silentLog,
  retryDelayMs = backOff,
}: {
  readonly store: Store
  readonly newId: () => string
  readonly log?: Log
  readonly retryDelayMs?: (failures: number) => number
}): Bus {
  const listeners = new Set<{ readonly filter: EventFilter; readonly listener: (event: BusEvent) => void }>()
  const consumers = new Map<string, Consumer>()

  const bus: Bus = {
    append: (tx, events) => tx.events.append(events.map((event) => ({ id: newId(), ...event }))),
    published(rows) {
      if (rows.length === 0) return
      for (const consumer of consumers.values()) consumer.wake(rows)
      for (const { event } of rows) for (const each of Array.from(listeners)) tell(each, event)
    },
    async publish(events) {
      if (events.length > 0) bus.published(await store.write((tx) => bus.append(tx, events)))
    },
    listen(filter, listener) {
      const entry = { filter, listener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    consume(name, filter, handle) {
      invariant(
        !consumers.has(name),
        `there are two consumers named ${name}: they would share a position and lose events`,
      )
      const consumer = startConsumer({
        name,
        store,
        log: log.child({ consumer: name }),
        retryDelayMs,
        handle: async (event) => {
          if (!matches(filter, event)) return false
          await handle(event)
          return true
        },
      })
      consumers.set(name, consumer)
      return {
        [Symbol.asyncDispose]: async () => {
          await consumer.stop()
          if (consumers.get(name) === consumer) consumers.delete(name)
        },
      }
    },
  }
  return bus

  /** One listener's mistake must not keep the event from the others, nor fail who published. */
  function tell(
    { filter, listener }: { filter: EventFilter; listener: (event: BusEvent) => void },
    event: BusEvent,
  ): void {
    try {
      if (matches(filter, event)) listener(event)
    } catch (error) {
      log.error({ err: error, eventId: event.id }, 'a listener failed')
    }
  }
}

const matches = ({ source, detailType, matches }: EventFilter, event: BusEvent): boolean =>
  (source === undefined || source === event.source) &&
  (detailType === undefined || detailType === event.detailType) &&
  (matches === undefined || matches(event))

/** 1 s, 2 s, 4 s … 1 min: the order of events is kept, so a consumer that fails waits, and says so in the log. */
const backOff = (failures: number): number => Math.min(1000 * 2 ** (failures - 1), 60_000)
