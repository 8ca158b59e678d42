/**
 * Browsers keep six connections to a server, and the page needs some for itself. So only a few logs are read at the same time; when
 * more wait, each gets its turn.
 */
export interface StreamPool {
  /** @returns leave: the turn is over for good */
  enter(reader: Reader): () => void
}

export interface Reader {
  start(): void
  /** to go on from where it stopped, when it is started again */
  pause(): void
}

const MOST = 3
const TURN_MS = 1500

export function createStreamPool(most = MOST, turnMs = TURN_MS): StreamPool {
  const active: Reader[] = []
  const waiting: Reader[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  const fill = (): void => {
    while (active.length < most) {
      const next = waiting.shift()
      if (next === undefined) break
      active.push(next)
      next.start()
    }
    if (waiting.length > 0) timer ??= setTimeout(turn, turnMs)
  }
  /** The one that has read longest makes room. */
  const turn = (): void => {
    timer = undefined
    const longest = waiting.length > 0 ? active.shift() : undefined
    if (longest !== undefined) {
      longest.pause()
      waiting.push(longest)
    }
    fill()
  }
  return {
    enter(reader) {
      waiting.push(reader)
      fill()
      return () => {
        remove(active, reader)
        remove(waiting, reader)
        if (waiting.length === 0) {
          clearTimeout(timer)
          timer = undefined
        }
        fill()
      }
    },
  }
}

function remove(readers: Reader[], reader: Reader): void {
  const index = readers.indexOf(reader)
  if (index >= 0) readers.splice(index, 1)
}
