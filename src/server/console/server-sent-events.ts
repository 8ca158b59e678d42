/** One `text/event-stream` answer: frames, a heartbeat against proxies that close what is silent, and an end for slow readers. */
import type { ServerResponse } from 'node:http'

export interface EventStream {
  /** A frame as `frame` makes it. A client that leaves too much unread is cut off: it comes again and resumes. */
  send(text: string): void
  /** Resolves when the client has taken what was sent, or is gone. */
  drained(): Promise<void>
  /** fires when nothing sent will arrive any more: the client is gone, or the stream has ended */
  readonly signal: AbortSignal
  /** A client that does not read the rest in time is cut off. */
  end(): void
}

const HEARTBEAT_MS = 15_000
const RETRY_MS = 1000
/** for reading what was sent before the end */
const REST_MS = 15_000
/** unread by the client, in memory of ours */
const MOST_UNREAD_BYTES = 1024 * 1024

/** @param isAllowed asked with every heartbeat; when it is not any more, the stream ends */
export function openEventStream(response: ServerResponse, isAllowed: () => Promise<boolean>): EventStream {
  const gone = new AbortController()
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // nginx would gather
    'x-accel-buffering': 'no',
  })
  response.write(`retry: ${RETRY_MS}\n\n`)
  const beat = (): void => {
    send(': still here\n\n')
    isAllowed().then(
      (allowed) => allowed || end(),
      // who cannot be asked about is asked about again
      () => undefined,
    )
  }
  const heartbeat = setInterval(beat, HEARTBEAT_MS).unref()
  const over = (): void => {
    clearInterval(heartbeat)
    gone.abort()
  }
  response.once('close', over)
  // gone while we asked who it is: that is told once only
  if (response.destroyed) over()
  return {
    send,
    async drained() {
      if (!response.writableNeedDrain || gone.signal.aborted) return
      await new Promise<void>((resolve) => {
        const done = (): void => {
          response.off('drain', done)
          gone.signal.removeEventListener('abort', done)
          resolve()
        }
        response.once('drain', done)
        gone.signal.addEventListener('abort', done)
      })
    },
    signal: gone.signal,
    end,
  }

  function end(): void {
    if (gone.signal.aborted) return
    // a beat written behind the end would be an error that nobody catches
    over()
    const rest = setTimeout(() => response.destroy(), REST_MS).unref()
    response.once('close', () => clearTimeout(rest)).end()
  }

  function send(text: string): void {
    if (gone.signal.aborted) return
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy()
    else response.write(text)
  }
}

/** @param data is JSON, which holds no line break */
export const frame = ({ event, id, data }: { event?: string; id?: string; data: unknown }): string =>
  `${event === undefined ? '' : `event: ${event}\n`}${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
