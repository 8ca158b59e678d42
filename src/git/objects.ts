import type { GitCommit, GitIdentity, GitTreeEntry } from './git.ts'
import { GitFailed } from './errors.ts'

type Mode = GitTreeEntry['mode']

export interface TreeItem {
  /** one part of a path, its bytes as latin1: git's names are bytes, and what is not UTF-8 must survive being written again */
  readonly rawName: string
  readonly mode: Mode
  readonly id: string
}

/** As UTF-8, for people; use only for showing and comparing with what people gave. */
export const decodeName = (rawName: string): string => Buffer.from(rawName, 'latin1').toString('utf8')
export const encodeName = (name: string): string => Buffer.from(name, 'utf8').toString('latin1')

export const FOLDER_MODE = '040000'

// git writes folders as 40000; 100664 is a leftover of its first months and means 100644
const MODES: Readonly<Record<string, Mode>> = {
  '40000': FOLDER_MODE,
  '040000': FOLDER_MODE,
  '100644': '100644',
  '100664': '100644',
  '100755': '100755',
  '120000': '120000',
  '160000': '160000',
}

export function parseTree(content: Buffer): TreeItem[] {
  const items: TreeItem[] = []
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at)
    const nul = content.indexOf(0, space)
    const mode = MODES[content.toString('latin1', at, space)]
    if (space < 0 || nul < 0 || nul + 21 > content.length || mode === undefined)
      throw new GitFailed('a tree is damaged')
    items.push({
      mode,
      rawName: content.toString('latin1', space + 1, nul),
      id: content.toString('hex', nul + 1, nul + 21),
    })
    at = nul + 21
  }
  return items
}

export function encodeTree(items: readonly TreeItem[]): Buffer {
  // git's order: by bytes, folders as if their names ended in a slash
  const key = ({ rawName, mode }: TreeItem): string => (mode === FOLDER_MODE ? `${rawName}/` : rawName)
  const sorted = items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
  return Buffer.concat(
    sorted.flatMap(({ mode, rawName, id }) => [
      Buffer.from(`${mode === FOLDER_MODE ? '40000' : mode} ${rawName}\0`, 'latin1'),
      Buffer.from(id, 'hex'),
    ]),
  )
}

export function parseCommit(id: string, content: Buffer): GitCommit {
  const text = content.toString('utf8')
  const end = text.indexOf('\n\n')
  const head = end < 0 ? text : text.slice(0, end)
  const lines = head.split('\n')
  const all = (key: string): string[] =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1))
  const [treeId] = all('tree')
  if (treeId === undefined) throw new GitFailed(`commit ${id} is damaged`)
  return {
    id,
    treeId,
    parents: all('parent'),
    author: parseIdentity(all('author')[0]),
    committer: parseIdentity(all('committer')[0]),
    message: end < 0 ? '' : text.slice(end + 2),
  }
}

export function encodeCommit({ treeId, parents, author, committer, message }: Omit<GitCommit, 'id'>): Buffer {
  const lines = [
    `tree ${treeId}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${formatIdentity(author)}`,
    `committer ${formatIdentity(committer)}`,
    '',
    // a NUL would end the message for git
    message.replaceAll('\0', ''),
  ]
  const text = lines.join('\n')
  return Buffer.from(text.endsWith('\n') ? text : `${text}\n`)
}

/** Histories contain everything; what cannot be read becomes an empty name at the epoch instead of an error. */
function parseIdentity(line = ''): GitIdentity {
  const [, name = '', email = '', at = '0', zone = '+0000'] =
    /^(.*?) ?<(.*?)>(?: (-?\d+))?(?: ([+-]\d{4}))?/.exec(line) ?? []
  return { name, email, at: Number(at), zone }
}

/** The characters that would end the field or the line are dropped, as git does. */
function formatIdentity({ name, email, at, zone }: GitIdentity): string {
  const clean = (text: string): string => text.replaceAll(/[<>\n\r\0]/g, '').trim()
  return `${clean(name)} <${clean(email)}> ${Math.max(0, Math.floor(at))} ${/^[+-]\d{4}$/.test(zone) ? zone : '+0000'}`
}
