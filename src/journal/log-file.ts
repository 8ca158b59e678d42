/**
 * One log stream: a file of JSON lines, `[timestamp, ingestionTime, message]` below a line that names the stream. Lines hold any
 * text (JSON escapes line breaks), and a line cut off by a crash is dropped when the file is next opened.
 */
import { createReadStream } from 'node:fs'
import { appendFile, mkdir, rm, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { LogEvent, LogStreamKey } from './journal.ts'

export interface LogFile {
  append(events: readonly { timestamp: number; message: string }[], ingestionTime: number): Promise<readonly LogEvent[]>
  read(range: { from: number; limit: number }): Promise<readonly LogEvent[]>
  /** those that are there now, with index >= from */
  events(from: number): AsyncGenerator<LogEvent>
  count(): Promise<number>
  delete(): Promise<void>
  /** nothing is being written: the record may be dropped and made again from the file */
  isIdle(): boolean
}

/** Between two known offsets a reader parses at most so many lines in vain. */
const LINES_PER_MARK = 256
const NEWLINE = 0x0a

interface Index {
  /** bytes that hold whole lines; behind them nothing is read */
  size: number
  count: number
  /** where the lines 0, 256, 512 … begin */
  readonly marks: number[]
}

export function openLogFile(path: string, key: LogStreamKey): LogFile {
  let index: Promise<Index> | undefined
  let writing: Promise<unknown> = Promise.resolve()
  let writers = 0
  /** batches that came while another was written; they become one write */
  let gathered: { readonly batch: string[]; readonly written: Promise<number> } | undefined

  const indexed = (): Promise<Index> =>
    (index ??= scan(path).catch((error: unknown) => {
      index = undefined
      throw error
    }))

  return {
    async append(events, ingestionTime) {
      const first = await gather(
        events.map(({ timestamp, message }) => `${JSON.stringify([timestamp, ingestionTime, message])}\n`),
      )
      return events.map(({ timestamp, message }, n) => ({ timestamp, ingestionTime, message, index: first + n }))
    },
    async read({ from, limit }) {
      const found: LogEvent[] = []
      if (limit <= 0) return found
      for await (const event of eventsFrom(from)) if (found.push(event) >= limit) break
      return found
    },
    events: eventsFrom,
    count: async () => (await indexed()).count,
    delete: () =>
      inTurn(async () => {
        await rm(path, { force: true })
        index = Promise.resolve(emptyIndex())
      }),
    isIdle: () => writers === 0,
  }

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    writers += 1
    const done = writing.then(work).finally(() => {
      writers -= 1
    })
    writing = done.catch(() => undefined)
    return done
  }

  /** @returns the index of the first of these lines */
  async function gather(lines: readonly string[]): Promise<number> {
    if (gathered === undefined) {
      const batch: string[] = []
      const written = inTurn(() => {
        gathered = undefined // what comes from now on is the next batch
        return write(batch)
      })
      gathered = { batch, written }
    }
    const { batch, written } = gathered
    const offset = batch.length
    for (const line of lines) batch.push(line)
    return (await written) + offset
  }

  async function write(lines: readonly string[]): Promise<number> {
    const known = await indexed()
    const first = known.count
    const header = known.size === 0 ? `${JSON.stringify(key)}\n` : ''
    if (header !== '') await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    try {
      await appendFile(path, header + lines.join(''), { mode: 0o600 })
    } catch (error) {
      index = undefined // perhaps half of it was written: the next call looks and mends
      throw error
    }
    known.size += Buffer.byteLength(header)
    for (const line of lines) {
      if (known.count % LINES_PER_MARK === 0) known.marks.push(known.size)
      known.count += 1
      known.size += Buffer.byteLength(line)
    }
    return first
  }

  async function* eventsFrom(from: number): AsyncGenerator<LogEvent> {
    const { size, count, marks } = await indexed()
    const wanted = Math.max(0, from)
    if (wanted >= count) return
    const mark = Math.floor(wanted / LINES_PER_MARK)
    const start = marks[mark] ?? size
    let at = mark * LINES_PER_MARK
    for await (const line of linesOf(path, start, size)) {
      if (at >= wanted) {
        const [timestamp, ingestionTime, message] = JSON.parse(line.toString()) as [number, number, string]
        yield { timestamp, ingestionTime, message, index: at }
      }
      at += 1
    }
  }
}

const emptyIndex = (): Index => ({ size: 0, count: 0, marks: [] })

/** Reads a file that another process (or this one, before) has written, and cuts off what is no whole line. */
async function scan(path: string): Promise<Index> {
  const index = emptyIndex()
  let bytes = 0
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, end + 1)) {
        const isHeader = index.size === 0
        if (!isHeader) {
          if (index.count % LINES_PER_MARK === 0) index.marks.push(index.size)
          index.count += 1
        }
        index.size = bytes + end + 1
      }
      bytes += chunk.length
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return emptyIndex()
    throw error
  }
  if (bytes > index.size) await truncate(path, index.size)
  return index
}

/** Whole lines between two offsets, without their line breaks. */
async function* linesOf(path: string, start: number, end: number): AsyncGenerator<Buffer> {
  if (end <= start) return
  let rest: Buffer[] = []
  const chunks = createReadStream(path, { start, end: end - 1, highWaterMark: 1 << 17 }) as AsyncIterable<Buffer>
  for await (const chunk of chunks) {
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      const line = chunk.subarray(from, to)
      yield rest.length === 0 ? line : Buffer.concat([...rest, line])
      rest = []
      from = to + 1
    }
    if (from < chunk.length) rest.push(chunk.subarray(from))
  }
}
