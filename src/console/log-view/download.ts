import { stripAnsi } from './ansi.ts'
import type { LogDocument } from './document.ts'

const PART_LINES = 10_000

/** Saves what was read so far as plain text; where several logs are shown each line says whose it is. */
export function downloadLog(document: LogDocument, fileName: string): void {
  const link = globalThis.document.createElement('a')
  const url = URL.createObjectURL(new Blob([...parts(document)], { type: 'text/plain;charset=utf-8' }))
  link.href = url
  link.download = `${fileName.replaceAll(/[^\w.-]+/g, '-')}.log`
  link.click()
  URL.revokeObjectURL(url)
}

/** Not one string for all of it: engines end strings at half a gigabyte. */
export function* parts(document: LogDocument): Generator<string> {
  const isMerged = document.feeds.length > 1
  for (let from = 0; from < document.count; from += PART_LINES) {
    let part = ''
    for (let place = from; place < Math.min(document.count, from + PART_LINES); place += 1) {
      const { log, line } = document.at(place)
      const feed = document.feeds[log]
      part += `${isMerged ? `[${feed?.name ?? ''}] ` : ''}${stripAnsi(feed?.buffer.text(line) ?? '')}\n`
    }
    yield part
  }
}
