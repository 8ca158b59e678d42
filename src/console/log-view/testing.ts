/** A log that says what a test says. */
import { createLogFeed, type EventStream, type LogFeed } from './feed.ts'

export function feedOf(
  lines: readonly string[],
  name = 'A',
): { readonly feed: LogFeed; readonly say: (...lines: readonly string[]) => void } {
  let listener: ((event: { readonly data?: unknown }) => void) | undefined
  const stream: EventStream = {
    addEventListener: (type, found) => {
      if (type === 'message') listener = found
    },
    close: () => undefined,
    readyState: 0,
  }
  const feed = createLogFeed(name, () => stream)
  let index = 0
  const say = (...said: readonly string[]): void => {
    listener?.({ data: JSON.stringify(said.map((message) => ({ index: index++, timestamp: index, message }))) })
    // no timer of a test outlives it
    feed.close()
  }
  say(...lines)
  return { feed, say }
}
