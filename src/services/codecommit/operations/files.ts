import {
  GetBlob$,
  GetFile$,
  GetFolder$,
  type FileModeTypeEnum,
  type GetBlobCommandInput,
  type GetBlobCommandOutput,
  type GetFileCommandInput,
  type GetFileCommandOutput,
  type GetFolderCommandInput,
  type GetFolderCommandOutput,
} from '@aws-sdk/client-codecommit'
import { buffer } from 'node:stream/consumers'
import { isSafeTreePath, type GitRepository, type GitTreeEntry } from '../../../git/git.ts'
import { operation, ServiceError } from '../../../wire/wire.ts'
import type { CodeCommitDependencies } from '../dependencies.ts'
import { openRepository, repositoryResource, requireCommitId } from '../repositories.ts'

/** Source: CodeCommit quotas: a file read through the API. */
export const MAX_FILE_BYTES = 6 * 1024 * 1024

export const MODES = { '100644': 'NORMAL', '100755': 'EXECUTABLE', '120000': 'SYMLINK' } as const satisfies Record<
  string,
  FileModeTypeEnum
>

export const getFile = (deps: CodeCommitDependencies) =>
  operation<GetFileCommandInput, GetFileCommandOutput>(
    GetFile$,
    { action: 'codecommit:GetFile', resource: repositoryResource },
    async (input, call) => {
      const { git } = await openRepository(deps, call, input.repositoryName)
      const commitId = await specifiedCommit(git, input.commitSpecifier)
      const filePath = requireFilePath(input.filePath)
      const entry = await git.entry(commitId, filePath)
      if (!entry || entry.mode === '040000' || entry.mode === '160000') {
        throw new ServiceError('FileDoesNotExistException', `The file ${filePath} does not exist at ${commitId}.`)
      }
      const fileContent = await content(git, entry.id)
      return {
        commitId,
        blobId: entry.id,
        filePath,
        fileMode: MODES[entry.mode],
        fileSize: fileContent.length,
        fileContent,
      }
    },
  )

export const getFolder = (deps: CodeCommitDependencies) =>
  operation<GetFolderCommandInput, GetFolderCommandOutput>(
    GetFolder$,
    { action: 'codecommit:GetFolder', resource: repositoryResource },
    async (input, call) => {
      const { git } = await openRepository(deps, call, input.repositoryName)
      const commitId = await specifiedCommit(git, input.commitSpecifier)
      const folderPath = requirePath(input.folderPath)
      const [entries, folder] = await Promise.all([git.folder(commitId, folderPath), git.entry(commitId, folderPath)])
      if (!entries) {
        throw new ServiceError('FolderDoesNotExistException', `The folder ${folderPath} does not exist at ${commitId}.`)
      }
      const inFolder = (entry: GitTreeEntry) => ({
        absolutePath: entry.path,
        relativePath: entry.path.slice(entry.path.lastIndexOf('/') + 1),
      })
      const withMode = (...modes: GitTreeEntry['mode'][]) => entries.filter(({ mode }) => modes.includes(mode))
      const file = (entry: GitTreeEntry) => ({
        ...inFolder(entry),
        blobId: entry.id,
        fileMode: MODES[entry.mode as keyof typeof MODES],
      })
      return {
        commitId,
        folderPath,
        treeId: folder?.id ?? (await git.commit(commitId))?.treeId ?? '',
        subFolders: withMode('040000').map((entry) => ({ ...inFolder(entry), treeId: entry.id })),
        files: withMode('100644', '100755').map(file),
        symbolicLinks: withMode('120000').map(file),
        subModules: withMode('160000').map((entry) => ({ ...inFolder(entry), commitId: entry.id })),
      }
    },
  )

export const getBlob = (deps: CodeCommitDependencies) =>
  operation<GetBlobCommandInput, GetBlobCommandOutput>(
    GetBlob$,
    { action: 'codecommit:GetBlob', resource: repositoryResource },
    async (input, call) => {
      const { git } = await openRepository(deps, call, input.repositoryName)
      return { content: await content(git, input.blobId ?? '') }
    },
  )

/** A path that names a file. @throws PathRequiredException, InvalidPathException */
export function requireFilePath(path: string | undefined): string {
  return requirePath(path === '' ? undefined : path) || requirePath(undefined)
}

/** A file or folder path, '' for the root: relative to the root, never leaving it. @throws PathRequiredException, InvalidPathException */
export function requirePath(path: string | undefined): string {
  if (path === undefined) throw new ServiceError('PathRequiredException', 'A path is required.')
  const clean = path.replace(/^\/+|\/+$/g, '')
  if (clean !== '' && !isSafeTreePath(clean)) {
    throw new ServiceError('InvalidPathException', `The path ${JSON.stringify(path)} is not valid.`)
  }
  return clean
}

async function specifiedCommit(git: GitRepository, specifier: string | undefined): Promise<string> {
  const wanted = specifier ?? (await git.defaultBranch())
  if (wanted === undefined) throw new ServiceError('CommitDoesNotExistException', 'The repository has no commit yet.')
  return requireCommitId(git, wanted)
}

async function content(git: GitRepository, blobId: string): Promise<Buffer> {
  const size = await git.blobSize(blobId)
  const stream = size === undefined ? undefined : await git.blob(blobId)
  if (size === undefined || !stream) {
    throw new ServiceError('BlobIdDoesNotExistException', `The blob ${blobId} does not exist.`)
  }
  if (size > MAX_FILE_BYTES) {
    stream.destroy()
    throw new ServiceError('FileTooLargeException', `The file has ${size} bytes; the limit is ${MAX_FILE_BYTES}.`)
  }
  return buffer(stream)
}
