/** What happened: the event bus (durable, at least once), build and action output (files), both followable live. */
import type { Readable } from 'node:stream'
import type { BusEvent, EventRow, Writer } from '../store/store.ts'

export type { BusEvent } from '../store/store.ts'

export interface EventFilter {
  readonly source?: string
  readonly detailType?: string
  readonly matches?: (event: BusEvent) => boolean
}

export interface Bus {
  /** Appends inside the caller's unit of work; call `published` with the rows after it committed. */
  append(tx: Writer, events: readonly Omit<BusEvent, 'id'>[]): Promise<readonly EventRow[]>
  /** Wakes listeners and consumers. Losing this call in a crash loses nothing: consumers catch up from their position. */
  published(rows: readonly EventRow[]): void
  /** append + commit + published */
  publish(events: readonly Omit<BusEvent, 'id'>[]): Promise<void>
  /** Live only, from now on, synchronous and fast. @returns unsubscribe */
  listen(filter: EventFilter, listener: (event: BusEvent) => void): () => void
  /** Durable: every event once in order, its position saved after `handle` resolved; resumes after a restart. */
  consume(name: string, filter: EventFilter, handle: (event: BusEvent) => Promise<void>): AsyncDisposable
}

export interface LogStreamKey {
  readonly account: string
  readonly region: string
  readonly group: string
  readonly stream: string
}

export interface LogEvent {
  /** ms since the epoch */
  readonly timestamp: number
  readonly ingestionTime: number
  readonly message: string
  /** position in the stream, from 0 */
  readonly index: number
}

/** Log bodies are files (one a stream), group and stream records are resources; this is the files' side and the live tail. */
export interface LogFiles {
  append(key: LogStreamKey, events: readonly { timestamp: number; message: string }[]): Promise<void>
  /** events with index >= from, oldest first */
  read(key: LogStreamKey, range: { from: number; limit: number }): Promise<readonly LogEvent[]>
  count(key: LogStreamKey): Promise<number>
  delete(key: LogStreamKey): Promise<void>
  /** when something was appended last (ms); undefined when nothing ever was */
  changedAt(key: LogStreamKey): Promise<number | undefined>
  /** Live: called for each batch appended from now on to any stream of the group (or the one stream). @returns unsubscribe */
  follow(
    key: Omit<LogStreamKey, 'stream'> & { stream?: string },
    listener: (key: LogStreamKey, events: readonly LogEvent[]) => void,
  ): () => void
  /** every line as text, for download */
  stream(key: LogStreamKey): Readable
}

export { createBus } from './bus.ts'
export { openLogFiles } from './log-files.ts'
export { ensureLogStream, logGroupKey, logStreamKey, type LogGroupRecord, type LogStreamRecord } from './log-records.ts'
export { openTrail, type Trail, type TrailPage, type TrailQuery } from './trail.ts'
