import type { FileChange } from './git.ts'
import type { ObjectReader } from './object-reader.ts'
import { decodeName, FOLDER_MODE, type TreeItem } from './objects.ts'

/** One side of a comparison: what is at a path, or nothing. */
export type Side = Pick<TreeItem, 'mode' | 'id'> | undefined

/**
 * What changed between two files or folders, sorted by path. Folders with equal ids are equal, so only what changed is read; and as no
 * process is started, deciding on a push's path filters takes as long as reading a few trees.
 * @param paths where the two sides lie in their commits; '' for the root
 */
export async function diffTrees(
  reader: Pick<ObjectReader, 'tree'>,
  before: Side,
  after: Side,
  paths: { readonly before: string; readonly after: string },
): Promise<FileChange[]> {
  if (before?.id === after?.id && before?.mode === after?.mode) return []
  const [old, young] = [fileAt(before, paths.before), fileAt(after, paths.after)]
  const own: FileChange[] =
    old && young
      ? [{ change: 'M', before: old, after: young }]
      : [
          ...(old ? [{ change: 'D', before: old } as const] : []),
          ...(young ? [{ change: 'A', after: young } as const] : []),
        ]
  if (old && young) return own

  const [oldItems, youngItems] = await Promise.all([itemsOf(reader, before), itemsOf(reader, after)])
  const names = [...new Set([...oldItems.keys(), ...youngItems.keys()])].sort()
  const below = await Promise.all(
    names.map((rawName) =>
      diffTrees(reader, oldItems.get(rawName), youngItems.get(rawName), {
        before: join(paths.before, decodeName(rawName)),
        after: join(paths.after, decodeName(rawName)),
      }),
    ),
  )
  return [...own, ...below.flat()]
}

function fileAt(side: Side, path: string): { path: string; mode: string; id: string } | undefined {
  return side === undefined || side.mode === FOLDER_MODE ? undefined : { path, mode: side.mode, id: side.id }
}

async function itemsOf(reader: Pick<ObjectReader, 'tree'>, side: Side): Promise<ReadonlyMap<string, TreeItem>> {
  const items = side?.mode === FOLDER_MODE ? await reader.tree(side.id) : undefined
  return new Map(items?.map((item) => [item.rawName, item]))
}

const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)
