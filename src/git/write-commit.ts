import type { GitRepository } from './git.ts'
import { isObjectId, requireRef, requireTreePath, ZERO_ID } from './names.ts'
import { encodeCommit, encodeTree } from './objects.ts'
import { createObjectWriter } from './object-writer.ts'
import { runGit } from './process.ts'
import type { Repository } from './repository.ts'
import { editTree } from './tree-edit.ts'

/** Writes objects first and moves the branch last, with git's own compare-and-swap: whatever breaks, the branch is old or new. */
export async function writeCommit(
  { git, gitDir, refs, reader }: Repository,
  {
    branch,
    parent,
    author,
    committer,
    message,
    put,
    remove,
    keepEmptyFolders = false,
  }: Parameters<GitRepository['writeCommit']>[0],
): ReturnType<GitRepository['writeCommit']> {
  const ref = `refs/heads/${requireRef(branch)}`
  for (const path of [...put.map((file) => file.path), ...remove]) requireTreePath(path)
  // asked before anything is written; asked again by git when it moves the branch
  if ((await refs.read(ref)) !== parent) return { conflict: 'ref-moved' }
  const parentTree = parent !== undefined && isObjectId(parent) ? await reader.rootTree(parent) : undefined

  const objects = createObjectWriter(gitDir)
  const files = put.map(({ path, mode, content }) => ({ path, mode, id: objects.add('blob', content) }))
  const keepEmptyFoldersWith = keepEmptyFolders ? objects.add('blob', Buffer.alloc(0)) : undefined
  const treeId = await editTree(
    {
      read: async (id) => (await reader.tree(id)) ?? [],
      write: (items) => objects.add('tree', encodeTree(items)),
    },
    parentTree,
    { put: files, remove, keepEmptyFoldersWith },
  )
  if (treeId === parentTree || (parent === undefined && files.length === 0)) return { nothing: true }

  const parents = parent === undefined ? [] : [parent]
  const commitId = objects.add('commit', encodeCommit({ treeId, parents, author, committer, message }))
  await objects.written()
  try {
    await runGit(git, gitDir, ['update-ref', ref, commitId, parent ?? ZERO_ID])
  } catch (error) {
    if ((await refs.read(ref)) !== parent) return { conflict: 'ref-moved' }
    throw error
  }
  const update = parent === undefined ? { ref, after: commitId } : { ref, before: parent, after: commitId }
  return { commitId, treeId, update }
}
