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
import type { GitRepository } from '../../../git/git.ts'
import { operation, ServiceError, type Call } from '../../../wire/wire.ts'
import type { CodeCommitDependencies } from '../dependencies.ts'
import { announce } from '../events.ts'
import { openRepository, repositoryResource, type Repository } from '../repositories.ts'
import { requireBranchName } from './branches.ts'
import { MODES, requirePath } from './files.ts'

type Mode = keyof typeof MODES
type Put = { readonly path: string; readonly mode: Mode; readonly content: Uint8Array }

export const createCommit = (deps: CodeCommitDependencies) =>
  operation<CreateCommitCommandInput, CreateCommitCommandOutput>(
    CreateCommit$,
    { action: 'codecommit:CreateCommit', resource: repositoryResource },
    async (input, call) => {
      const base = await openBranch(deps, call, input)
      const put = (input.putFiles ?? []).map(({ filePath, fileMode, fileContent }): Put => {
        if (!fileContent) {
          throw new ServiceError('FileContentRequiredException', `The content of ${filePath ?? 'a file'} is required.`)
        }
        return { path: requirePath(filePath), mode: modeOf(fileMode), content: fileContent }
      })
      const changedModes = await Promise.all(
        (input.setFileModes ?? []).map(({ filePath, fileMode }) =>
          withMode(base, requirePath(filePath), modeOf(fileMode)),
        ),
      )
      const remove = (input.deleteFiles ?? []).map(({ filePath }) => requirePath(filePath))
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
      if (!input.fileContent) throw new ServiceError('FileContentRequiredException', 'The file content is required.')
      const base = await openBranch(deps, call, input)
      const file = { path: requirePath(input.filePath), mode: modeOf(input.fileMode), content: input.fileContent }
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
      const filePath = requirePath(input.filePath)
      const { id: blobId } = await requireEntry(base, filePath)
      const { commitId, treeId } = await commit(
        deps,
        call,
        base,
        input.commitMessage,
        [input.name, input.email],
        [],
        [filePath],
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
  if (input.parentCommitId !== parent) throw outdated(name)
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
): Promise<{ commitId: string; treeId: string }> {
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

const outdated = (branch: string): ServiceError =>
  new ServiceError(
    'ParentCommitIdOutdatedException',
    `The parent commit is not the tip of branch ${branch}: it has moved on.`,
  )

const defaultMessage = (put: readonly Put[], remove: readonly string[]): string =>
  [...put.map(({ path }) => `Put ${path}`), ...remove.map((path) => `Delete ${path}`)].slice(0, 10).join('\n')

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
