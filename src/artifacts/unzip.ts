import { createWriteStream } from 'node:fs'
import { chmod, lstat, mkdir, mkdtemp, open, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  isSmall,
  openArchive,
  openEntry,
  quote,
  readEntry,
  type Archive,
  type CheckedEntry,
  type UnzipLimits,
} from './archive.ts'
import { ArchiveRefused } from './errors.ts'
import { resolveLink } from './link-target.ts'

export type { UnzipLimits } from './archive.ts'

/** Entries unpacked side by side. */
const AT_ONCE = 8

/**
 * Unpacks an archive from anywhere. Names, kinds, sizes and links are all checked before the first file is written; symbolic links
 * that stay inside are kept and made last, so that nothing is ever written through one. Permission bits are kept; never
 * set-user-id, owners or devices. Replaces nothing: a file that is already there is an error.
 * @param source a ZIP file's path, or its bytes, which are spooled to a temporary file (the table of contents is at the end)
 * @param folder made when missing; when this throws it may be filled in part
 * @throws ArchiveRefused naming the entry and the reason
 */
export async function unzipTo(
  source: string | Readable,
  folder: string,
  limits: UnzipLimits & { readonly signal?: AbortSignal } = {},
): Promise<{ readonly entries: number; readonly bytes: number }> {
  if (typeof source !== 'string') return spooled(source, limits, (path) => unzipTo(path, folder, limits))
  await using archive = await openArchive(source, limits)
  const { entries } = archive
  const links = await readLinks(archive)
  await mkdir(folder, { recursive: true })
  const makeFolder = folderMaker(folder)

  await forEach(entries, AT_ONCE, async (entry) => {
    limits.signal?.throwIfAborted()
    if (entry.kind === 'folder') await makeFolder(entry.path)
    if (entry.kind !== 'file') return
    await makeFolder(dirname(entry.path))
    await writeEntry(archive, entry, join(folder, entry.path), limits.signal)
  })
  for (const [path, target] of links) {
    await makeFolder(dirname(path))
    await symlink(target, join(folder, path))
  }
  // last, deepest first: a folder without the right to write could not have been filled
  for (const { path, mode } of entries.filter(({ kind, mode }) => kind === 'folder' && mode !== undefined).toReversed())
    await chmod(join(folder, path), (mode ?? 0o755) | 0o700)
  return { entries: entries.length, bytes: entries.reduce((sum, { size }) => sum + size, 0) }
}

/** @returns path -> target of all links, every one known to stay inside */
async function readLinks(archive: Archive): Promise<ReadonlyMap<string, string>> {
  const links = new Map<string, string>()
  for (const entry of archive.entries)
    if (entry.kind === 'link') links.set(entry.path, (await readEntry(archive, entry)).toString())
  for (const [path, target] of links)
    if (target === '' || target.includes('\0') || target.includes('\\') || resolveLink(path, links) === undefined)
      throw new ArchiveRefused(`entry ${quote(path)}: its link to ${quote(target)} leaves the folder`)
  return links
}

async function writeEntry(
  archive: Archive,
  entry: CheckedEntry,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const content = isSmall(entry) ? await readEntry(archive, entry) : undefined
  const file = await open(path, 'wx', 0o600) // exclusive: neither replaces a file nor follows a link
  try {
    await file.chmod(entry.mode ?? 0o644) // not with open: the umask would have a say
    if (content !== undefined) await file.writeFile(content)
    else await pipeline(await openEntry(archive, entry), file.createWriteStream(), { ...(signal && { signal }) })
  } finally {
    await file.close()
  }
}

/** Makes folders below `root`, each once, and refuses to go through a link that was there before. */
function folderMaker(root: string): (path: string) => Promise<void> {
  const made = new Map<string, Promise<void>>([['.', Promise.resolve()]])
  const make = (path: string): Promise<void> => {
    const known = made.get(path)
    if (known !== undefined) return known
    const work = make(dirname(path)).then(async () => {
      try {
        await mkdir(join(root, path))
      } catch (error) {
        if (!(await lstat(join(root, path))).isDirectory())
          throw new ArchiveRefused(`entry ${quote(path)}: there is something else in the place of this folder`, {
            cause: error,
          })
      }
    })
    made.set(path, work)
    return work
  }
  return make
}

async function spooled<T>(
  source: Readable,
  { maxBytes = 20_000_000_000, signal }: UnzipLimits & { readonly signal?: AbortSignal },
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-unzip-'))
  try {
    const path = join(folder, 'archive.zip')
    let bytes = 0
    const limit = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length
        if (bytes <= maxBytes) done(null, chunk)
        else done(new ArchiveRefused(`the archive itself is larger than ${maxBytes} bytes`))
      },
    })
    await pipeline(source, limit, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { ...(signal && { signal }) })
    return await use(path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Stops handing out work at the first error, and waits for what is under way before it throws it. */
async function forEach<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let failed = false
  const worker = async (): Promise<void> => {
    for (const item of iterator) {
      if (failed) return
      await work(item).catch((error: unknown) => {
        failed = true
        throw error
      })
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  for (const result of workers) if (result.status === 'rejected') throw result.reason
}
