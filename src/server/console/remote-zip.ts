/** A ZIP archive that is read where it lies, piece by piece: its table of contents is at its end, and an entry is one range. */
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { callbackify } from 'node:util'
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from 'yauzl'

/** Bytes `start` to before `end`. */
export type ReadRange = (start: number, end: number) => Promise<Readable>

export interface ZipEntry {
  readonly path: string
  readonly size: number
  readonly compressedSize: number
  /** of the content: two archives' entries of one size and one checksum say the same */
  readonly crc32: number
  /** ISO 8601; archives know local time without a zone, which is taken for UTC */
  readonly modified: string
}

/** The object is no ZIP archive, or a damaged or deceitful one. */
export class NoArchive extends Error {
  override readonly name = 'NoArchive'
}

/** The table of contents is read a few hundred bytes at a time: fetched this many at once. */
const BLOCK_BYTES = 256 * 1024

export const openRemoteZip = (size: number, readRange: ReadRange): Promise<ZipFile> =>
  asNoArchive(fromRandomAccessReaderPromise(new RangeReader(size, readRange), size, { autoClose: false }))

/** of all names together: one may have 64 kB, and thousands of those are no list for anybody */
const MOST_NAME_CHARACTERS = 4 * 1024 * 1024

/** @returns the first `limit` entries that are files or links, or fewer of very long names, and whether there are more */
export async function listEntries(zip: ZipFile, limit: number): Promise<{ entries: ZipEntry[]; truncated: boolean }> {
  const entries: ZipEntry[] = []
  let characters = 0
  for await (const entry of entriesOf(zip)) {
    if (entry.fileName.endsWith('/')) continue
    characters += entry.fileName.length
    if (entries.length >= limit || characters > MOST_NAME_CHARACTERS) return { entries, truncated: true }
    entries.push({
      path: entry.fileName,
      size: entry.uncompressedSize,
      compressedSize: entry.compressedSize,
      crc32: entry.crc32,
      modified: entry.getLastModDate({ timezone: 'UTC' }).toISOString(),
    })
  }
  return { entries, truncated: false }
}

/** @returns the content, which fails with NoArchive when it is not what the table of contents says; undefined: no such entry */
export async function openEntry(
  zip: ZipFile,
  path: string,
): Promise<{ readonly size: number; readonly content: Readable } | undefined> {
  for await (const entry of entriesOf(zip)) {
    if (entry.fileName !== path) continue
    if (!entry.canDecodeFileData()) throw new NoArchive('The entry is encrypted, or compressed in an unusual way.')
    return { size: entry.uncompressedSize, content: await asNoArchive(zip.openReadStreamPromise(entry)) }
  }
  return undefined
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  try {
    for await (const entry of zip.eachEntry()) yield entry
  } catch (error) {
    throw noArchive(error)
  }
}

async function asNoArchive<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    throw noArchive(error)
  }
}

/** What reading the object says is its own matter; the archive library's complaints have no name and no code. */
const noArchive = (error: unknown): unknown =>
  error instanceof Error && error.constructor === Error && !('code' in error)
    ? new NoArchive(error.message, { cause: error })
    : error

class RangeReader extends RandomAccessReader {
  readonly #size: number
  readonly #readRange: ReadRange
  /** the block that was read last */
  #block: { readonly start: number; readonly bytes: Promise<Buffer> } | undefined

  constructor(size: number, readRange: ReadRange) {
    super()
    this.#size = size
    this.#readRange = readRange
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const through = new PassThrough()
    this.#readRange(start, end)
      .then((content) => pipeline(content, through))
      .catch((error: unknown) => through.destroy(error as Error))
    return through
  }

  override read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    callbackify(async () => void (await this.#bytes(position, position + length)).copy(target, offset))(callback)
  }

  async #bytes(start: number, end: number): Promise<Buffer> {
    if (end > this.#size) throw new Error('unexpected end of the archive')
    const known = this.#block
    if (known !== undefined && start >= known.start) {
      const bytes = await known.bytes
      if (end <= known.start + bytes.length) return bytes.subarray(start - known.start, end - known.start)
    }
    const until = Math.min(this.#size, Math.max(end, start + BLOCK_BYTES))
    const bytes = this.#readRange(start, until).then(async (content) => Buffer.concat(await content.toArray()))
    this.#block = { start, bytes }
    return (await bytes).subarray(0, end - start)
  }
}
