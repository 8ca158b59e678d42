import {
  BatchGetCommits$,
  GetCommit$,
  GetDifferences$,
  type BatchGetCommitsCommandInput,
  type BatchGetCommitsCommandOutput,
  type Commit,
  type GetCommitCommandInput,
  type GetCommitCommandOutput,
  type GetDifferencesCommandInput,
  type GetDifferencesCommandOutput,
} from '@aws-sdk/client-codecommit'
import { isObjectId, type FileChange, type GitCommit, type GitIdentity } from '../../../git/git.ts'
import { operation, ServiceError } from '../../../wire/wire.ts'
import type { CodeCommitDependencies } from '../dependencies.ts'
import { invalidCommitId, openRepository, repositoryResource, requireCommitId } from '../repositories.ts'

const PAGE = 1000

export const getCommit = (deps: CodeCommitDependencies) =>
  operation<GetCommitCommandInput, GetCommitCommandOutput>(
    GetCommit$,
    { action: 'codecommit:GetCommit', resource: repositoryResource },
    async (input, call) => {
      const { git } = await openRepository(deps, call, input.repositoryName)
      const id = input.commitId
      if (!id) throw new ServiceError('CommitIdRequiredException', 'A commit id is required.')
      if (!isObjectId(id)) throw invalidCommitId(id)
      const commit = await git.commit(id)
      if (!commit) throw new ServiceError('CommitIdDoesNotExistException', `The commit ${id} does not exist.`)
      return { commit: describe(commit) }
    },
  )

export const batchGetCommits = (deps: CodeCommitDependencies) =>
  operation<BatchGetCommitsCommandInput, BatchGetCommitsCommandOutput>(
    BatchGetCommits$,
    { action: 'codecommit:BatchGetCommits', resource: repositoryResource },
    async (input, call) => {
      const { git } = await openRepository(deps, call, input.repositoryName)
      const ids = input.commitIds ?? []
      if (ids.length > 100) {
        throw new ServiceError('CommitIdsLimitExceededException', 'At most 100 commit ids may be given.')
      }
      const found = await Promise.all(ids.map((id) => git.commit(id)))
      return {
        commits: found.flatMap((commit) => (commit ? [describe(commit)] : [])),
        errors: ids.flatMap((commitId, index) =>
          found[index]
            ? []
            : [
                {
                  commitId,
                  errorCode: 'CommitDoesNotExistException',
                  errorMessage: `The commit ${commitId} does not exist.`,
                },
              ],
        ),
      }
    },
  )

export const getDifferences = (deps: CodeCommitDependencies) =>
  operation<GetDifferencesCommandInput, GetDifferencesCommandOutput>(
    GetDifferences$,
    { action: 'codecommit:GetDifferences', resource: repositoryResource },
    async (input, call) => {
      const { git } = await openRepository(deps, call, input.repositoryName)
      const before =
        input.beforeCommitSpecifier === undefined ? undefined : await requireCommitId(git, input.beforeCommitSpecifier)
      const after = await requireCommitId(git, input.afterCommitSpecifier ?? '')
      const changes = await git.differences(before, after, {
        ...(input.beforePath !== undefined && { before: input.beforePath }),
        ...(input.afterPath !== undefined && { after: input.afterPath }),
      })
      const start = input.NextToken === undefined ? 0 : Number(input.NextToken)
      if (!Number.isInteger(start) || start < 0) {
        throw new ServiceError('InvalidContinuationTokenException', 'The continuation token is not valid.')
      }
      const end = start + Math.min(input.MaxResults ?? PAGE, PAGE)
      return {
        differences: changes.slice(start, end).map(difference),
        ...(end < changes.length && { NextToken: String(end) }),
      }
    },
  )

const describe = (commit: GitCommit): Commit => ({
  commitId: commit.id,
  treeId: commit.treeId,
  parents: [...commit.parents],
  message: commit.message,
  author: person(commit.author),
  committer: person(commit.committer),
  additionalData: '',
})

/** git's own raw date, "seconds zone". */
const person = ({ name, email, at, zone }: GitIdentity) => ({ name, email, date: `${at} ${zone}` })

const difference = ({ change, before, after }: FileChange) => ({
  changeType: change,
  ...(before && { beforeBlob: { blobId: before.id, path: before.path, mode: before.mode } }),
  ...(after && { afterBlob: { blobId: after.id, path: after.path, mode: after.mode } }),
})
