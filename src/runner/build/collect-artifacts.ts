/** Which files of a finished build go into an artifact. Source: codebuild.md section 5. */
import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize, relative } from 'node:path'
import picomatch from 'picomatch'
import type { ArtifactsSpec } from '../../core/buildspec/buildspec.ts'
import { PhaseFailure } from './failure.ts'

export interface ArtifactFile {
  /** in the artifact, forward slashes */
  readonly path: string
  readonly mode: number
  readonly content:
    | { readonly type: 'File'; readonly hostPath: string; readonly size: number }
    | { readonly type: 'Link'; readonly target: string }
}

export interface CollectContext {
  /** host path of the primary source folder */
  readonly source: string
  /** host path of everything a build may have written; links that lead out of it are not followed */
  readonly boundary: string
  /** a path as commands see it -> host path */
  readonly outside: (path: string) => string | undefined
  readonly say: (message: string) => void
}

const GLOB = { dot: true, nonegate: true, posixSlashes: true } as const

/**
 * @param spec with variables in its paths already expanded
 * @throws PhaseFailure CLIENT_ERROR when nothing matches
 */
export async function collectArtifacts(spec: ArtifactsSpec, context: CollectContext): Promise<readonly ArtifactFile[]> {
  const boundary = await realpath(context.boundary)
  const source = await realpath(context.source)
  context.say(`Expanding base directory path: ${spec.baseDirectory ?? '.'}`)
  const bases = await baseDirectories(spec.baseDirectory ?? '.', source, context)
  const isExcluded = picomatch(
    spec.excludePaths.map((path) => normalize(path)),
    GLOB,
  )
  const files = new Map<string, ArtifactFile>()
  for (const base of bases) {
    context.say('Assembling file list')
    for (const pattern of spec.files) {
      context.say(`Expanding ${pattern}`)
      const found = await expandPattern(pattern, base, context)
      if (found.length === 0) context.say(`Skipping invalid file path ${pattern}`)
      for (const path of found) {
        const inBase = relative(base, path).replace(/^(\.\.\/)+/, '')
        if (isExcluded(inBase)) continue
        const name = spec.discardPaths ? basename(inBase) : inBase
        const file = await readFile(path, name, boundary, spec.enableSymlinks)
        if (file === undefined)
          context.say(`Skipping symbolic link ${inBase}: it leads out of the build's folders or to nothing`)
        else files.set(name, file)
      }
    }
  }
  context.say(`Found ${files.size} file(s)`)
  if (files.size === 0) throw new PhaseFailure('CLIENT_ERROR', 'no matching artifact paths found')
  return [...files.values()]
}

async function baseDirectories(pattern: string, source: string, context: CollectContext): Promise<readonly string[]> {
  const { base, isGlob } = picomatch.scan(normalize(pattern))
  const root = hostPath(isGlob ? base : normalize(pattern), source, context)
  const candidates = root === undefined ? [] : isGlob ? await matchingFolders(pattern, base, root) : [root]
  const folders: string[] = []
  for (const folder of candidates)
    if ((await stat(folder).catch(() => undefined))?.isDirectory()) folders.push(await realpath(folder))
  const boundary = await realpath(context.boundary)
  const inside = folders.filter((folder) => isWithin(boundary, folder))
  if (inside.length === 0)
    throw new PhaseFailure('CLIENT_ERROR', `no matching base directory path found for ${pattern}`)
  return inside.toSorted()
}

async function matchingFolders(pattern: string, base: string, root: string): Promise<readonly string[]> {
  const matches = picomatch(normalize(pattern).replace(/\/$/, ''), GLOB)
  const entries = await readdir(root, { withFileTypes: true, recursive: pattern.includes('/') }).catch(() => [])
  return entries
    .filter((entry) => !entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => matches(join(base, relative(root, path))))
}

/** @returns paths of files and links below the pattern's fixed part that match it */
async function expandPattern(pattern: string, base: string, context: CollectContext): Promise<readonly string[]> {
  const clean = normalize(pattern)
  const scanned = picomatch.scan(clean)
  const start = hostPath(scanned.isGlob ? scanned.base : clean, base, context)
  if (start === undefined) return []
  if (!scanned.isGlob) return (await isFile(start)) ? [start] : []
  const matches = picomatch(scanned.glob, GLOB)
  const found: string[] = []
  await walk(start, new Set(), (path) => {
    if (matches(relative(start, path))) found.push(path)
  })
  return found.toSorted()
}

const hostPath = (path: string, base: string, { outside }: CollectContext): string | undefined =>
  isAbsolute(path) ? outside(path) : join(base, path)

const isFile = async (path: string): Promise<boolean> => {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isSymbolicLink()) return !(await stat(path).catch(() => undefined))?.isDirectory()
  return found?.isFile() ?? false
}

/** Links to folders are walked as folders; a folder within itself ends the walk. */
async function walk(folder: string, above: ReadonlySet<string>, visit: (path: string) => void): Promise<void> {
  const real = await realpath(folder).catch(() => undefined)
  if (real === undefined || above.has(real)) return
  const entries = await readdir(real, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(folder, entry.name)
    const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry
    if (target?.isDirectory()) await walk(path, new Set([...above, real]), visit)
    else if (entry.isFile() || entry.isSymbolicLink()) visit(path)
  }
}

/** @returns undefined for a link that must not be followed: the artifact is packed by the runner, which sees more than the build did */
async function readFile(
  path: string,
  name: string,
  boundary: string,
  keepLinks: boolean,
): Promise<ArtifactFile | undefined> {
  const real = await realpath(path).catch(() => undefined)
  if (real === undefined || !isWithin(boundary, real)) return undefined
  const own = await lstat(path)
  if (keepLinks && own.isSymbolicLink()) {
    const target = await readlink(path)
    return {
      path: name,
      mode: 0o120_777,
      content: { type: 'Link', target: isAbsolute(target) ? relative(dirname(path), real) : target },
    }
  }
  const found = await stat(real)
  if (!found.isFile()) return undefined
  return { path: name, mode: found.mode & 0o777, content: { type: 'File', hostPath: real, size: found.size } }
}

const isWithin = (folder: string, path: string): boolean => {
  const rest = relative(folder, path)
  return rest === '' || (rest !== '..' && !rest.startsWith('../') && !isAbsolute(rest))
}
