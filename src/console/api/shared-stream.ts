/**
 * One event stream a browser, however many pages are open: a browser allows six connections to a server, and an event stream holds
 * one for as long as it lasts. The pages agree by a lock who reads it; that one tells the others. When its page is closed the lock
 * goes to another, which resumes behind the last event it was told.
 */
export type StreamStatus = 'connecting' | 'live' | 'lost'

export interface StreamListener {
  readonly onEvent: (data: string) => void
  /** what was missed is too old to be told */
  readonly onReset: () => void
  readonly onStatus: (status: StreamStatus) => void
}

type Told =
  | { readonly kind: 'event'; readonly id: string; readonly data: string }
  /** where the stream begins, or went on without anything for us */
  | { readonly kind: 'at'; readonly id: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'status'; readonly status: StreamStatus }
  /** a page that has just been opened */
  | { readonly kind: 'hello' }

const AGAIN_MS = 2000

/**
 * @param url says how the stream goes on behind an event; '' from now on
 * @returns close
 */
export function openSharedStream(
  name: string,
  url: (lastEventId: string) => string,
  listener: StreamListener,
): () => void {
  const channel = new BroadcastChannel(name)
  const closing = new AbortController()
  let lastEventId = ''
  let status: StreamStatus = 'connecting'
  let isReader = false

  const hear = (told: Told): void => {
    switch (told.kind) {
      case 'event':
        lastEventId = told.id
        return listener.onEvent(told.data)
      case 'at':
        lastEventId = told.id
        return undefined
      case 'reset':
        return listener.onReset()
      case 'status':
        status = told.status
        return listener.onStatus(told.status)
      case 'hello':
        if (isReader) channel.postMessage({ kind: 'status', status } satisfies Told)
        return undefined
      default:
        return told satisfies never
    }
  }
  const tell = (told: Told): void => {
    channel.postMessage(told)
    hear(told)
  }
  channel.addEventListener('message', (message: MessageEvent<Told>) => hear(message.data))
  channel.postMessage({ kind: 'hello' } satisfies Told)

  const read = async (): Promise<void> => {
    isReader = true
    const stop = readStream(() => url(lastEventId), tell)
    await new Promise((resolve) => closing.signal.addEventListener('abort', resolve, { once: true }))
    stop()
  }
  navigator.locks.request(name, { signal: closing.signal }, read).catch((error: unknown) => {
    if (!closing.signal.aborted) throw error
  })
  return () => {
    closing.abort()
    channel.close()
  }
}

/** The browser reconnects by itself, and says what it saw last; only a refusal ends that, and is tried again here. */
function readStream(url: () => string, tell: (told: Told) => void): () => void {
  let stream: EventSource | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  const open = (): void => {
    stream = new EventSource(url())
    stream.addEventListener('open', () => tell({ kind: 'status', status: 'live' }))
    stream.addEventListener('message', ({ lastEventId, data }: MessageEvent<string>) =>
      tell({ kind: 'event', id: lastEventId, data }),
    )
    stream.addEventListener('hello', ({ lastEventId: id }: MessageEvent<string>) => {
      if (id !== '') tell({ kind: 'at', id })
    })
    stream.addEventListener('reset', () => tell({ kind: 'reset' }))
    stream.addEventListener('error', () => {
      tell({ kind: 'status', status: 'lost' })
      if (stream?.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS)
    })
  }
  open()
  return () => {
    clearTimeout(again)
    stream?.close()
  }
}
