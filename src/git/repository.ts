import { Readable } from 'node:stream'
import { openAdvertisement, type Advertisement, type Offers } from './advertisement.ts'
import { openCatFile, type CatFile } from './cat-file.ts'
import type { GitRepository, GitTreeEntry } from './git.ts'
import { isObjectId, isSafeRefName, isSafeTreePath, requireRef, ZERO_ID } from './names.ts'
import { createObjectReader, type ObjectReader } from './object-reader.ts'
import { decodeName, FOLDER_MODE, parseCommit } from './objects.ts'
import { smallArchive } from './small-archive.ts'
import { runGit, streamGit, type Git } from './process.ts'
import { openRefs, type Refs } from './refs.ts'
import { diffTrees } from './tree-diff.ts'
import { writeCommit } from './write-commit.ts'

/** What the parts of one repository share. */
export interface Repository {
  readonly git: Git
  readonly gitDir: string
  readonly refs: Refs
  readonly reader: ObjectReader
  readonly advertisement: Advertisement
  /** registers work that must end before the host may */
  readonly track: <T>(work: Promise<T>) => Promise<T>
}

export interface OpenedRepository extends GitRepository {
  readonly internals: Repository
  /** nobody waits for an answer of its helper processes */
  readonly idle: boolean
  close(): void
}

/** Blobs up to this come whole from the shared helper; a larger one gets a process of its own, so that nobody waits behind it. */
const SMALL_BLOB_BYTES = 1 << 20

export function openRepository(git: Git, gitDir: string, track: Repository['track'], offers: Offers): OpenedRepository {
  const helpers: readonly [CatFile, CatFile] = [
    openCatFile(git, gitDir, '--batch'),
    openCatFile(git, gitDir, '--batch-check'),
  ]
  const refs = openRefs(gitDir)
  const reader = createObjectReader(...helpers)
  const advertisement = openAdvertisement(gitDir, refs, offers)
  const internals: Repository = { git, gitDir, refs, reader, advertisement, track }
  const commitOf = async (id: string): Promise<string | undefined> => (await reader.describe(`${id}^{commit}`))?.id

  const blobSize: GitRepository['blobSize'] = async (id) => {
    const object = isObjectId(id) ? await reader.describe(id) : undefined
    return object?.type === 'blob' ? object.size : undefined
  }

  /** What is at a path of a commit, by ids and names that may come from anywhere. */
  const find = async (
    commitId: string,
    path: string,
  ): Promise<{ mode: GitTreeEntry['mode']; id: string } | undefined> => {
    if (!isObjectId(commitId) || (path !== '' && !isSafeTreePath(path))) return undefined
    const root = await reader.rootTree(commitId)
    return root === undefined ? undefined : reader.find(root, path)
  }

  return {
    internals,
    path: gitDir,
    async branches() {
      const prefix = 'refs/heads/'
      return (await refs.list(prefix)).map(({ ref, id }) => ({ name: ref.slice(prefix.length), commitId: id }))
    },
    async resolve(revision) {
      if (!isSafeRefName(revision)) return undefined
      const branch = revision.startsWith('refs/') ? revision : `refs/heads/${revision}`
      const tip = await refs.read(branch)
      if (tip !== undefined) return branch.startsWith('refs/heads/') ? tip : commitOf(tip)
      const tag = await refs.read(`refs/tags/${revision}`)
      if (tag !== undefined) return commitOf(tag)
      return isObjectId(revision) ? commitOf(revision) : undefined
    },
    async commit(id) {
      const content = isObjectId(id) ? await reader.content(id, 'commit') : undefined
      return content && parseCommit(id, content)
    },
    async folder(commitId, path) {
      const found = await find(commitId, path)
      if (found?.mode !== FOLDER_MODE) return undefined
      const items = (await reader.tree(found.id)) ?? []
      return Promise.all(
        items.map(async ({ rawName, mode, id }) => {
          const name = decodeName(rawName)
          return withSize({ path: path === '' ? name : `${path}/${name}`, mode, id }, await sizeOf(mode, id, blobSize))
        }),
      )
    },
    async entry(commitId, path) {
      const found = await find(commitId, path)
      return found && withSize({ path, ...found }, await sizeOf(found.mode, found.id, blobSize))
    },
    blobSize,
    async blob(id) {
      const size = await blobSize(id)
      if (size === undefined) return undefined
      if (size > SMALL_BLOB_BYTES) return streamGit(git, gitDir, ['cat-file', 'blob', id])
      const content = await reader.content(id, 'blob')
      return content && Readable.from(content.length === 0 ? [] : [content])
    },
    async differences(before, after, paths = {}) {
      const beforePath = paths.before ?? paths.after ?? ''
      const afterPath = paths.after ?? paths.before ?? ''
      const [old, young] = await Promise.all([before && find(before, beforePath), find(after, afterPath)])
      return diffTrees(reader, old || undefined, young, { before: beforePath, after: afterPath })
    },
    archiveZip(commitId, signal) {
      if (!isObjectId(commitId)) return Readable.from([]).destroy(new Error('archiveZip wants a whole commit id'))
      const large = (): Readable => streamGit(git, gitDir, ['archive', '--format=zip', '-1', commitId], signal)
      return Readable.from(
        whole(() => smallArchive(reader, commitId), large, signal),
        { objectMode: false },
      )
    },
    writeCommit: (change) => writeCommit(internals, change),
    async createBranch(name, commitId) {
      const ref = `refs/heads/${requireRef(name)}`
      const object = isObjectId(commitId) ? await reader.describe(commitId) : undefined
      if (object?.type !== 'commit') return { noCommit: true }
      try {
        await runGit(git, gitDir, ['update-ref', ref, commitId, ZERO_ID])
      } catch (error) {
        // also when `a` is a branch and `a/b` is wanted, or the reverse: git keeps names as files and folders
        const taken = (await refs.list('refs/heads/')).some(
          (other) => other.ref === ref || other.ref.startsWith(`${ref}/`) || ref.startsWith(`${other.ref}/`),
        )
        if (taken) return { exists: true }
        throw error
      }
      return { ref, after: commitId }
    },
    async deleteBranch(name) {
      const ref = `refs/heads/${name}`
      const before = isSafeRefName(name) ? await refs.read(ref) : undefined
      if (before === undefined) return undefined
      await runGit(git, gitDir, ['update-ref', '-d', ref, before])
      return { ref, before }
    },
    async defaultBranch() {
      const head = await refs.head()
      if (head === undefined || (await refs.read(head)) === undefined) return undefined
      return head.slice('refs/heads/'.length)
    },
    async setDefaultBranch(name) {
      await refs.setHead(`refs/heads/${requireRef(name)}`)
    },
    get idle() {
      return helpers.every((helper) => helper.idle)
    },
    close() {
      for (const helper of helpers) helper.close()
    },
  }
}

/** Destroying the stream that reads this ends the large one too. */
async function* whole(
  small: () => Promise<Buffer | undefined>,
  large: () => Readable,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  signal?.throwIfAborted()
  const content = await small().catch(() => undefined) // git says what is wrong
  signal?.throwIfAborted()
  if (content === undefined) yield* large()
  else yield content
}

const withSize = (entry: Omit<GitTreeEntry, 'size'>, size: number | undefined): GitTreeEntry =>
  size === undefined ? entry : { ...entry, size }

async function sizeOf(
  mode: GitTreeEntry['mode'],
  id: string,
  blobSize: GitRepository['blobSize'],
): Promise<number | undefined> {
  return mode === FOLDER_MODE || mode === '160000' ? undefined : blobSize(id)
}
