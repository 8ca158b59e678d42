import {
  CreateBranch$,
  DeleteBranch$,
  GetBranch$,
  ListBranches$,
  type CreateBranchCommandInput,
  type CreateBranchCommandOutput,
  type DeleteBranchCommandInput,
  type DeleteBranchCommandOutput,
  type GetBranchCommandInput,
  type GetBranchCommandOutput,
  type ListBranchesCommandInput,
  type ListBranchesCommandOutput,
} from '@aws-sdk/client-codecommit'
import { isObjectId, isSafeRefName } from '../../../git/git.ts'
import { operation, ServiceError } from '../../../wire/wire.ts'
import type { CodeCommitDependencies } from '../dependencies.ts'
import { announce } from '../events.ts'
import { invalidCommitId, openRepository, repositoryResource } from '../repositories.ts'

export const createBranch = (deps: CodeCommitDependencies) =>
  operation<CreateBranchCommandInput, CreateBranchCommandOutput>(
    CreateBranch$,
    { action: 'codecommit:CreateBranch', resource: repositoryResource },
    async (input, call) => {
      const { repository, git } = await openRepository(deps, call, input.repositoryName)
      const branch = requireBranchName(input.branchName)
      if (!input.commitId) throw new ServiceError('CommitIdRequiredException', 'A commit id is required.')
      if (!isObjectId(input.commitId)) throw invalidCommitId(input.commitId)
      const made = await git.createBranch(branch, input.commitId)
      if ('exists' in made) {
        throw new ServiceError(
          'BranchNameExistsException',
          `Branch ${branch} already exists, or one whose name begins with it or that it begins with.`,
        )
      }
      if ('noCommit' in made) {
        throw new ServiceError('CommitDoesNotExistException', `Could not find commit ${input.commitId}`)
      }
      await announce(deps, repository, [made], call.principal.arn)
      return {}
    },
  )

export const getBranch = (deps: CodeCommitDependencies) =>
  operation<GetBranchCommandInput, GetBranchCommandOutput>(
    GetBranch$,
    { action: 'codecommit:GetBranch', resource: repositoryResource },
    async (input, call) => {
      const { git } = await openRepository(deps, call, input.repositoryName)
      const branchName = requireBranchName(input.branchName)
      const commitId = await git.resolve(`refs/heads/${branchName}`)
      if (commitId === undefined) throw noBranch(branchName, input.repositoryName)
      return { branch: { branchName, commitId } }
    },
  )

export const listBranches = (deps: CodeCommitDependencies) =>
  operation<ListBranchesCommandInput, ListBranchesCommandOutput>(
    ListBranches$,
    { action: 'codecommit:ListBranches', resource: repositoryResource },
    async (input, call) => {
      const { git } = await openRepository(deps, call, input.repositoryName)
      return { branches: (await git.branches()).map(({ name }) => name) }
    },
  )

export const deleteBranch = (deps: CodeCommitDependencies) =>
  operation<DeleteBranchCommandInput, DeleteBranchCommandOutput>(
    DeleteBranch$,
    { action: 'codecommit:DeleteBranch', resource: repositoryResource },
    async (input, call) => {
      const { repository, git } = await openRepository(deps, call, input.repositoryName)
      const branchName = requireBranchName(input.branchName)
      if ((await git.defaultBranch()) === branchName) {
        throw new ServiceError('DefaultBranchCannotBeDeletedException', `${branchName} is the default branch`)
      }
      const gone = await git.deleteBranch(branchName)
      if (!gone) return {}
      await announce(deps, repository, [gone], call.principal.arn)
      return { deletedBranch: { branchName, ...(gone.before !== undefined && { commitId: gone.before }) } }
    },
  )

/** @throws BranchNameRequiredException, InvalidBranchNameException */
export function requireBranchName(name: string | undefined): string {
  if (!name) throw new ServiceError('BranchNameRequiredException', 'A branch name is required.')
  if (!isSafeRefName(name) || !isSafeRefName(`refs/heads/${name}`)) {
    throw new ServiceError('InvalidBranchNameException', `The branch name ${JSON.stringify(name)} is not valid.`)
  }
  return name
}

export const noBranch = (branch: string, repository: string | undefined): ServiceError =>
  new ServiceError('BranchDoesNotExistException', `Branch ${branch} does not exist in repository ${repository ?? ''}`)
