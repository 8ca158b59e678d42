/** The browser app as it was built: a map of the files that there are. What is not in the map does not exist, so no path leads out. */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export interface AppFile {
  readonly type: string
  readonly etag: string
  /** its name changes with its content */
  readonly immutable: boolean
  /** as it is, and compressed where that is worth it; made when first asked for, then kept */
  body(encoding: Encoding | undefined): Promise<Buffer>
  readonly encodings: readonly Encoding[]
}

export type Encoding = 'br' | 'gzip'

export interface AppFiles {
  /** @param path below the app's own, e.g. `assets/index-1a2b.js`; `index.html` is the page */
  find(path: string): Promise<AppFile | undefined>
}

const SIBLINGS: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' }

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}
const COMPRESSIBLE = /^text\/|json|svg/
/** smaller ones gain nothing */
const WORTH_COMPRESSING = 1024

/** @param folder where the build has put them; a new build is noticed by its page */
export function openAppFiles(folder: string): AppFiles {
  let loaded: { readonly builtAt: number; readonly files: Promise<ReadonlyMap<string, AppFile>> } | undefined
  return {
    async find(path) {
      const page = await stat(join(folder, 'index.html')).catch(() => undefined)
      if (page === undefined) return undefined
      if (loaded?.builtAt !== page.mtimeMs) loaded = { builtAt: page.mtimeMs, files: load(folder) }
      return (await loaded.files).get(path)
    },
  }
}

async function load(folder: string): Promise<ReadonlyMap<string, AppFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length)
        .split(sep)
        .filter((part) => part !== '')
        .join('/'),
    )
  const all = new Set(paths)
  const own = paths.filter((path) => !Object.values(SIBLINGS).some((end) => path.endsWith(end)))
  return new Map(await Promise.all(own.map(async (path) => [path, await describe(folder, path, all)] as const)))
}

async function describe(folder: string, path: string, all: ReadonlySet<string>): Promise<AppFile> {
  const content = await readFile(join(folder, path))
  const type = TYPES[extname(path)] ?? 'application/octet-stream'
  const compressible = COMPRESSIBLE.test(type) && content.length >= WORTH_COMPRESSING
  const kept = new Map<Encoding, Promise<Buffer>>()
  return {
    type,
    etag: `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
    immutable: path.startsWith('assets/'),
    encodings: compressible ? ['br', 'gzip'] : [],
    async body(encoding) {
      if (encoding === undefined || !compressible) return content
      const known = kept.get(encoding)
      if (known !== undefined) return known
      const sibling = path + SIBLINGS[encoding]
      const made = all.has(sibling) ? readFile(join(folder, sibling)) : compress(content, encoding)
      kept.set(encoding, made)
      return made
    },
  }
}

const compress = (content: Buffer, encoding: Encoding): Promise<Buffer> =>
  encoding === 'br'
    ? promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } })
    : promisify(gzip)(content)
