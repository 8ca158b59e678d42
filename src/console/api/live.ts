/**
 * The events behind every open page. The stream resumes by itself behind the last event that was seen. Pages never ask "anything new?".
 */
import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import { aboutPipeline, pipelines } from './queries.ts'
import { onRegionChange, region } from './region.ts'
import { openSession } from './session.ts'
import { openSharedStream, type StreamStatus } from './shared-stream.ts'

export interface LiveEvent {
  readonly id: string
  readonly source: string
  readonly detailType: string
  readonly time: number
  readonly region: string
  readonly detail: Readonly<Record<string, unknown>>
}

export type LiveStatus = StreamStatus

/** events that come in one breath make a query stale once */
const TOGETHER_MS = 60

const eventListeners = new Set<(event: LiveEvent) => void>()
const statusListeners = new Set<() => void>()
let status: LiveStatus = 'connecting'

/**
 * Opens the stream and keeps the answers of queries as fresh as the events say.
 * @param onSignedOut the session ended: there is nothing more to show
 * @returns close
 */
export function followLive(queries: QueryClient, onSignedOut: () => void): () => void {
  const stale = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let close: (() => void) | undefined

  const refresh = (): void => {
    timer = undefined
    const known = queries.getQueryData(pipelines().queryKey)
    // somebody has just made it
    const isNew = (name: string): boolean => known?.every((pipeline) => pipeline.name !== name) === true
    if ([...stale].some(isNew)) void queries.invalidateQueries({ queryKey: pipelines().queryKey })
    for (const name of stale) void queries.invalidateQueries({ queryKey: aboutPipeline(name) })
    stale.clear()
  }
  const onEvent = (data: string): void => {
    const event = JSON.parse(data) as LiveEvent
    for (const listener of eventListeners) listener(event)
    const name = event.detail['pipeline']
    if (typeof name !== 'string') return
    stale.add(name)
    timer ??= setTimeout(refresh, TOGETHER_MS)
  }
  const onStatus = (next: LiveStatus): void => {
    setStatus(next)
    // what could not be asked while nobody answered
    if (next === 'live') void queries.invalidateQueries({ predicate: ({ state }) => state.status === 'error' })
    // a server that cannot be reached says nothing about the session
    if (next === 'lost') openSession().then(({ signedIn }) => signedIn || onSignedOut(), ignore)
  }
  const open = (): void => {
    close?.()
    setStatus('connecting')
    const asked = region()
    close = openSharedStream(
      `pipewright events ${asked}`,
      (lastEventId) =>
        `/_pipewright/console/events?${new URLSearchParams({ region: asked, ...(lastEventId !== '' && { lastEventId }) }).toString()}`,
      // what was missed is too old for the server to tell: everything on the screen is asked for again
      { onEvent, onStatus, onReset: () => void queries.invalidateQueries() },
    )
  }
  open()
  const forget = onRegionChange(() => {
    queries.clear()
    open()
  })
  return () => {
    forget()
    clearTimeout(timer)
    close?.()
  }
}

const ignore = (): void => undefined

function setStatus(next: LiveStatus): void {
  if (status === next) return
  status = next
  for (const listener of statusListeners) listener()
}

export const isLive = (): boolean => status === 'live'

/** Resolves when the server can be heard. */
export const whenLive = async (): Promise<void> =>
  await new Promise((resolve) => {
    const look = (): void => {
      if (!isLive()) return
      statusListeners.delete(look)
      resolve()
    }
    statusListeners.add(look)
    look()
  })

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
