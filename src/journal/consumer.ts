/** One durable consumer: reads on from its position, one event at a time, and sleeps until it is woken when there are no more. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../base/log.ts'
import type { BusEvent, Store } from '../store/store.ts'

export interface Consumer {
  /** There may be new events. */
  wake(): void
  /** Lets the event that is being handled end, saves the position. */
  stop(): Promise<void>
}

const BATCH = 100

export function startConsumer({
  name,
  store,
  log,
  handle,
  retryDelayMs,
}: {
  readonly name: string
  readonly store: Store
  readonly log: Log
  readonly handle: (event: BusEvent) => Promise<void>
  readonly retryDelayMs: (failures: number) => number
}): Consumer {
  const stopping = new AbortController()
  const { signal } = stopping
  let woken = Promise.withResolvers<void>()
  const position = createPosition(name, store, log)
  signal.addEventListener('abort', () => woken.resolve())
  const running = run()
  return {
    wake: () => woken.resolve(),
    async stop() {
      stopping.abort()
      await running
      await position.saved()
    },
  }

  async function run(): Promise<void> {
    let from = await insist(() => store.read.events.position(name))
    while (!signal.aborted && from !== undefined) {
      woken = Promise.withResolvers() // before reading: what is appended while we read wakes us again
      const after = from
      const rows = await insist(() => store.read.events.after(after, BATCH))
      if (rows === undefined) return
      for (const { sequence, event } of rows) {
        if ((await insist(() => handle(event).then(() => true), event)) === undefined) return
        from = sequence
        position.advance(sequence)
      }
      if (rows.length < BATCH && !signal.aborted) await woken.promise
    }
  }

  /** Until it works or the consumer is stopped (then undefined): going on would lose the event. */
  async function insist<Result>(attempt: () => Promise<Result>, event?: BusEvent): Promise<Result | undefined> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        return await attempt()
      } catch (error) {
        log.error({ err: error, failures, eventId: event?.id }, 'a consumer failed and will try again')
        await sleep(retryDelayMs(failures), undefined, { signal, ref: false }).catch(() => undefined)
      }
    }
    return undefined
  }
}

/**
 * Positions are saved behind the handling: while one save is on its way to the disk, further events are handled, and the next
 * save holds the newest position. A crash in between repeats events, which "at least once" allows.
 */
function createPosition(
  name: string,
  store: Store,
  log: Log,
): { advance(sequence: number): void; saved(): Promise<void> } {
  let reached = 0
  let stored = 0
  let saving: Promise<void> | undefined
  return {
    advance(sequence) {
      reached = sequence
      saving ??= save()
    },
    saved: async () => saving,
  }

  async function save(): Promise<void> {
    try {
      while (stored < reached) {
        const sequence = reached
        await store.write((tx) => tx.events.advance(name, sequence))
        stored = sequence
      }
    } catch (error) {
      // saved with the next event; until then a restart repeats a little more
      log.warn({ err: error }, 'the position of a consumer was not saved')
    } finally {
      saving = undefined
    }
  }
}
