/**
 * Real pipes. What Node calls a pipe to a child is a socket, and `echo x > /dev/stdout` or `… | tee /dev/stderr`, common in build
 * scripts, fails on a socket. A named pipe that is opened at both ends and unlinked is a pipe like a shell's own.
 */
import { execFile } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Pipe {
  /** file descriptors of the two ends; whoever takes an end closes it */
  readonly read: number
  readonly write: number
}

export interface PipePool extends Disposable {
  take(): Promise<Pipe>
}

/** Made ahead, many by one `mkfifo`: nobody waits for that process while a build starts. */
const BATCH = 24
const REFILL_BELOW = 6

export function createPipePool(folder: string): PipePool {
  const ready: Pipe[] = []
  let refill: Promise<void> | undefined
  const fill = (): Promise<void> =>
    (refill ??= makePipes(folder, BATCH).then((pipes) => {
      ready.push(...pipes)
      refill = undefined
    }))
  return {
    async take() {
      while (ready.length === 0) await fill()
      const pipe = ready.pop() as Pipe
      if (ready.length < REFILL_BELOW) void fill().catch(() => undefined) // the next `take` tells
      return pipe
    },
    [Symbol.dispose]() {
      for (const { read, write } of ready.splice(0)) {
        closeSync(read)
        closeSync(write)
      }
    },
  }
}

async function makePipes(folder: string, count: number): Promise<readonly Pipe[]> {
  const home = mkdtempSync(join(folder, 'pipes-'))
  try {
    const paths = Array.from({ length: count }, (_, index) => join(home, String(index)))
    await promisify(execFile)('mkfifo', ['-m', '600', ...paths])
    return paths.map((path) => {
      // opening for both first: opening one end alone waits for the other
      const both = openSync(path, constants.O_RDWR)
      const read = openSync(path, constants.O_RDONLY)
      const write = openSync(path, constants.O_WRONLY)
      closeSync(both)
      return { read, write }
    })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** The reading or writing end as a stream of this process. */
export const readEnd = (fd: number): Socket => new Socket({ fd, readable: true, writable: false })
export const writeEnd = (fd: number): Socket => new Socket({ fd, readable: false, writable: true })
