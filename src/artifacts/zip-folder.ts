import { constants } from 'node:fs'
import { lstat, open, readdir, readlink, realpath, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import type { ZipEntry } from './zip.ts'

export interface ZipFolderOptions {
  /** keep symbolic links as links (buildspec's `enable-symlinks: yes`) instead of putting what they point to in their place */
  readonly enableSymlinks?: boolean
}

interface Root {
  readonly path: string
  readonly enableSymlinks: boolean
  /** folder as named -> folder as it is, checked to be inside */
  readonly folders: Map<string, Promise<string>>
}

/** Files up to this are read whole: a stream for each would cost more than the reading. */
const SMALL_BYTES = 256 * 1024
/** Files opened side by side. */
const AT_ONCE = 16
// never through a link that appeared after we looked, and never waiting for the writer of a pipe
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

export async function* folderEntries(
  folder: string,
  paths: readonly string[],
  { enableSymlinks = false }: ZipFolderOptions,
): AsyncGenerator<ZipEntry> {
  const root: Root = { path: await realpath(folder), enableSymlinks, folders: new Map() }
  const sorted = [...new Set(paths)].sort()
  for (let at = 0; at < sorted.length; at += AT_ONCE)
    for (const entries of await Promise.all(sorted.slice(at, at + AT_ONCE).map((path) => load(root, path, []))))
      yield* entries
}

/** @param through real paths of the folders that links have led us into; empty while on named paths */
async function load(root: Root, path: string, through: readonly string[]): Promise<readonly ZipEntry[]> {
  if (isAbsolute(path) || path.split('/').includes('..')) throw new Error(`${path} is not a path inside the folder`)
  const real = join(await realFolder(root, dirname(path)), basename(path))
  if ((await lstat(real)).isSymbolicLink()) return loadLink(root, path, real, through)
  return loadReal(path, real, (children) =>
    through.length === 0 ? Promise.resolve([]) : loadChildren(root, path, real, children, through),
  )
}

async function loadReal(
  path: string,
  real: string,
  loadFolder: (children: readonly string[]) => Promise<readonly ZipEntry[]>,
): Promise<readonly ZipEntry[]> {
  const file = await open(real, OPEN_FLAGS)
  let children: readonly string[]
  try {
    const { mode, mtime, size, ...stats } = await file.stat().then((found) => ({
      mode: found.mode,
      mtime: found.mtime,
      size: found.size,
      isFile: found.isFile(),
      isFolder: found.isDirectory(),
    }))
    if (stats.isFile)
      return [{ path, mode, mtime, content: size <= SMALL_BYTES ? await file.readFile() : () => openStream(real) }]
    if (!stats.isFolder) throw new Error(`${path} is neither a file nor a folder`)
    children = await readdir(real)
    if (children.length === 0) return [{ path: path.endsWith('/') ? path : `${path}/`, mode, mtime }]
  } finally {
    await file.close()
  }
  return loadFolder(children)
}

async function loadChildren(
  root: Root,
  path: string,
  real: string,
  children: readonly string[],
  through: readonly string[],
): Promise<readonly ZipEntry[]> {
  if (through.includes(real)) throw new Error(`the symbolic link ${path} leads back to a folder that contains it`)
  const entries: ZipEntry[] = []
  for (const child of children.toSorted()) entries.push(...(await load(root, `${path}/${child}`, [...through, real])))
  return entries
}

async function loadLink(
  root: Root,
  path: string,
  real: string,
  through: readonly string[],
): Promise<readonly ZipEntry[]> {
  const target = await realpath(real).catch((error: unknown) => {
    throw new Error(`the symbolic link ${path} points to nothing`, { cause: error })
  })
  if (!isInside(root.path, target)) throw new Error(`the symbolic link ${path} leaves the folder`)
  if (root.enableSymlinks) {
    const written = await readlink(real)
    // an absolute link means nothing on the machine that unpacks
    const content = isAbsolute(written) ? relative(dirname(real), target) : written
    return [{ path, mode: 0o120_777, mtime: (await lstat(real)).mtime, content }]
  }
  if ((await stat(target)).isDirectory() && isInside(target, real))
    throw new Error(`the symbolic link ${path} leads back to a folder that contains it`)
  return loadReal(path, target, (children) => loadChildren(root, path, target, children, through))
}

function realFolder(root: Root, folder: string): Promise<string> {
  const known = root.folders.get(folder)
  if (known !== undefined) return known
  const found = realpath(join(root.path, folder)).then((real) => {
    if (!isInside(root.path, real)) throw new Error(`the folder ${folder} lies outside, behind a symbolic link`)
    return real
  })
  root.folders.set(folder, found)
  return found
}

async function openStream(real: string): Promise<ReturnType<FileHandle['createReadStream']>> {
  return (await open(real, OPEN_FLAGS)).createReadStream({ highWaterMark: SMALL_BYTES })
}

const isInside = (root: string, path: string): boolean =>
  path === root || path.startsWith(root === sep ? sep : root + sep)
