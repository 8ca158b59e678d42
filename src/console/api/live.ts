/**
 * The one stream of events behind every open page. The browser reconnects by itself and says which event it saw last; the server
 * sends what came after. Pages never ask "anything new?".
 */
import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import { aboutPipeline, pipelines } from './queries.ts'
import { onRegionChange, region } from './region.ts'

export interface LiveEvent {
  readonly id: string
  readonly source: string
  readonly detailType: string
  readonly time: number
  readonly region: string
  readonly detail: Readonly<Record<string, unknown>>
}

/** lost: the browser tries again by itself */
export type LiveStatus = 'connecting' | 'live' | 'lost'

const URL_OF_EVENTS = '/_pipewright/console/events'
/** events that come in one breath make a query stale once */
const TOGETHER_MS = 60

const eventListeners = new Set<(event: LiveEvent) => void>()
const statusListeners = new Set<() => void>()
let status: LiveStatus = 'connecting'

/** Opens the stream and keeps the answers of queries as fresh as the events say. @returns close */
export function followLive(queries: QueryClient): () => void {
  const stale = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stream: EventSource | undefined

  const refresh = (): void => {
    timer = undefined
    const known = queries.getQueryData(pipelines().queryKey)
    for (const name of stale) void queries.invalidateQueries({ queryKey: aboutPipeline(name) })
    // somebody has just made it
    const isNew = (name: string): boolean => known?.every((pipeline) => pipeline.name !== name) === true
    if ([...stale].some(isNew)) void queries.invalidateQueries({ queryKey: pipelines().queryKey })
    stale.clear()
  }
  const receive = (message: MessageEvent<string>): void => {
    const event = JSON.parse(message.data) as LiveEvent
    for (const listener of eventListeners) listener(event)
    const name = event.detail['pipeline']
    if (typeof name !== 'string') return
    stale.add(name)
    timer ??= setTimeout(refresh, TOGETHER_MS)
  }
  const open = (): void => {
    stream?.close()
    setStatus('connecting')
    stream = new EventSource(`${URL_OF_EVENTS}?region=${encodeURIComponent(region())}`)
    stream.addEventListener('message', receive)
    stream.addEventListener('open', () => setStatus('live'))
    stream.addEventListener('error', () => {
      setStatus('lost')
      // a server that answers anything but a stream ends the browser's own attempts
      if (stream?.readyState === EventSource.CLOSED) setTimeout(open, 2000)
    })
    // what was missed is too old for the server to tell: everything on the screen is asked for again
    stream.addEventListener('reset', () => void queries.invalidateQueries())
  }
  open()
  const forget = onRegionChange(() => {
    queries.clear()
    open()
  })
  return () => {
    forget()
    clearTimeout(timer)
    stream?.close()
  }
}

function setStatus(next: LiveStatus): void {
  if (status === next) return
  status = next
  for (const listener of statusListeners) listener()
}

export const useLiveStatus = (): LiveStatus =>
  useSyncExternalStore(
    (listener) => {
      statusListeners.add(listener)
      return () => statusListeners.delete(listener)
    },
    () => status,
  )

/** Calls back for each event of one pipeline, or of all, while the component is there. */
export function useLiveEvents(pipeline: string | undefined, handle: (event: LiveEvent) => void): void {
  const onEvent = useEffectEvent((event: LiveEvent) => {
    if (pipeline === undefined || event.detail['pipeline'] === pipeline) handle(event)
  })
  useEffect(() => {
    const listener = (event: LiveEvent): void => onEvent(event)
    eventListeners.add(listener)
    return () => {
      eventListeners.delete(listener)
    }
  }, [])
}
