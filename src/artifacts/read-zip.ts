import type { Readable } from 'node:stream'
import { openArchive, openEntry, type UnzipLimits } from './archive.ts'

export interface ArchiveEntry {
  /** relative and safe, forward slashes */
  readonly path: string
  /** a link's content is its target */
  readonly kind: 'file' | 'link'
  /** Unix permission bits; 0o644 when the archive does not tell */
  readonly mode: number
  readonly size: number
  /** Works during the iteration and after it. The stream fails with ArchiveRefused when size or checksum are wrong. */
  open(): Promise<Readable>
}

/**
 * The files of an archive, in its order, without unpacking it. Folders are not listed.
 * @throws ArchiveRefused for everything `unzipTo` refuses, before the first entry, except that links are only shown
 */
export async function* readZip(file: string, limits: UnzipLimits = {}): AsyncGenerator<ArchiveEntry> {
  await using archive = await openArchive(file, limits)
  let open = true
  try {
    for (const entry of archive.entries) {
      const { path, kind, size, mode = 0o644 } = entry
      if (kind === 'folder') continue
      yield { path, kind, size, mode, open: () => (open ? openEntry(archive, entry) : openAgain(file, limits, path)) }
    }
  } finally {
    open = false
  }
}

/** For who collected entries first and opens them later. */
async function openAgain(file: string, limits: UnzipLimits, path: string): Promise<Readable> {
  const archive = await openArchive(file, limits)
  try {
    const entry = archive.entries.find((candidate) => candidate.path === path)
    if (entry === undefined) throw new Error(`the archive ${file} no longer contains ${path}`)
    const content = await openEntry(archive, entry)
    content.once('close', () => void archive[Symbol.asyncDispose]())
    return content
  } catch (error) {
    await archive[Symbol.asyncDispose]()
    throw error
  }
}
