import { PassThrough, type Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { folderEntries, type ZipFolderOptions } from './zip-folder.ts'

export interface ZipEntry {
  /** relative, forward slashes; a slash at the end makes it an empty folder */
  readonly path: string
  /** Unix mode, with or without the file type: 0o755, or 0o120777 for a symbolic link whose content is its target. Default 0o644. */
  readonly mode?: number
  /** default: the epoch, so that equal content makes equal archives */
  readonly mtime?: Date
  /** a stream is opened only when its turn has come */
  readonly content?: string | Uint8Array | (() => Readable | Promise<Readable>)
}

// Artifacts are written once and read once or twice, mostly on the same machine: speed counts more than the last 10 percent.
const COMPRESSION_LEVEL = 1
const REGULAR_FILE = 0o100_000
/** yazl takes buffers without limit; we let this many bytes or entries be in its hands before we wait for it. */
const IN_FLIGHT_BYTES = 4 << 20
const IN_FLIGHT_ENTRIES = 64

/** A ZIP of the entries, in the order given. Destroying the stream ends the work and closes what was opened. */
export function zipEntries(entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>): Readable {
  const zip = new ZipFile()
  const output = zip.outputStream as PassThrough
  const stop = new AbortController()
  output.once('close', () => stop.abort())
  zip.on('error', (error: Error) => output.destroy(error))
  fill(zip, entries, stop.signal).then(
    () => zip.end(),
    (error: unknown) => output.destroy(error as Error),
  )
  return output
}

/**
 * A ZIP of the named files below `root`, sorted by path, Unix modes and modification times kept.
 * The stream fails when a file or a link's target lies outside `root`: a build must not reach the host's own files through it.
 */
export const zipFolder = (
  root: string,
  relativeFilePaths: readonly string[],
  options: ZipFolderOptions = {},
): Readable => zipEntries(folderEntries(root, relativeFilePaths, options))

async function fill(
  zip: ZipFile,
  entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>,
  signal: AbortSignal,
): Promise<void> {
  let inFlightBytes = 0
  let inFlightEntries = 0
  for await (const { path, mode = 0o644, mtime = new Date(0), content = '' } of entries) {
    if (signal.aborted) return
    const fullMode = mode > 0o7777 ? mode : mode | REGULAR_FILE
    const options = { mode: fullMode, mtime, compressionLevel: COMPRESSION_LEVEL }
    if (path.endsWith('/')) zip.addEmptyDirectory(path, { mtime, mode: (mode & 0o777) | 0o40_000 })
    else if (typeof content === 'function') await addStream(zip, path, options, content, signal)
    else {
      const bytes = typeof content === 'string' ? Buffer.from(content) : asBuffer(content)
      inFlightBytes += bytes.length
      inFlightEntries += 1
      if (inFlightBytes < IN_FLIGHT_BYTES && inFlightEntries < IN_FLIGHT_ENTRIES) zip.addBuffer(bytes, path, options)
      else {
        // yazl does not tell when a buffer is written, but a stream's turn comes only after everything before it
        await addStream(zip, path, options, () => new PassThrough().end(bytes), signal)
        inFlightBytes = 0
        inFlightEntries = 0
      }
    }
  }
}

/** Resolves when the entry's content has been taken in, which back-pressure delays as long as the reader wishes. */
async function addStream(
  zip: ZipFile,
  path: string,
  options: { mode: number; mtime: Date; compressionLevel: number },
  content: () => Readable | Promise<Readable>,
  signal: AbortSignal,
): Promise<void> {
  const turn = Promise.withResolvers<(error: unknown, stream: NodeJS.ReadableStream) => void>()
  const aborted = (): void => turn.reject(signal.reason)
  signal.addEventListener('abort', aborted)
  zip.addReadStreamLazy(path, options, (take) => turn.resolve(take))
  try {
    const take = await turn.promise
    const stream = await content()
    const done = finished(stream, { signal, cleanup: true })
    take(null, stream)
    await done.catch((error: unknown) => {
      stream.destroy()
      throw error
    })
  } finally {
    signal.removeEventListener('abort', aborted)
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
