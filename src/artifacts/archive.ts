import { open, type FileHandle } from 'node:fs/promises'
import { Transform, type Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { crc32, inflateRawSync } from 'node:zlib'
import { fromFdPromise, getFileNameLowLevel, type Entry, type ZipFile } from 'yauzl'
import { foldersAbove, safeEntryPath } from './entry-path.ts'
import { ArchiveRefused } from './errors.ts'

export interface UnzipLimits {
  /** default 100 000 */
  readonly maxEntries?: number
  /** of the unpacked content, default 20 GB */
  readonly maxBytes?: number
  /** unpacked to packed, looked at beyond 100 MB; default 1000 */
  readonly maxRatio?: number
  /** refuse `Readme` beside `README`, which are one file on macOS and Windows; default false */
  readonly refuseCaseCollisions?: boolean
}

export interface CheckedEntry {
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link'
  /** permission bits; undefined when the archive's maker did not know Unix modes */
  readonly mode: number | undefined
  readonly size: number
  readonly raw: Entry
}

/** An archive whose whole table of contents has been read and found harmless. */
export interface Archive extends AsyncDisposable {
  readonly entries: readonly CheckedEntry[]
  readonly zip: ZipFile
  readonly file: FileHandle
}

const RATIO_FREE_BYTES = 100_000_000
const FILE_TYPE = 0o170_000
const KINDS: Readonly<Record<number, CheckedEntry['kind']>> = {
  0o100_000: 'file',
  0o040_000: 'folder',
  0o120_000: 'link',
}
const STORED = 0
const DEFLATED = 8
/** Up to this a file is read and inflated at once; larger ones stream. */
const SMALL_BYTES = 64 * 1024
const MAX_LINK_BYTES = 4096

/** @throws ArchiveRefused, also when the file is no ZIP at all */
export async function openArchive(path: string, limits: UnzipLimits): Promise<Archive> {
  const file = await open(path, 'r')
  try {
    const zip = await asRefusal(fromFdPromise(file.fd, { autoClose: false, decodeStrings: false }))
    const packedBytes = (await file.stat()).size
    const entries = await asRefusal(readEntries(zip, packedBytes, limits))
    return { entries, zip, file, [Symbol.asyncDispose]: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readEntries(zip: ZipFile, packedBytes: number, limits: UnzipLimits): Promise<CheckedEntry[]> {
  const { maxEntries = 100_000, maxBytes = 20_000_000_000, maxRatio = 1000, refuseCaseCollisions = false } = limits
  const tooMany = (): never => {
    throw new ArchiveRefused(`the archive has more than ${maxEntries} entries`)
  }
  if (zip.entryCount > maxEntries) tooMany()
  const entries: CheckedEntry[] = []
  let total = 0
  for await (const raw of zip.eachEntry()) {
    const entry = checkEntry(raw)
    entries.push(entry)
    if (entries.length > maxEntries) tooMany()
    total += entry.size
    // the sizes are what the archive says; reading an entry fails when there turns out to be more
    if (total > maxBytes)
      throw new ArchiveRefused(`entry ${quote(entry.path)}: the content is larger than ${maxBytes} bytes`)
    if (total > RATIO_FREE_BYTES && total > maxRatio * packedBytes)
      throw new ArchiveRefused(
        `entry ${quote(entry.path)}: the content is more than ${maxRatio} times the archive's size`,
      )
  }
  checkTogether(entries, refuseCaseCollisions)
  return entries
}

function checkEntry(raw: Entry): CheckedEntry {
  const rawName = raw.fileName as unknown as Buffer // with decodeStrings off, which the type does not know
  const name = getFileNameLowLevel(raw.generalPurposeBitFlag, rawName, raw.extraFields, true)
  const path = safeEntryPath(name)
  const refuse = (reason: string): never => {
    throw new ArchiveRefused(`entry ${quote(name)}: ${reason}`)
  }
  const unixMode = raw.externalFileAttributes >>> 16
  const type = unixMode & FILE_TYPE
  const kind = type === 0 ? (name.endsWith('/') ? 'folder' : 'file') : KINDS[type]
  if (kind === undefined) return refuse('it is a device, pipe or socket')
  if (name.endsWith('/') && kind !== 'folder') refuse('its name is that of a folder, its type is not')
  if (kind === 'folder' && raw.uncompressedSize > 0) refuse('a folder with content')
  if (kind === 'link' && raw.uncompressedSize > MAX_LINK_BYTES) refuse('the target of a symbolic link is too long')
  if (raw.isEncrypted()) refuse('it is encrypted')
  if (raw.compressionMethod !== STORED && raw.compressionMethod !== DEFLATED)
    refuse(`compression method ${raw.compressionMethod} is not supported`)
  return { path, kind, mode: unixMode === 0 ? undefined : unixMode & 0o777, size: raw.uncompressedSize, raw }
}

/** What no entry can show alone: two of one name, and a file or link where another entry needs a folder. */
function checkTogether(entries: readonly CheckedEntry[], refuseCaseCollisions: boolean): void {
  const kinds = new Map<string, CheckedEntry['kind']>()
  const folded = new Map<string, string>()
  for (const { path, kind } of entries) {
    if (kinds.has(path)) throw new ArchiveRefused(`entry ${quote(path)}: there are two of this name`)
    kinds.set(path, kind)
  }
  for (const { path } of entries) {
    for (const folder of foldersAbove(path)) {
      const kind = kinds.get(folder) ?? 'folder'
      if (kind !== 'folder')
        throw new ArchiveRefused(`entry ${quote(path)}: ${quote(folder)} is a ${kind}, not a folder`)
    }
    if (!refuseCaseCollisions) continue
    for (const name of [path, ...foldersAbove(path)]) {
      const key = name.normalize('NFC').toLowerCase()
      const other = folded.get(key) ?? name
      if (other !== name) throw new ArchiveRefused(`entry ${quote(path)}: differs from ${quote(other)} only in case`)
      folded.set(key, name)
    }
  }
}

/** The content of an entry; fails with ArchiveRefused when its size or checksum is not what the archive promised. */
export async function openEntry({ zip }: Pick<Archive, 'zip'>, { raw, path }: CheckedEntry): Promise<Readable> {
  const content = await asRefusal(zip.openReadStreamPromise(raw))
  const fail = (error: unknown): Error => refusal(path, error)
  let sum = 0
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sum = crc32(chunk, sum)
      done(null, chunk)
    },
    flush: (done) => done(sum === raw.crc32 ? null : fail(new Error('its checksum is wrong'))),
  })
  content.once('error', (error) => check.destroy(fail(error)))
  check.once('close', () => content.destroy())
  return content.pipe(check)
}

/** Whole, for small entries only. */
export async function readEntry(archive: Archive, entry: CheckedEntry): Promise<Buffer> {
  const { raw, path, size } = entry
  if (raw.compressedSize > SMALL_BYTES || size > SMALL_BYTES) return buffer(await openEntry(archive, entry))
  const { fileDataStart } = await asRefusal(archive.zip.readLocalFileHeaderPromise(raw, { minimal: true }))
  const packed = Buffer.allocUnsafe(raw.compressedSize)
  const { bytesRead } = await archive.file.read(packed, 0, packed.length, fileDataStart)
  const problem = (reason: string): Error => refusal(path, new Error(reason))
  if (bytesRead < packed.length) throw problem('the archive ends inside it')
  let content = packed
  if (raw.compressionMethod === DEFLATED)
    try {
      content = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) })
    } catch (error) {
      throw refusal(path, error)
    }
  if (content.length !== size) throw problem('its size is not what the archive says')
  if (crc32(content) !== raw.crc32) throw problem('its checksum is wrong')
  return content
}

export const isSmall = ({ raw, size }: CheckedEntry): boolean =>
  raw.compressedSize <= SMALL_BYTES && size <= SMALL_BYTES

export const quote = (name: string): string => JSON.stringify(name)

function refusal(path: string, error: unknown): Error {
  if (error instanceof ArchiveRefused) return error
  return new ArchiveRefused(`entry ${quote(path)}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  })
}

/** The archive library's complaints are about the archive, so they are the archive's owner's to hear. Disk errors are ours. */
async function asRefusal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ArchiveRefused || !(error instanceof Error) || 'syscall' in error) throw error
    throw new ArchiveRefused(`not a usable ZIP archive: ${error.message}`, { cause: error })
  }
}
