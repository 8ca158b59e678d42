/** A clock for what need not be exact: a name that tells an age is told anew once a minute. */
import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    for (const each of listeners) each()
  }, 20_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** ms since the epoch, a whole minute */
export const useMinute = (): number => useSyncExternalStore(subscribe, () => Math.floor(Date.now() / 60_000) * 60_000)
