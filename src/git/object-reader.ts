import type { CatFile, GitObject } from './cat-file.ts'
import { FOLDER_MODE, encodeName, parseTree, type TreeItem } from './objects.ts'

export interface ObjectReader {
  /** type and size, without the content */
  describe(name: string): Promise<GitObject | undefined>
  /** the content, if the object exists and is of this type */
  content(id: string, type: 'commit' | 'tree' | 'blob'): Promise<Buffer | undefined>
  tree(id: string): Promise<readonly TreeItem[] | undefined>
  /** the id of a commit's root tree */
  rootTree(commitId: string): Promise<string | undefined>
  /** what is at a path below a tree; undefined when nothing is. The path '' is the tree itself. */
  find(treeId: string, path: string): Promise<Pick<TreeItem, 'mode' | 'id'> | undefined>
}

export function createObjectReader(batch: CatFile, check: CatFile): ObjectReader {
  const content: ObjectReader['content'] = async (id, type) => {
    const object = await batch.ask(id)
    return object?.type === type ? object.content : undefined
  }
  const tree: ObjectReader['tree'] = async (id) => {
    const bytes = await content(id, 'tree')
    return bytes && parseTree(bytes)
  }
  return {
    describe: (name) => check.ask(name),
    content,
    tree,
    async rootTree(commitId) {
      const bytes = await content(commitId, 'commit')
      return bytes?.toString('latin1', 'tree '.length, 'tree '.length + 40)
    },
    async find(treeId, path) {
      let found: Pick<TreeItem, 'mode' | 'id'> = { mode: FOLDER_MODE, id: treeId }
      for (const part of path.split('/').filter((name) => name !== '')) {
        if (found.mode !== FOLDER_MODE) return undefined
        const rawName = encodeName(part)
        const next: TreeItem | undefined = (await tree(found.id))?.find((item) => item.rawName === rawName)
        if (next === undefined) return undefined
        found = next
      }
      return found
    },
  }
}
