import { crc32, deflateRawSync } from 'node:zlib'
import type { ObjectReader } from './object-reader.ts'
import { decodeName, encodeName, FOLDER_MODE, parseCommit, type TreeItem } from './objects.ts'

/**
 * The ZIP that `git archive` would make of a small tree, made here: starting git takes longer than the archive itself.
 * @returns undefined when the tree is large, or when git would look at more than the tree (`.gitattributes` may change line ends)
 */
export async function smallArchive(reader: ObjectReader, commitId: string): Promise<Buffer | undefined> {
  const content = await reader.content(commitId, 'commit')
  if (content === undefined) return undefined
  const commit = parseCommit(commitId, content)
  const listed = await listTree(reader, commit.treeId)
  if (listed === undefined) return undefined
  const files = await Promise.all(listed.map((entry) => withContent(reader, entry)))
  if (files.some((entry) => isFile(entry) && entry.content === undefined)) return undefined
  return zipOf(files, { at: commit.committer.at, comment: commitId })
}

/** Compressing this much stops the server for about as long as starting git would. */
const MAX_BYTES = 256 << 10
const MAX_ENTRIES = 200

interface Entry extends TreeItem {
  /** from the root, its bytes as latin1; of a folder with a slash at the end */
  readonly path: string
  readonly content?: Buffer
}

const isFile = ({ mode }: TreeItem): boolean => mode !== FOLDER_MODE && mode !== '160000'

/** In the order of `git archive`: a folder before what is in it. A submodule is an empty folder. */
async function listTree(reader: ObjectReader, treeId: string): Promise<Entry[] | undefined> {
  let seen = 0
  let bytes = 0
  const list = async (id: string, prefix: string): Promise<Entry[] | undefined> => {
    const items = await reader.tree(id)
    seen += items?.length ?? 0
    // git leaves out folders in which there is nothing
    if (items === undefined || items.length === 0 || seen > MAX_ENTRIES || items.some(isBeyondUs)) return undefined
    const parts = await Promise.all(
      items.map(async (item): Promise<Entry[] | undefined> => {
        const path = prefix + item.rawName
        if (item.mode === '160000') return [{ ...item, path: `${path}/` }]
        if (item.mode === FOLDER_MODE) {
          const inside = await list(item.id, `${path}/`)
          return inside && [{ ...item, path: `${path}/` }, ...inside]
        }
        const blob = await reader.describe(item.id)
        bytes += blob?.size ?? Infinity
        return bytes > MAX_BYTES ? undefined : [{ ...item, path }]
      }),
    )
    const entries = parts.flatMap((part) => part ?? [])
    return parts.includes(undefined) ? undefined : entries
  }
  return list(treeId, '')
}

/** Attributes are git's to apply, and so are names that are no UTF-8. */
const isBeyondUs = ({ rawName }: TreeItem): boolean =>
  rawName === '.gitattributes' || encodeName(decodeName(rawName)) !== rawName

async function withContent(reader: ObjectReader, entry: Entry): Promise<Entry> {
  if (!isFile(entry)) return entry
  const content = await reader.content(entry.id, 'blob')
  return content === undefined ? entry : { ...entry, content }
}

const SIGNATURES = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 }
const VERSION_NEEDED = 10
/** made on Unix: the upper half of the attributes is a mode; git says so only where the mode matters */
const MADE_ON_UNIX = 0x0317
const NAME_IS_UTF8 = 0x800
const STORED = 0
const DEFLATED = 8
const FOLDER_ATTRIBUTE = 0x10

/** Field by field what git writes. Source: PKWARE's APPNOTE.TXT 4.3 and git's archive-zip.c, as observed in its output. */
function zipOf(entries: readonly Entry[], { at, comment }: { at: number; comment: string }): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  const time = dosTime(at)
  const extra = Buffer.alloc(9) // Info-ZIP's time in seconds, with which the time does not depend on a zone
  extra.write('UT', 'latin1')
  extra.writeUInt16LE(5, 2)
  extra[4] = 1
  extra.writeUInt32LE(Math.max(0, Math.min(at, 0xffff_ffff)), 5)
  let offset = 0
  for (const { path, mode, content = Buffer.alloc(0) } of entries) {
    const name = Buffer.from(path, 'latin1')
    const isLink = mode === '120000'
    const deflated = isLink || content.length === 0 ? content : deflateRawSync(content, { level: 1 })
    const packed = deflated.length < content.length ? deflated : content
    const common = Buffer.alloc(26)
    common.writeUInt16LE(VERSION_NEEDED, 0)
    common.writeUInt16LE(name.some((byte) => byte > 0x7f) ? NAME_IS_UTF8 : 0, 2)
    common.writeUInt16LE(packed === content ? STORED : DEFLATED, 4)
    common.writeUInt32LE(time, 6)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(name.length, 22)
    common.writeUInt16LE(extra.length, 24)
    const hasMode = isLink || mode === '100755'
    const attributes = hasMode ? (isLink ? 0o120777 : 0o100755) * 0x10000 : path.endsWith('/') ? FOLDER_ATTRIBUTE : 0
    const central = Buffer.alloc(46)
    central.writeUInt32LE(SIGNATURES.central, 0)
    central.writeUInt16LE(hasMode ? MADE_ON_UNIX : 0, 4)
    common.copy(central, 6)
    central.writeUInt16LE(!path.endsWith('/') && isText(content) ? 1 : 0, 36)
    central.writeUInt32LE(attributes, 38)
    central.writeUInt32LE(offset, 42)
    directory.push(central, name, extra)
    const local = Buffer.alloc(4)
    local.writeUInt32LE(SIGNATURES.local, 0)
    parts.push(local, common, name, extra, packed)
    offset += 4 + common.length + name.length + extra.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(SIGNATURES.end, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  )
  end.writeUInt32LE(offset, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...parts, ...directory, end, Buffer.from(comment)])
}

/** git's guess. */
const isText = (content: Buffer): boolean => !content.subarray(0, 8000).includes(0)

/** Two seconds exact, in the zone of this machine, as the format wants it: the time in the lower half, the date in the upper. */
function dosTime(at: number): number {
  const date = new Date(at * 1000)
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1)
  const day = (Math.max(0, date.getFullYear() - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate()
  return day * 0x10000 + time
}
