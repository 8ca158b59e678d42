/** Bare repositories on disk, driven by the machine's own git. Names and refs from outside are hostile (spec: safety 13). */
import type { Readable } from 'node:stream'

export interface GitIdentity {
  readonly name: string
  readonly email: string
  /** seconds since the epoch */
  readonly at: number
  /** `+0000` */
  readonly zone: string
}

export interface GitCommit {
  readonly id: string
  readonly treeId: string
  readonly parents: readonly string[]
  readonly author: GitIdentity
  readonly committer: GitIdentity
  readonly message: string
}

export interface GitTreeEntry {
  readonly path: string
  readonly mode: '100644' | '100755' | '120000' | '040000' | '160000'
  readonly id: string
  /** bytes, of files only */
  readonly size?: number
}

export interface RefUpdate {
  /** `refs/heads/main` */
  readonly ref: string
  /** absent when the ref was created */
  readonly before?: string
  /** absent when the ref was deleted */
  readonly after?: string
}

export interface FileChange {
  readonly change: 'A' | 'M' | 'D'
  readonly before?: { readonly path: string; readonly mode: string; readonly id: string }
  readonly after?: { readonly path: string; readonly mode: string; readonly id: string }
}

export interface GitRepository {
  readonly path: string
  /** sorted by name */
  branches(): Promise<readonly { readonly name: string; readonly commitId: string }[]>
  /** @returns the commit id that a branch, tag or whole commit id names, in this order of preference; or undefined */
  resolve(revision: string): Promise<string | undefined>
  commit(id: string): Promise<GitCommit | undefined>
  /** entries of one folder ('' is the root), not recursive; undefined when the path is no folder */
  folder(commitId: string, path: string): Promise<readonly GitTreeEntry[] | undefined>
  entry(commitId: string, path: string): Promise<GitTreeEntry | undefined>
  blob(id: string): Promise<Readable | undefined>
  blobSize(id: string): Promise<number | undefined>
  /**
   * What changed, sorted by path; everything is new when `before` is undefined. Renames are a deletion and an addition.
   * @param paths only the file or folder of this name; with both, the two are compared as one that was renamed
   */
  differences(
    before: string | undefined,
    after: string,
    paths?: { before?: string; after?: string },
  ): Promise<readonly FileChange[]>
  /** A ZIP of the tree at the commit, modes kept, no `.git`. */
  archiveZip(commitId: string, signal?: AbortSignal): Readable
  /**
   * Writes a commit on top of `parent` and moves the branch from it to the new commit, atomically. Without `parent` the branch must not
   * exist. Removing what is not there is fine; putting a file below a file replaces it.
   * @throws UnsafeGitName for a branch or path that git should never see
   */
  writeCommit(change: {
    branch: string
    parent?: string
    author: GitIdentity
    committer: GitIdentity
    message: string
    put: readonly { path: string; mode: '100644' | '100755' | '120000'; content: Uint8Array }[]
    remove: readonly string[]
    /** a folder whose last file is removed gets a `.gitkeep` */
    keepEmptyFolders?: boolean
  }): Promise<{ commitId: string; treeId: string; update: RefUpdate } | { conflict: 'ref-moved' } | { nothing: true }>
  /** @throws UnsafeGitName */
  createBranch(name: string, commitId: string): Promise<RefUpdate | { exists: true } | { noCommit: true }>
  deleteBranch(name: string): Promise<RefUpdate | undefined>
  /** what HEAD names, if that branch exists */
  defaultBranch(): Promise<string | undefined>
  /** @throws UnsafeGitName */
  setDefaultBranch(name: string): Promise<void>
}

export interface SmartHttpRequest {
  readonly method: string
  /** after the repository's own path: `/info/refs`, `/git-upload-pack`, `/git-receive-pack` */
  readonly path: string
  /** without the question mark */
  readonly query: string
  /** names in lower case */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
  /** as git sees it in its environment and reflog */
  readonly remoteUser: string
  readonly signal: AbortSignal
}

export interface SmartHttpResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
}

export interface GitHost extends AsyncDisposable {
  /** @throws UnsafeGitName for an id outside [A-Za-z0-9._-], RepositoryExists */
  create(id: string, defaultBranch?: string): Promise<GitRepository>
  /** @returns undefined when there is none */
  open(id: string): Promise<GitRepository | undefined>
  delete(id: string): Promise<void>
  /**
   * Serves clone, fetch and push. Whether the caller may is decided before.
   * `onPush` is awaited after the refs moved and before git's answer to the client ends; it is called even when the client has gone
   * by then. When it throws, the answer breaks off, but the refs stay moved.
   */
  serve(
    id: string,
    request: SmartHttpRequest,
    onPush: (updates: readonly RefUpdate[]) => Promise<void>,
  ): Promise<SmartHttpResponse>
}

export { GitFailed, RepositoryExists, UnsafeGitName } from './errors.ts'
export { openGitHost, gitVersion } from './host.ts'
export { isObjectId, isSafeRefName, isSafeTreePath } from './names.ts'
