/** One durable consumer: reads on from its position, one event at a time, and sleeps until it is woken when there are no more. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../base/log.ts'
import type { BusEvent, EventRow, Store } from '../store/store.ts'
import { createAnnounced } from './announced.ts'

export interface Consumer {
  /** There are new events, these among them. */
  wake(rows: readonly EventRow[]): void
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
  /** @returns whether the consumer wanted the event at all */
  readonly handle: (event: BusEvent) => Promise<boolean>
  readonly retryDelayMs: (failures: number) => number
}): Consumer {
  const stopping = new AbortController()
  const { signal } = stopping
  let woken = Promise.withResolvers<void>()
  const announced = createAnnounced()
  const position = createPosition(name, store, log)
  signal.addEventListener('abort', () => woken.resolve())
  const running = run()
  return {
    wake(rows) {
      announced.add(rows)
      woken.resolve()
    },
    async stop() {
      stopping.abort()
      await running
      await position.flush()
    },
  }

  async function run(): Promise<void> {
    let from = await insist(() => store.read.events.position(name))
    if (from !== undefined) position.resume(from)
    while (!signal.aborted && from !== undefined) {
      woken = Promise.withResolvers() // before reading: what is appended while we read wakes us again
      const after = from
      const news = announced.take(after)
      const rows = news ?? (await insist(() => store.read.events.after(after, BATCH)))
      if (rows === undefined) return
      for (const { sequence, event } of rows) {
        const wanted = await insist(() => handle(event), event)
        if (wanted === undefined) return
        from = sequence
        if (wanted) position.handled(sequence)
        else position.passed(sequence)
      }
      const caughtUp = news !== undefined || rows.length < BATCH
      if (caughtUp && !signal.aborted) await woken.promise
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

/** A consumer that wants few events need not write for each that it does not want; a restart looks at this many again. */
const PASSED_UNSAVED = 1000

/**
 * Positions are saved behind the handling: while one save is on its way to the disk, further events are handled, and the next
 * save holds the newest position. A crash in between repeats events, which "at least once" allows.
 */
function createPosition(
  name: string,
  store: Store,
  log: Log,
): {
  resume(sequence: number): void
  handled(sequence: number): void
  passed(sequence: number): void
  flush(): Promise<void>
} {
  let reached = 0
  let stored = 0
  /** what must be on the disk soon */
  let due = 0
  let saving: Promise<void> | undefined
  return {
    resume(sequence) {
      reached = stored = sequence
    },
    handled(sequence) {
      reached = sequence
      saveUpTo(sequence)
    },
    passed(sequence) {
      reached = sequence
      if (reached - stored >= PASSED_UNSAVED) saveUpTo(sequence)
    },
    async flush() {
      saveUpTo(reached)
      await saving
    },
  }

  function saveUpTo(sequence: number): void {
    due = sequence
    if (stored < due) saving ??= save()
  }

  async function save(): Promise<void> {
    try {
      while (stored < due) {
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
