/** Both directions of talking with a build's shell: what it reports on its own descriptor, and the output of commands. */
import type { Socket } from 'node:net'
import type { OutputSink } from './log.ts'

export interface Frame {
  readonly kind: 'done' | 'exit' | 'exited' | 'lost'
  readonly status: number
  /** working folder, line end, exported variables as the shell's own commands; '' when the shell could not tell */
  readonly state: string
  /** what `expand` asked for */
  readonly value: string
}

export interface Frames {
  next(): Promise<Frame | undefined>
  end(): void
}

/** Reads `<mark> done <status>`, the state, `<mark> end`, or `<mark> exited <status>` alone. */
export function readFrames(socket: Socket, mark: string): Frames {
  let text = ''
  let value = ''
  let ended = false
  const ready: Frame[] = []
  let waiting: ((frame: Frame | undefined) => void) | undefined
  const offer = (): void => {
    if (waiting === undefined || (ready.length === 0 && !ended)) return
    const take = waiting
    waiting = undefined
    take(ready.shift())
  }
  const framePattern = new RegExp(
    `${mark} (?:value (?<value>[^\\n]*)\\n|exited (?<exited>\\d+)\\n|(?<kind>done|exit) (?<status>\\d+)\\n(?<state>[^]*?)${mark} end\\n)`,
  )
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    text += chunk
    for (let match = framePattern.exec(text); match !== null; match = framePattern.exec(text)) {
      text = text.slice(match.index + match[0].length)
      const groups = match.groups ?? {}
      if (groups['value'] !== undefined) value = groups['value'].replaceAll('\0', '\n')
      else {
        const kind = groups['exited'] === undefined ? (groups['kind'] as 'done' | 'exit') : 'exited'
        ready.push({ kind, status: Number(groups['exited'] ?? groups['status']), state: groups['state'] ?? '', value })
        value = ''
      }
    }
    offer()
  })
  return {
    next: () =>
      new Promise((resolve) => {
        waiting = resolve
        offer()
      }),
    end() {
      ended = true
      offer()
    },
  }
}

/**
 * Passes the output on with back-pressure.
 * @returns waits until everything is taken that was in the pipe when it is called: the next full turn of the event loop looks
 * into the pipe, and brought nothing
 */
export function follow(socket: Socket, sink: OutputSink): () => Promise<void> {
  let taken = 0
  let paused: Promise<void> | undefined
  socket.on('data', (chunk: Buffer) => {
    taken += 1
    const full = sink.write(chunk)
    if (full === undefined) return
    socket.pause()
    paused = full.then(() => {
      paused = undefined
      socket.resume()
    })
  })
  return async () => {
    for (let before = -1; before !== taken;) {
      before = taken
      await paused
      await turn()
      await turn()
    }
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
