import {
  CreateCommit$,
  DeleteFile$,
  PutFile$,
  type CreateCommitCommandInput,
  type CreateCommitCommandOutput,
  type DeleteFileCommandInput,
  type DeleteFileCommandOutput,
  type FileModeTypeEnum,
  type PutFileCommandInput,
  type PutFileCommandOutput,
} from '@aws-sdk/client-codecommit'
import { buffer } from 'node:stream/consumers'
import { isObjectId, type GitRepository } from '../../../git/git.ts'
import { operation, ServiceError, type Call } from '../../../wire/wire.ts'
import type { CodeCommitDependencies } from '../dependencies.ts'
import { announce } from '../events.ts'
import { openRepository, repositoryResource, type Repository } from '../repositories.ts'
import { requireBranchName } from './branches.ts'
import { MAX_FILE_BYTES, MODES, requireFilePath } from './files.ts'

type Mode = keyof typeof MODES
type Put = { readonly path: string; readonly mode: Mode; readonly content: Uint8Array }

export const createCommit = (deps: CodeCommitDependencies) =>
  operation<CreateCommitCommandInput, CreateCommitCommandOutput>(
    CreateCommit$,
    { action: 'codecommit:CreateCommit', resource: repositoryResource },
    async (input, call) => {
      const base = await openBranch(deps, call, input)
      const put = (input.putFiles ?? []).map(({ filePath, fileMode, fileContent }): Put => {
        return {
          path: requireFilePath(filePath),
          mode: modeOf(fileMode),
          content: requireContent(filePath, fileContent),
        }
      })
      const changedModes = await Promise.all(
        (input.setFileModes ?? []).map(({ filePath, fileMode }) =>
          withMode(base, requireFilePath(filePath), modeOf(fileMode)),
        ),
      )
      const remove = (input.deleteFiles ?? []).map(({ filePath }) => requireFilePath(filePath))
      for (const path of remove) await requireEntry(base, path)
      const all = [...put, ...changedModes]
      if (all.length + remove.length === 0) {
        throw new ServiceError(
          'FileEntryRequiredException',
          'A commit needs at least one file to put, delete or change.',
        )
      }
      const existing = await Promise.all(
        all.map(async ({ path }) => (base.parent === undefined ? undefined : base.git.entry(base.parent, path))),
      )
      const { commitId, treeId } = await commit(
        deps,
        call,
        base,
        input.commitMessage,
        [input.authorName, input.email],
        all,
        remove,
        input.keepEmptyFolders,
      )
      return {
        commitId,
        treeId,
        filesAdded: await describe(
          base.git,
          commitId,
          all.filter((_, index) => !existing[index]),
        ),
        filesUpdated: await describe(
          base.git,
          commitId,
          all.filter((_, index) => existing[index]),
        ),
        filesDeleted: remove.map((absolutePath) => ({ absolutePath })),
      }
    },
  )

export const putFile = (deps: CodeCommitDependencies) =>
  operation<PutFileCommandInput, PutFileCommandOutput>(
    PutFile$,
    { action: 'codecommit:PutFile', resource: repositoryResource },
    async (input, call) => {
      const base = await openBranch(deps, call, input)
      const file = {
        path: requireFilePath(input.filePath),
        mode: modeOf(input.fileMode),
        content: requireContent(input.filePath, input.fileContent),
      }
      const { commitId, treeId } = await commit(
        deps,
        call,
        base,
        input.commitMessage,
        [input.name, input.email],
        [file],
        [],
      )
      return { commitId, treeId, blobId: (await base.git.entry(commitId, file.path))?.id ?? '' }
    },
  )

export const deleteFile = (deps: CodeCommitDependencies) =>
  operation<DeleteFileCommandInput, DeleteFileCommandOutput>(
    DeleteFile$,
    { action: 'codecommit:DeleteFile', resource: repositoryResource },
    async (input, call) => {
      const base = await openBranch(deps, call, input)
      const filePath = requireFilePath(input.filePath)
      const { id: blobId } = await requireEntry(base, filePath)
      const { commitId, treeId } = await commit(
        deps,
        call,
        base,
        input.commitMessage,
        [input.name, input.email],
        [],
        [filePath],
        input.keepEmptyFolders,
      )
      return { commitId, treeId, blobId, filePath }
    },
  )

interface Branch {
  readonly repository: Repository
  readonly git: GitRepository
  readonly name: string
  /** the commit to build on; undefined for the first one of a repository */
  readonly parent: string | undefined
}

/**
 * The branch a commit goes to, with the parent the caller believes in.
 * @throws ParentCommitIdRequiredException, ParentCommitIdOutdatedException, BranchDoesNotExistException
 */
async function openBranch(
  deps: CodeCommitDependencies,
  call: Call,
  input: {
    repositoryName?: string | undefined
    branchName?: string | undefined
    parentCommitId?: string | undefined
  },
): Promise<Branch> {
  const { repository, git } = await openRepository(deps, call, input.repositoryName)
  const name = requireBranchName(input.branchName)
  const parent = await git.resolve(`refs/heads/${name}`)
  if (parent === undefined) {
    if ((await git.branches()).length > 0) {
      throw new ServiceError('BranchDoesNotExistException', `Branch ${name} does not exist in ${repository.name}`)
    }
    return { repository, git, name, parent }
  }
  if (input.parentCommitId === undefined) {
    throw new ServiceError(
      'ParentCommitIdRequiredException',
      'The id of the parent commit is required: the branch has commits.',
    )
  }
  if (input.parentCommitId !== parent) throw await wrongParent(git, name, input.parentCommitId)
  return { repository, git, name, parent }
}

async function commit(
  deps: CodeCommitDependencies,
  call: Call,
  { repository, git, name, parent }: Branch,
  message: string | undefined,
  [author, email]: readonly [string | undefined, string | undefined],
  put: readonly Put[],
  remove: readonly string[],
  keepEmptyFolders = false,
): Promise<{ commitId: string; treeId: string }> {
  await refuseConflicts({ git, parent }, put, remove)
  const who = {
    name: author ?? call.principal.arn.slice(call.principal.arn.lastIndexOf('/') + 1),
    email: email ?? '',
    at: Math.floor(deps.clock.now() / 1000),
    zone: '+0000',
  }
  const made = await git.writeCommit({
    branch: name,
    ...(parent !== undefined && { parent }),
    author: who,
    committer: who,
    message: message ?? defaultMessage(put, remove),
    put,
    remove,
    keepEmptyFolders,
  })
  if ('conflict' in made) throw outdated(name)
  if ('nothing' in made) {
    throw put.length === 1
      ? new ServiceError('SameFileContentException', 'The file already has this content on the branch.')
      : new ServiceError('NoChangeException', 'The commit would change nothing.')
  }
  await announce(deps, repository, [made.update], call.principal.arn)
  return made
}

async function wrongParent(git: GitRepository, branch: string, id: string): Promise<ServiceError> {
  if (!isObjectId(id)) {
    return new ServiceError('InvalidParentCommitIdException', `${JSON.stringify(id)} is not a full commit id.`)
  }
  return (await git.commit(id))
    ? outdated(branch)
    : new ServiceError('ParentCommitDoesNotExistException', `The parent commit ${id} does not exist.`)
}

const outdated = (branch: string): ServiceError =>
  new ServiceError(
    'ParentCommitIdOutdatedException',
    `The parent commit is not the tip of branch ${branch}: it has moved on.`,
  )

const defaultMessage = (put: readonly Put[], remove: readonly string[]): string =>
  [...put.map(({ path }) => `Put ${path}`), ...remove.map((path) => `Delete ${path}`)].slice(0, 10).join('\n')

/** git would let a file replace a folder and the reverse; CodeCommit asks for the old one to be deleted in so many words. */
async function refuseConflicts(
  { git, parent }: Pick<Branch, 'git' | 'parent'>,
  put: readonly Put[],
  remove: readonly string[],
): Promise<void> {
  const named = [...put.map(({ path }) => path), ...remove]
  if (new Set(named).size < named.length) {
    throw new ServiceError('SamePathRequestException', 'A path may be put, changed or deleted only once in a commit.')
  }
  const gone = new Set(remove)
  const added = new Set(put.map(({ path }) => path))
  for (const { path } of put) {
    for (const folder of foldersAbove(path)) {
      const there = parent === undefined || gone.has(folder) ? undefined : await git.entry(parent, folder)
      if (added.has(folder) || (there && there.mode !== '040000')) {
        throw new ServiceError(
          'DirectoryNameConflictsWithFileNameException',
          `${path} cannot be put: ${folder} is a file. Delete it in the same commit, or choose another path.`,
        )
      }
    }
    const there = parent === undefined ? undefined : await git.entry(parent, path)
    if (there?.mode === '040000') {
      throw new ServiceError('FileNameConflictsWithDirectoryNameException', `${path} cannot be put: it is a folder.`)
    }
  }
}

/** `a/b/c` is in `a` and `a/b` */
const foldersAbove = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, index, names) => names.slice(0, index + 1).join('/'))

/** @throws FileContentRequiredException, FileContentSizeLimitExceededException */
function requireContent(path: string | undefined, content: Uint8Array | undefined): Uint8Array {
  if (!content)
    throw new ServiceError('FileContentRequiredException', `The content of ${path ?? 'a file'} is required.`)
  if (content.length > MAX_FILE_BYTES) {
    throw new ServiceError(
      'FileContentSizeLimitExceededException',
      `The file has ${content.length} bytes; the limit is ${MAX_FILE_BYTES}. Push larger files with git.`,
    )
  }
  return content
}

function modeOf(mode: FileModeTypeEnum | undefined): Mode {
  const found = (Object.keys(MODES) as Mode[]).find((key) => MODES[key] === (mode ?? 'NORMAL'))
  if (!found) throw new ServiceError('InvalidFileModeException', `The file mode ${mode ?? ''} is not valid.`)
  return found
}

async function requireEntry({ git, parent }: Branch, path: string) {
  const entry = parent === undefined ? undefined : await git.entry(parent, path)
  if (!entry || entry.mode === '040000') {
    throw new ServiceError('FileDoesNotExistException', `The file ${path} does not exist on the branch.`)
  }
  return entry
}

async function withMode(branch: Branch, path: string, mode: Mode): Promise<Put> {
  const { id } = await requireEntry(branch, path)
  const stream = await branch.git.blob(id)
  return { path, mode, content: stream ? await buffer(stream) : new Uint8Array() }
}

const describe = (git: GitRepository, commitId: string, files: readonly Put[]) =>
  Promise.all(
    files.map(async ({ path, mode }) => ({
      absolutePath: path,
      blobId: (await git.entry(commitId, path))?.id ?? '',
      fileMode: MODES[mode],
    })),
  )
