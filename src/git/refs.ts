import { open, readdir, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { GitFailed } from './errors.ts'
import { isObjectId } from './names.ts'

/** Reads refs straight from the repository's files: no process to start, so a push is resolved in microseconds. */
export interface Refs {
  /** @param ref full name, checked */
  read(ref: string): Promise<string | undefined>
  /** sorted by name @param prefix `refs/heads/` */
  list(prefix: string): Promise<readonly { readonly ref: string; readonly id: string }[]>
  /** the full ref that HEAD names, whether it exists or not */
  head(): Promise<string | undefined>
  setHead(ref: string): Promise<void>
}

export function openRefs(gitDir: string): Refs {
  const packed = packedRefs(gitDir)
  return {
    // The order matters: git packs a ref first and removes its file after, so what is in neither place in this order never existed.
    async read(ref) {
      return (await readLoose(join(gitDir, ref))) ?? (await packed()).get(ref)
    },
    async list(prefix) {
      const loose = await listLoose(gitDir, prefix)
      const all = new Map([...(await packed())].filter(([ref]) => ref.startsWith(prefix)))
      for (const [ref, id] of loose) all.set(ref, id)
      return [...all].map(([ref, id]) => ({ ref, id })).sort((a, b) => (a.ref < b.ref ? -1 : 1))
    },
    async head() {
      return /^ref: (\S+)\n?$/.exec(await readFile(join(gitDir, 'HEAD'), 'utf8'))?.[1]
    },
    setHead: (ref) => replaceLocked(join(gitDir, 'HEAD'), `ref: ${ref}\n`),
  }
}

async function readLoose(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(absent)
  if (text === undefined) return undefined
  const id = text.trimEnd()
  if (!isObjectId(id)) throw new GitFailed(`the ref file ${path} is damaged`)
  return id
}

async function listLoose(gitDir: string, prefix: string): Promise<Map<string, string>> {
  const refs = new Map<string, string>()
  const entries = (await readdir(join(gitDir, prefix), { recursive: true, withFileTypes: true }).catch(absent)) ?? []
  await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isFile() || entry.name.endsWith('.lock')) return
      const path = join(entry.parentPath, entry.name)
      const id = await readLoose(path)
      if (id !== undefined) refs.set(path.slice(gitDir.length + 1), id)
    }),
  )
  return refs
}

/** The parsed `packed-refs`, read again only when the file has changed. */
function packedRefs(gitDir: string): () => Promise<ReadonlyMap<string, string>> {
  const path = join(gitDir, 'packed-refs')
  let known: { stamp: string; refs: ReadonlyMap<string, string> } = { stamp: '', refs: new Map() }
  return async () => {
    const stats = await stat(path, { bigint: true }).catch(absent)
    if (stats === undefined) return new Map()
    const stamp = `${stats.ino}:${stats.size}:${stats.mtimeNs}`
    if (stamp !== known.stamp) {
      const lines = (await readFile(path, 'utf8')).split('\n')
      const pairs = lines.flatMap((line): [string, string][] => {
        const [id = '', ref] = line.split(' ')
        return ref !== undefined && isObjectId(id) ? [[ref, id]] : []
      })
      known = { stamp, refs: new Map(pairs) }
    }
    return known.refs
  }
}

/** git's own way to change a file of a repository: an exclusive lock file that becomes the file. */
async function replaceLocked(path: string, content: string): Promise<void> {
  const lock = `${path}.lock`
  let file: FileHandle
  try {
    file = await open(lock, 'wx', 0o644)
  } catch (error) {
    throw new GitFailed(`${path} is being changed by somebody else`, { cause: error })
  }
  try {
    await file.writeFile(content)
    await file.datasync()
  } catch (error) {
    await rm(lock, { force: true })
    throw error
  } finally {
    await file.close()
  }
  await rename(lock, path)
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR') return undefined
  throw error
}
