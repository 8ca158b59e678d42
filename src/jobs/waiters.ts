/** Who waits for work on which queue. */
export interface Waiters {
  /** The promise resolves (never rejects) when the queue is woken or the signal fires. */
  wait(queue: string, signal: AbortSignal): { readonly promise: Promise<void>; forget(): void }
  /** Wakes all who wait: one job may be for any of them, and looking in vain is cheap. */
  wake(queue: string): void
}

export function createWaiters(): Waiters {
  const waiting = new Map<string, Set<() => void>>()
  return {
    wait(queue, signal) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const queued = waiting.get(queue) ?? new Set()
      waiting.set(queue, queued.add(resolveAndForget))
      if (signal.aborted) resolveAndForget()
      else signal.addEventListener('abort', resolveAndForget)
      return { promise, forget: resolveAndForget }

      function resolveAndForget(): void {
        signal.removeEventListener('abort', resolveAndForget)
        queued.delete(resolveAndForget)
        if (queued.size === 0 && waiting.get(queue) === queued) waiting.delete(queue)
        resolve()
      }
    },
    wake(queue) {
      for (const wakeUp of Array.from(waiting.get(queue) ?? [])) wakeUp()
    },
  }
}
