import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { addAbortSignal, Readable } from 'node:stream'
import type { KeyRing } from '../../keys/keys.ts'
import type { BlobStore } from '../artifacts.ts'
import { BlobNotFound } from '../errors.ts'
import { readBlob } from './blob-reader.ts'
import { BlobWriter } from './blob-writer.ts'
import { encodeHeader } from './frames.ts'

export interface DiskOptions {
  /** made when missing; blobs live in 256 folders below it */
  readonly folder: string
  readonly keys: KeyRing
}

const ID = /^[0-9a-f]{32}$/
const SHARD = /^[0-9a-f]{2}$/
/** A draft this old belongs to a server that died: no upload takes a day. */
const ABANDONED_MS = 24 * 60 * 60 * 1000

/** Blobs as encrypted files. Several servers may share the folder. */
export async function openBlobStore({ folder, keys }: DiskOptions): Promise<BlobStore> {
  const drafts = join(folder, 'drafts')
  await mkdir(drafts, { recursive: true, mode: 0o700 })
  await removeAbandoned(drafts)

  const put: BlobStore['put'] = async (content, { signal } = {}) => {
    signal?.throwIfAborted()
    const id = randomBytes(16).toString('hex')
    const draft = join(drafts, id)
    const { plaintext, wrapped } = keys.createDataKey()
    const path = pathOf(folder, id)
    const file = await open(draft, 'wx', 0o600)
    try {
      const writer = new BlobWriter(file, encodeHeader(wrapped), { key: plaintext, blobId: Buffer.from(id, 'latin1') })
      const written = await closing(file, async () => {
        const written = await fill(writer, content, signal)
        await publish(draft, path)
        // Together, and after the renaming: file systems flush the content, its name and what others wait for in one go. Until both
        // have ended nobody knows the id, so what a power cut leaves under it is found by nobody.
        await Promise.all([file.datasync(), syncFolder(dirname(path))])
        return written
      })
      signal?.throwIfAborted()
      return { id, ...written }
    } catch (error) {
      await Promise.all([draft, path].map((left) => rm(left, { force: true })))
      if (content instanceof Readable) content.destroy()
      throw signal?.aborted === true ? signal.reason : error
    }
  }

  const get: BlobStore['get'] = async (id, range) => readBlob(await openExisting(folder, id), id, keys, range)

  return {
    put,
    get,
    async concat(ids, options = {}) {
      for (const id of ids) await (await openExisting(folder, id)).close() // before a byte is copied
      return put(Readable.from(each(ids, get)), options)
    },
    async delete(id) {
      await rm(pathOf(folder, id), { force: true })
    },
    async *olderThan(instant) {
      for (const shard of await readdir(folder)) {
        const old: string[] = []
        for (const id of SHARD.test(shard) ? await readdir(join(folder, shard)) : []) {
          if (ID.test(id) && ((await modifiedAt(join(folder, shard, id))) ?? Infinity) < instant) old.push(id)
        }
        if (old.length > 0) yield old
      }
    },
  }
}

async function fill(
  writer: BlobWriter,
  content: Readable | Uint8Array,
  signal: AbortSignal | undefined,
): Promise<{ size: number; md5: string }> {
  if (content instanceof Readable) {
    if (signal) addAbortSignal(signal, content)
    for await (const chunk of content as AsyncIterable<Uint8Array | string>)
      await writer.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  } else await writer.write(content)
  signal?.throwIfAborted()
  return writer.end()
}

/** Gives the finished draft its name. */
async function publish(draft: string, path: string): Promise<void> {
  try {
    await rename(draft, path)
  } catch (error) {
    if (!isMissing(error)) throw error
    const shard = dirname(path)
    await mkdir(shard, { recursive: true, mode: 0o700 })
    await syncFolder(dirname(shard))
    await rename(draft, path)
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  await closing(folder, () => folder.sync())
}

async function* each(ids: readonly string[], get: BlobStore['get']): AsyncGenerator<Uint8Array> {
  for (const id of ids) yield* (await get(id)) as AsyncIterable<Uint8Array>
}

async function openExisting(folder: string, id: string): Promise<FileHandle> {
  try {
    return await open(pathOf(folder, id), 'r')
  } catch (error) {
    if (isMissing(error)) throw new BlobNotFound(`no blob ${id}`, { cause: error })
    throw error
  }
}

/** The only way from an id to a path; anything that is not exactly one of our ids goes no further. */
function pathOf(folder: string, id: string): string {
  if (!ID.test(id)) throw new BlobNotFound('not the id of a blob')
  return join(folder, id.slice(0, 2), id)
}

async function removeAbandoned(drafts: string): Promise<void> {
  const oldest = Date.now() - ABANDONED_MS
  for (const name of await readdir(drafts)) {
    const draft = join(drafts, name)
    const mtime = await modifiedAt(draft)
    if (mtime !== undefined && mtime < oldest) await rm(draft, { force: true })
  }
}

/** undefined: somebody was faster and removed it */
const modifiedAt = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (stats) => stats.mtimeMs,
    () => undefined,
  )

async function closing<T>(file: FileHandle, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } finally {
    await file.close()
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT'
