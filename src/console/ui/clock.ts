/** One ticking clock for the whole page: a hundred ages on the screen cost one timer. And the zone whose time it tells. */
import { useSyncExternalStore } from 'react'

const TICK_MS = 1000
const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** ms since the epoch, once a second */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now)

export type TimeZone = 'local' | 'UTC'

const zoneListeners = new Set<() => void>()
let zone: TimeZone = 'local'

export function setTimeZone(next: TimeZone): void {
  zone = next
  for (const each of zoneListeners) each()
}

export const useTimeZone = (): TimeZone =>
  useSyncExternalStore(
    (listener) => {
      zoneListeners.add(listener)
      return () => zoneListeners.delete(listener)
    },
    () => zone,
  )
