import { encodeName, FOLDER_MODE, type TreeItem } from './objects.ts'

export interface PutFile {
  readonly path: string
  readonly mode: TreeItem['mode']
  readonly id: string
}

export interface TreeEdit {
  readonly put: readonly PutFile[]
  readonly remove: readonly string[]
  /** the id of an empty blob, to be put as `.gitkeep` into folders that lost their last file */
  readonly keepEmptyFoldersWith?: string | undefined
}

interface TreeStore {
  read(treeId: string): Promise<readonly TreeItem[]>
  write(items: readonly TreeItem[]): string
}

/** Changes wanted below one folder: a file to be there, nothing to be there, or changes further down. */
type Change = { readonly file: Pick<TreeItem, 'mode' | 'id'> } | { readonly gone: true } | { readonly below: Changes }
type Changes = Map<string, Change>

/** @returns the id of the tree with the edit applied; only the folders on the way to a change are read and written */
export async function editTree(store: TreeStore, treeId: string | undefined, edit: TreeEdit): Promise<string> {
  const changes: Changes = new Map()
  for (const path of edit.remove) place(changes, path, { gone: true })
  for (const { path, mode, id } of edit.put) place(changes, path, { file: { mode, id } })
  return (await apply(store, treeId, changes, edit.keepEmptyFoldersWith)) ?? store.write([])
}

/** @returns undefined when nothing is left in the folder */
async function apply(
  store: TreeStore,
  treeId: string | undefined,
  changes: Changes,
  keep: string | undefined,
): Promise<string | undefined> {
  const items = new Map((treeId === undefined ? [] : await store.read(treeId)).map((item) => [item.rawName, item]))
  const wasEmpty = items.size === 0
  for (const [rawName, change] of changes) {
    const item = items.get(rawName)
    if ('file' in change) items.set(rawName, { rawName, ...change.file })
    else if ('gone' in change) items.delete(rawName)
    else if (item?.mode === FOLDER_MODE || putsSomething(change.below)) {
      const folder = item?.mode === FOLDER_MODE ? item.id : undefined
      const id = await apply(store, folder, change.below, keep)
      if (id === undefined) items.delete(rawName)
      else items.set(rawName, { rawName, mode: FOLDER_MODE, id })
    }
  }
  if (items.size === 0) {
    if (keep === undefined || wasEmpty) return undefined
    items.set('.gitkeep', { rawName: '.gitkeep', mode: '100644', id: keep })
  }
  return store.write([...items.values()])
}

function place(changes: Changes, path: string, change: Change): void {
  const parts = path.split('/').map(encodeName)
  const name = parts.pop() ?? ''
  let at = changes
  for (const part of parts) {
    const existing = at.get(part)
    const below: Changes = existing !== undefined && 'below' in existing ? existing.below : new Map()
    if (existing === undefined || !('below' in existing)) at.set(part, { below })
    at = below
  }
  at.set(name, change)
}

const putsSomething = (changes: Changes): boolean =>
  [...changes.values()].some((change) => 'file' in change || ('below' in change && putsSomething(change.below)))
