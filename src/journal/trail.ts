/**
 * Records that are kept for people to look at: audit, web-hook deliveries. Bounded, on the disk, the oldest forgotten first. Adding
 * one costs the caller nothing but a place in a list: they are written in batches, soon after, without waiting for the disk's own
 * cache; a power cut may take the last moments with it.
 *
 * Files of JSON lines, named by the number of their first record.
 */
import { appendFile, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { silentLog, type Log } from '../base/log.ts'

export interface Trail<Item> extends AsyncDisposable {
  /** @param make is called when the record is written, at most once */
  add(make: () => Item): void
  /** The newest first. */
  read(page: TrailQuery<Item>): Promise<TrailPage<Item>>
}

export interface TrailQuery<Item> {
  /** only records with a smaller number */
  readonly before?: number
  readonly limit: number
  readonly matches?: (record: Item) => boolean
}

export interface TrailPage<Item> {
  readonly records: readonly { readonly number: number; readonly record: Item }[]
  /** continue below this number; absent: there are no more */
  readonly next?: number
}

const FLUSH_MS = 50
const AT_ONCE = 50
/** a disk that does not keep up must not fill the memory */
const MOST_WAITING = 20_000
const NAME = /^(\d{12})\.jsonl$/

/**
 * @param options.segment records in a file
 * @param options.segments files that are kept, so that `segment * (segments - 1)` records are always there
 */
export function openTrail<Item>({
  folder,
  segment = 2000,
  segments = 50,
  log = silentLog,
}: {
  readonly folder: string
  readonly segment?: number
  readonly segments?: number
  readonly log?: Log
}): Trail<Item> {
  let waiting: (() => Item)[] = []
  let dropped = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let writing: Promise<void> = Promise.resolve()
  /** first numbers of the files, oldest first, and the number that the next record gets; known once the folder was looked at */
  let known: Promise<{ readonly firsts: number[]; next: number }> | undefined
  const files = () => (known ??= look(folder))

  return {
    add(make) {
      if (waiting.length >= MOST_WAITING) {
        dropped += 1
        return
      }
      waiting.push(make)
      timer ??= setTimeout(() => void flush(), FLUSH_MS).unref()
    },
    async read({ before = Number.MAX_SAFE_INTEGER, limit, matches }) {
      await flush()
      const { firsts } = await files()
      const records: { number: number; record: Item }[] = []
      for (const first of firsts.filter((number) => number < before).toReversed()) {
        const lines = await linesOf(join(folder, nameOf(first)))
        for (let index = lines.length - 1; index >= 0; index -= 1) {
          const number = first + index
          const record = number < before ? parse<Item>(lines[index]) : undefined
          if (record === undefined || matches?.(record) === false) continue
          if (records.length >= limit) return { records, next: records.at(-1)?.number ?? before }
          records.push({ number, record })
        }
        await nextTurn()
      }
      return { records }
    },
    [Symbol.asyncDispose]: flush,
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write).catch((error: unknown) => {
      known = undefined // perhaps half of it was written: the next batch looks
      log.error({ err: error, folder }, 'records of a trail were lost')
    })
    return writing
  }

  async function write(): Promise<void> {
    if (dropped > 0) log.warn({ dropped, folder }, 'more records came than could be written')
    dropped = 0
    const batch = waiting
    if (batch.length === 0) return
    waiting = []
    const place = await files()
    // a portion at a time: making a thousand of them must not hold up what else goes on
    for (let at = 0; at < batch.length; at += AT_ONCE) {
      const lines = batch.slice(at, at + AT_ONCE).flatMap((make) => toLine(make))
      while (lines.length > 0) {
        const first = place.firsts.at(-1)
        const room = first === undefined ? 0 : segment - (place.next - first)
        if (first === undefined || room <= 0) await begin(place)
        else {
          const part = lines.splice(0, room)
          await appendFile(join(folder, nameOf(first)), part.join(''), { mode: 0o600 })
          place.next += part.length
        }
      }
    }
  }

  /** What cannot be made into a record is a mistake of ours, and costs no other record. */
  function toLine(make: () => Item): readonly string[] {
    try {
      return [`${JSON.stringify(make())}\n`]
    } catch (error) {
      log.error({ err: error, folder }, 'a record of a trail could not be made')
      return []
    }
  }

  async function begin(place: { readonly firsts: number[]; readonly next: number }): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    place.firsts.push(place.next)
    while (place.firsts.length > segments) await rm(join(folder, nameOf(place.firsts.shift() ?? 0)), { force: true })
  }
}

const nameOf = (first: number): string => `${String(first).padStart(12, '0')}.jsonl`

async function look(folder: string): Promise<{ firsts: number[]; next: number }> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const firsts = names.flatMap((name) => (NAME.test(name) ? [Number.parseInt(name, 10)] : [])).sort((a, b) => a - b)
  const last = firsts.at(-1)
  if (last === undefined) return { firsts, next: 1 }
  const text = await readFile(join(folder, nameOf(last)), 'utf8')
  const next = last + text.split('\n').length - 1
  // half a line, which a crash has left, keeps its number and is skipped by readers
  if (text.endsWith('\n') || text === '') return { firsts, next }
  await appendFile(join(folder, nameOf(last)), '\n')
  return { firsts, next: next + 1 }
}

/** Whole lines. A file may be forgotten while it is asked for. */
async function linesOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text.split('\n').slice(0, -1)
}

function parse<Item>(line: string | undefined): Item | undefined {
  try {
    return line === undefined ? undefined : (JSON.parse(line) as Item)
  } catch {
    return undefined // what a crash has left
  }
}
