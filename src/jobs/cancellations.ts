/** Tells those who work on a job that someone wants it to stop, also those who begin to listen a moment too late. */
export interface Cancellations {
  cancel(id: string, reason: string): void
  listen(id: string, listener: (reason: string) => void): () => void
  forget(id: string): void
}

/** Jobs that end without anybody having listened are forgotten oldest first. */
const REMEMBERED = 1000

export function createCancellations(): Cancellations {
  const listeners = new Map<string, Set<(reason: string) => void>>()
  const cancelled = new Map<string, string>()
  return {
    cancel(id, reason) {
      if (cancelled.has(id)) return
      cancelled.set(id, reason)
      const [oldest] = cancelled.keys()
      if (cancelled.size > REMEMBERED && oldest !== undefined) cancelled.delete(oldest)
      for (const listener of Array.from(listeners.get(id) ?? [])) listener(reason)
    },
    listen(id, listener) {
      const listening = listeners.get(id) ?? new Set()
      listeners.set(id, listening.add(listener))
      const reason = cancelled.get(id)
      if (reason !== undefined) queueMicrotask(() => listening.has(listener) && listener(reason))
      return () => {
        listening.delete(listener)
        if (listening.size === 0 && listeners.get(id) === listening) listeners.delete(id)
      }
    },
    forget(id) {
      cancelled.delete(id)
    },
  }
}
