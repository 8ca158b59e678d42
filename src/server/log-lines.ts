/** A log as it grows, batch by batch, and an end when the build that writes it has ended. */
import type { Bus, LogEvent, LogFiles, LogStreamKey } from '../journal/journal.ts'
import type { Store } from '../store/store.ts'

export interface LogLines {
  /**
   * Lines from `from` on, in order, none twice. Ends with the last line there is; with `follow`, when it is known that no line
   * will come any more, or the signal fires.
   * @returns whether it is known that the log is complete
   */
  read(
    key: LogStreamKey,
    options: { readonly from: number; readonly follow: boolean; readonly signal: AbortSignal },
  ): AsyncGenerator<readonly LogEvent[], boolean>
}

const PAGE = 1000

export function createLogLines({
  store,
  bus,
  logs,
}: {
  readonly store: Store
  readonly bus: Pick<Bus, 'listen'>
  readonly logs: Pick<LogFiles, 'read' | 'follow'>
}): LogLines {
  return {
    async *read(key, { from, follow, signal }) {
      let next = from
      let isOver = false
      let news = Promise.withResolvers<void>()
      const wake = (): void => news.resolve()
      // subscribed before the first read: whatever comes in between is read with the next page
      const stops = follow
        ? [
            logs.follow(key, wake),
            bus.listen({ source: 'aws.codebuild', detailType: 'CodeBuild Build State Change' }, (event) => {
              if (event.account !== key.account || event.region !== key.region || !isEndOf(event.detail, key)) return
              isOver = true
              wake()
            }),
          ]
        : []
      signal.addEventListener('abort', wake)
      try {
        isOver ||= await isComplete(store, key)
        while (!signal.aborted) {
          const wasOver = isOver
          news = Promise.withResolvers()
          const page = await logs.read(key, { from: next, limit: PAGE })
          const last = page.at(-1)
          if (last !== undefined) {
            next = last.index + 1
            yield page
          } else if (wasOver || !follow) return wasOver
          else if (!isOver) await news.promise
        }
        return false
      } finally {
        signal.removeEventListener('abort', wake)
        for (const stop of stops) stop()
      }
    },
  }
}

/** The event of a build's end names the stream that the build wrote. */
function isEndOf(detail: Readonly<Record<string, unknown>>, { group, stream }: LogStreamKey): boolean {
  const { 'build-complete': isEnd, logs } = (detail['additional-information'] ?? {}) as {
    readonly 'build-complete'?: boolean
    readonly logs?: Readonly<Record<string, unknown>>
  }
  return isEnd === true && logs?.['group-name'] === group && logs['stream-name'] === stream
}

async function isComplete(store: Store, key: LogStreamKey): Promise<boolean> {
  const { isLogComplete } = await import('../services/codebuild/runners.ts')
  return isLogComplete(store.read, key)
}
