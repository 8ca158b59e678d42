/**
 * One log while it is read: what came, what of it can be folded, and which lines look like failures. Fed by the server's stream of
 * events, which the browser takes up again by itself after a break.
 */
import { createLogBuffer, type LogBuffer } from './buffer.ts'
import { looksLikeFailure } from './first-error.ts'
import { createFolds, type Folds } from './fold.ts'
import { createNumbers, type Numbers } from './numbers.ts'
import type { StreamPool } from './stream-pool.ts'

export type FeedStatus = 'connecting' | 'live' | 'complete' | 'lost'

export interface LogFeed {
  /** `Stage/Action`, or what else it is called where several are shown */
  readonly name: string
  readonly buffer: LogBuffer
  readonly folds: Folds
  /** lines that look like failures */
  readonly failures: Numbers
  readonly status: FeedStatus
  /** not more often than people see; called once for all that came together */
  subscribe(listener: () => void): () => void
  close(): void
}

export interface LogMessage {
  readonly index: number
  readonly timestamp: number
  readonly message: string
}

/** What of `EventSource` a feed needs; tests bring their own. */
export interface EventStream {
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void
  close(): void
  readonly readyState: number
}

const CLOSED = 2
const TOGETHER_MS = 50
const AGAIN_MS = 2000

/**
 * @param open opens the stream from a message on
 * @param pool says when it may
 */
export function createLogFeed(name: string, open: (from: number) => EventStream, pool?: StreamPool): LogFeed {
  const buffer = createLogBuffer()
  const folds = createFolds()
  const failures = createNumbers()
  const listeners = new Set<() => void>()
  let status: FeedStatus = 'connecting'
  let next = 0
  let stream: EventStream | undefined
  let telling: ReturnType<typeof setTimeout> | undefined
  let retrying: ReturnType<typeof setTimeout> | undefined

  const tell = (): void => {
    telling ??= setTimeout(() => {
      telling = undefined
      for (const listener of listeners) listener()
    }, TOGETHER_MS)
  }
  const become = (now: FeedStatus): void => {
    status = now
    tell()
  }
  const take = (messages: readonly LogMessage[]): void => {
    // after a break some may come twice
    const fresh = messages.filter(({ index }) => index >= next)
    const last = fresh.at(-1)
    if (last === undefined) return
    next = last.index + 1
    const from = buffer.count
    buffer.append(fresh)
    for (let line = from; line < buffer.count; line += 1) {
      const text = buffer.text(line)
      const failed = looksLikeFailure(text)
      if (failed) failures.push(line)
      folds.feed(line, text, buffer.timestamp(line), failed)
    }
    become('live')
  }
  const start = (): void => {
    const opened = open(next)
    stream = opened
    opened.addEventListener('message', ({ data }) => take(JSON.parse(String(data)) as readonly LogMessage[]))
    opened.addEventListener('open', () => become('live'))
    opened.addEventListener('end', () => {
      opened.close()
      become('complete')
      leave?.()
    })
    opened.addEventListener('error', () => {
      if (status === 'complete' || stream !== opened) return
      become('lost')
      // a server that answers anything but a stream ends the browser's own attempts
      if (opened.readyState === CLOSED) retrying = setTimeout(start, AGAIN_MS)
    })
  }
  const pause = (): void => {
    clearTimeout(retrying)
    stream?.close()
    stream = undefined
  }
  let leave: (() => void) | undefined
  if (pool) leave = pool.enter({ start, pause })
  else start()

  return {
    name,
    buffer,
    folds,
    failures,
    get status() {
      return status
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      clearTimeout(telling)
      pause()
      leave?.()
    },
  }
}
