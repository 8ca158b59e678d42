/**
 * The lines of one log, appended as they arrive, up to millions. Lines are kept a thousand to a string: a million strings of
 * their own would cost more than their text. Numbers of lines count from 0 and never change.
 */
import { hasControls, parseAnsi, PLAIN, type Style } from './ansi.ts'

export interface LogLine {
  readonly text: string
  /** ms since the epoch */
  readonly timestamp: number
}

export interface LogBuffer {
  readonly count: number
  /** grows with every append: what was derived from less is out of date */
  readonly version: number
  /** @param message may hold several lines; one line feed at its end is no line of its own */
  append(messages: readonly { readonly message: string; readonly timestamp: number }[]): void
  /** the text as it was said, codes included; '' for a number out of range */
  text(line: number): string
  timestamp(line: number): number
  /** how the terminal looked when the line began */
  styleAt(line: number): Style
  /** characters, codes included */
  size(line: number): number
  /**
   * Lines from..to (exclusive) in the largest pieces there are: `text` holds them separated by line feeds, `plain` when nobody needs
   * to look for codes in it.
   */
  pieces(from: number, to: number): Iterable<LogPiece>
}

export interface LogPiece {
  readonly first: number
  readonly count: number
  readonly text: string
  readonly plain: boolean
  /** where in `text` the n-th line of the piece begins; at `count`: one past the last line's line feed */
  start(nth: number): number
}

const CHUNK_LINES = 1024
/** a chunk ends earlier than after its lines when their text gets long */
const CHUNK_CHARACTERS = 1 << 20

interface Chunk {
  readonly first: number
  readonly text: string
  readonly plain: boolean
  /** where each line begins, and one past the end of the last */
  readonly starts: Uint32Array
  readonly timestamps: Float64Array
  /** ids of `styles`; absent when all lines begin plain */
  readonly styles: Uint16Array | undefined
}

export function createLogBuffer(): LogBuffer {
  const chunks: Chunk[] = []
  const styles = createStyles()
  let open: { text: string; timestamp: number; style: number }[] = []
  let openFirst = 0
  let openSize = 0
  let version = 0
  let current = 0

  const seal = (): void => {
    chunks.push(toChunk(openFirst, open))
    openFirst += open.length
    open = []
    openSize = 0
  }

  const add = (text: string, timestamp: number): void => {
    // what the build service says of itself is no part of a command's colours
    if (text.startsWith('[Container] ')) current = 0
    open.push({ text, timestamp, style: current })
    openSize += text.length
    if (hasControls(text)) current = styles.id(parseAnsi(text, styles.style(current)).end)
    if (open.length === CHUNK_LINES || openSize >= CHUNK_CHARACTERS) seal()
  }

  const find = (line: number): Chunk | undefined => chunks[lastAtMost(chunks, line, ({ first }) => first)]

  return {
    get count() {
      return openFirst + open.length
    },
    get version() {
      return version
    },
    append(messages) {
      for (const { message, timestamp } of messages) for (const text of linesOf(message)) add(text, timestamp)
      version += 1
    },
    text(line) {
      if (line >= openFirst) return open[line - openFirst]?.text ?? ''
      const chunk = find(line)
      if (chunk === undefined) return ''
      const nth = line - chunk.first
      return chunk.text.slice(chunk.starts[nth], (chunk.starts[nth + 1] ?? 0) - 1)
    },
    timestamp(line) {
      if (line >= openFirst) return open[line - openFirst]?.timestamp ?? 0
      const chunk = find(line)
      return chunk?.timestamps[line - chunk.first] ?? 0
    },
    styleAt(line) {
      if (line >= openFirst) return styles.style(open[line - openFirst]?.style ?? 0)
      const chunk = find(line)
      return styles.style(chunk?.styles?.[line - chunk.first] ?? 0)
    },
    size(line) {
      if (line >= openFirst) return open[line - openFirst]?.text.length ?? 0
      const chunk = find(line)
      const nth = line - (chunk?.first ?? 0)
      return chunk === undefined ? 0 : (chunk.starts[nth + 1] ?? 0) - (chunk.starts[nth] ?? 0) - 1
    },
    *pieces(from, to) {
      for (let at = Math.max(0, from), end = Math.min(to, openFirst + open.length); at < end;) {
        const chunk = at < openFirst ? find(at) : toChunk(openFirst, open)
        if (chunk === undefined) return
        const piece = pieceOf(chunk, at, Math.min(end, chunk.first + chunk.timestamps.length))
        yield piece
        at += piece.count
      }
    },
  }
}

/** `a\nb\n` are two lines, and so is `a\r\nb`. */
export function linesOf(message: string): readonly string[] {
  const text = message.endsWith('\n') ? message.slice(0, -1) : message
  const lines = text.includes('\n') ? text.split('\n') : [text]
  return lines.some((line) => line.endsWith('\r')) ? lines.map((line) => line.replace(/\r+$/, '')) : lines
}

/** Index of the last item whose key is at most `value`, in a list ordered by key; -1 when there is none. */
export function lastAtMost<Item>(items: readonly Item[], value: number, key: (item: Item) => number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (key(items[middle] as Item) <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}

function toChunk(
  first: number,
  lines: readonly { readonly text: string; readonly timestamp: number; readonly style: number }[],
): Chunk {
  const starts = new Uint32Array(lines.length + 1)
  const timestamps = new Float64Array(lines.length)
  const styles = lines.some(({ style }) => style !== 0) ? new Uint16Array(lines.length) : undefined
  let at = 0
  for (const [nth, line] of lines.entries()) {
    starts[nth] = at
    timestamps[nth] = line.timestamp
    if (styles) styles[nth] = line.style
    at += line.text.length + 1
  }
  starts[lines.length] = at
  const text = lines.map((line) => line.text).join('\n')
  const plain = !lines.some((line) => hasControls(line.text))
  return { first, text, plain, starts, timestamps, styles }
}

function pieceOf({ first, text, plain, starts }: Chunk, from: number, to: number): LogPiece {
  const offset = from - first
  const begin = starts[offset] ?? 0
  const whole = offset === 0 && to - first === starts.length - 1
  return {
    first: from,
    count: to - from,
    text: whole ? text : text.slice(begin, (starts[to - first] ?? 1) - 1),
    plain,
    start: (nth) => (starts[offset + nth] ?? 0) - begin,
  }
}

/** Styles by small numbers; a log with more of them than fit begins its lines plain from there on. */
function createStyles(): { id(style: Style): number; style(id: number): Style } {
  const known: Style[] = [PLAIN]
  const ids = new Map<string, number>()
  return {
    id(style) {
      if (style === PLAIN) return 0
      const key = JSON.stringify(style)
      const found = ids.get(key)
      if (found !== undefined) return found
      if (known.length > 0xffff) return 0
      ids.set(key, known.length)
      return known.push(style) - 1
    },
    style: (id) => known[id] ?? PLAIN,
  }
}
