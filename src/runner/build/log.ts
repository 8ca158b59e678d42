/** A build's log: command output and our own lines in one order, masked, cut into lines, handed on in small batches. */
import { fromBytes, type Redactor } from '../redact.ts'
import type { LogLine } from '../protocol.ts'

/** Where command output goes. */
export interface OutputSink {
  /** @returns a promise to wait for before more is written, when the reader is slow */
  write(chunk: Buffer): Promise<void> | undefined
  /** An unfinished line becomes a line: what the next command prints is not its continuation. */
  endOfCommand(): void
}

export interface BuildLog extends OutputSink {
  /** one line of ours: `[Container] 2024/05/06 07:08:09.123456 <message>` */
  say(message: string): void
  /** Resolves when all lines so far have been handed on. */
  flush(): Promise<void>
}

const FLUSH_MS = 20
const FLUSH_BYTES = 64 * 1024
/** Lines waiting for a slow reader; above it commands have to wait too. */
const HIGH_WATER_BYTES = 1024 * 1024
/** CloudWatch Logs takes events up to 256 KB; a longer line becomes several. */
const MAX_LINE_BYTES = 128 * 1024

export function createBuildLog(options: {
  readonly redactor: Redactor
  readonly send: (lines: readonly LogLine[]) => Promise<void>
  readonly now: () => number
}): BuildLog {
  const { redactor, send, now } = options
  const stream = redactor.stream()
  let unfinished = ''
  let lines: LogLine[] = []
  let bytes = 0
  let inFlight = 0
  let sending: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const handOn = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (lines.length === 0) return
    const batch = lines
    const size = bytes
    lines = []
    bytes = 0
    inFlight += size
    sending = Promise.all([sending, send(batch)]).then(() => {
      inFlight -= size
    })
    sending.catch(() => undefined) // `flush` and writers who wait see it
  }
  const add = (message: string): void => {
    lines.push({ timestamp: now(), message })
    bytes += message.length + 50
    if (bytes >= FLUSH_BYTES) handOn()
    else timer ??= setTimeout(handOn, FLUSH_MS)
  }
  const take = (shown: string): void => {
    unfinished += shown
    for (
      let end = unfinished.indexOf('\n');
      end !== -1 || unfinished.length > MAX_LINE_BYTES;
      end = unfinished.indexOf('\n')
    ) {
      const length = end === -1 || end > MAX_LINE_BYTES ? MAX_LINE_BYTES : end
      add(fromBytes(unfinished.slice(0, length).replace(/\r$/, '')))
      unfinished = unfinished.slice(length === end ? end + 1 : length)
    }
  }
  const endLine = (): void => {
    take(stream.flush())
    if (unfinished !== '') take('\n')
  }

  return {
    write(chunk) {
      take(stream.push(chunk.toString('latin1')))
      return inFlight > HIGH_WATER_BYTES ? sending : undefined
    },
    endOfCommand: endLine,
    say(message) {
      endLine()
      // a command of several lines stays one event
      add(redactor.text(`[Container] ${stamp(now())} ${message.trimEnd()}`))
    },
    async flush() {
      endLine()
      handOn()
      await sending
    },
  }
}

/** `2024/05/06 07:08:09.123456`, UTC; we know milliseconds only. */
function stamp(at: number): string {
  const [day = '', time = ''] = new Date(at).toISOString().split('T')
  return `${day.replaceAll('-', '/')} ${time.slice(0, 12)}000`
}
