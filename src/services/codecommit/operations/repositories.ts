import {
  BatchGetRepositories$,
  CreateRepository$,
  DeleteRepository$,
  GetRepository$,
  ListRepositories$,
  UpdateDefaultBranch$,
  UpdateRepositoryDescription$,
  UpdateRepositoryName$,
  type BatchGetRepositoriesCommandInput,
  type BatchGetRepositoriesCommandOutput,
  type CreateRepositoryCommandInput,
  type CreateRepositoryCommandOutput,
  type DeleteRepositoryCommandInput,
  type DeleteRepositoryCommandOutput,
  type GetRepositoryCommandInput,
  type GetRepositoryCommandOutput,
  type ListRepositoriesCommandInput,
  type ListRepositoriesCommandOutput,
  type RepositoryMetadata,
  type UpdateDefaultBranchCommandInput,
  type UpdateDefaultBranchCommandOutput,
  type UpdateRepositoryDescriptionCommandInput,
  type UpdateRepositoryDescriptionCommandOutput,
  type UpdateRepositoryNameCommandInput,
  type UpdateRepositoryNameCommandOutput,
} from '@aws-sdk/client-codecommit'
import { operation, ServiceError, type Call } from '../../../wire/wire.ts'
import type { CodeCommitDependencies } from '../dependencies.ts'
import { announcedKey } from '../events.ts'
import {
  findRepository,
  openRepository,
  repositoryArn,
  repositoryKey,
  repositoryResource,
  requireRepository,
  requireRepositoryName,
  type Repository,
} from '../repositories.ts'

export const createRepository = (deps: CodeCommitDependencies) =>
  operation<CreateRepositoryCommandInput, CreateRepositoryCommandOutput>(
    CreateRepository$,
    { action: 'codecommit:CreateRepository', resource: repositoryResource },
    async (input, call) => {
      const name = requireRepositoryName(input.repositoryName)
      const description = requireDescription(input.repositoryDescription)
      const now = deps.clock.now()
      const repository: Repository = {
        id: deps.newId(),
        account: call.account,
        region: call.region,
        name,
        ...(description !== undefined && { description }),
        createdAt: now,
        modifiedAt: now,
        tags: input.tags ?? {},
      }
      // disk first: a record without its repository would be a broken promise, a folder without its record is only litter
      await deps.git.create(repository.id)
      try {
        await deps.store.write(async (tx) => {
          await refuseTakenName(tx, call, name)
          await tx.resources.put(repositoryKey(call, name), repository)
        })
      } catch (error) {
        await deps.git.delete(repository.id)
        throw error
      }
      return { repositoryMetadata: await metadata(deps, call, repository) }
    },
  )

export const getRepository = (deps: CodeCommitDependencies) =>
  operation<GetRepositoryCommandInput, GetRepositoryCommandOutput>(
    GetRepository$,
    { action: 'codecommit:GetRepository', resource: repositoryResource },
    async (input, call) => ({
      repositoryMetadata: await metadata(deps, call, await requireRepository(deps, call, input.repositoryName)),
    }),
  )

export const batchGetRepositories = (deps: CodeCommitDependencies) =>
  operation<BatchGetRepositoriesCommandInput, BatchGetRepositoriesCommandOutput>(
    BatchGetRepositories$,
    {
      action: 'codecommit:BatchGetRepositories',
      resource: (input, call) => (input.repositoryNames ?? []).map((name) => repositoryArn(call, name)),
    },
    async (input, call) => {
      const names = input.repositoryNames ?? []
      if (names.length === 0) {
        throw new ServiceError('RepositoryNamesRequiredException', 'At least one repository name is required.')
      }
      const found = await Promise.all(names.map((name) => findRepository(deps.store, call, name)))
      return {
        repositories: await Promise.all(
          found.flatMap((resource) => (resource ? [metadata(deps, call, resource.document)] : [])),
        ),
        repositoriesNotFound: names.filter((_, index) => !found[index]),
      }
    },
  )

export const listRepositories = (deps: CodeCommitDependencies) =>
  operation<ListRepositoriesCommandInput, ListRepositoriesCommandOutput>(
    ListRepositories$,
    { action: 'codecommit:ListRepositories', resource: '*' },
    async (input, { account, region }) => {
      const all = await deps.store.read.resources.list<Repository>({
        account,
        region,
        service: 'codecommit',
        type: 'repository',
      })
      const sorted =
        input.sortBy === 'lastModifiedDate'
          ? all.toSorted((a, b) => a.document.modifiedAt - b.document.modifiedAt)
          : [...all]
      if (input.order === 'descending') sorted.reverse()
      return {
        repositories: sorted.map(({ document }) => ({ repositoryName: document.name, repositoryId: document.id })),
      }
    },
  )

export const deleteRepository = (deps: CodeCommitDependencies) =>
  operation<DeleteRepositoryCommandInput, DeleteRepositoryCommandOutput>(
    DeleteRepository$,
    { action: 'codecommit:DeleteRepository', resource: repositoryResource },
    async (input, call) => {
      const found = await findRepository(deps.store, call, requireRepositoryName(input.repositoryName))
      if (!found) return {}
      await deps.store.write(async (tx) => {
        await tx.resources.delete(found)
        await tx.resources.delete(announcedKey(found.document))
      })
      await deps.git.delete(found.document.id)
      return { repositoryId: found.document.id }
    },
  )

export const updateRepositoryDescription = (deps: CodeCommitDependencies) =>
  operation<UpdateRepositoryDescriptionCommandInput, UpdateRepositoryDescriptionCommandOutput>(
    UpdateRepositoryDescription$,
    { action: 'codecommit:UpdateRepositoryDescription', resource: repositoryResource },
    async (input, call) => {
      const { description: _before, ...repository } = await requireRepository(deps, call, input.repositoryName)
      const description = requireDescription(input.repositoryDescription)
      await deps.store.write((tx) =>
        tx.resources.put(repositoryKey(call, repository.name), {
          ...repository,
          ...(description !== undefined && { description }),
          modifiedAt: deps.clock.now(),
        }),
      )
      return {}
    },
  )

export const updateRepositoryName = (deps: CodeCommitDependencies) =>
  operation<UpdateRepositoryNameCommandInput, UpdateRepositoryNameCommandOutput>(
    UpdateRepositoryName$,
    { action: 'codecommit:UpdateRepositoryName', resource: (input, call) => repositoryArn(call, input.oldName ?? '') },
    async (input, call) => {
      const name = requireRepositoryName(input.newName)
      const repository = await requireRepository(deps, call, input.oldName)
      await deps.store.write(async (tx) => {
        await refuseTakenName(tx, call, name)
        await tx.resources.delete(repositoryKey(call, repository.name))
        await tx.resources.put(repositoryKey(call, name), { ...repository, name, modifiedAt: deps.clock.now() })
      })
      return {}
    },
  )

export const updateDefaultBranch = (deps: CodeCommitDependencies) =>
  operation<UpdateDefaultBranchCommandInput, UpdateDefaultBranchCommandOutput>(
    UpdateDefaultBranch$,
    { action: 'codecommit:UpdateDefaultBranch', resource: repositoryResource },
    async (input, call) => {
      const { git } = await openRepository(deps, call, input.repositoryName)
      const branch = input.defaultBranchName ?? ''
      if (!(await git.branches()).some(({ name }) => name === branch)) {
        throw new ServiceError(
          'BranchDoesNotExistException',
          `Branch ${branch} does not exist in ${input.repositoryName ?? ''}`,
        )
      }
      await git.setDefaultBranch(branch)
      return {}
    },
  )

async function refuseTakenName(tx: Parameters<typeof findRepository>[0]['read'], call: Call, name: string) {
  if (await findRepository({ read: tx }, call, name)) {
    throw new ServiceError('RepositoryNameExistsException', `Repository named ${name} already exists`)
  }
}

function requireDescription(description: string | undefined): string | undefined {
  if (description !== undefined && description.length > 1000) {
    throw new ServiceError(
      'InvalidRepositoryDescriptionException',
      'A repository description may have 1000 characters at most.',
    )
  }
  return description
}

async function metadata(deps: CodeCommitDependencies, call: Call, repository: Repository): Promise<RepositoryMetadata> {
  const git = await deps.git.open(repository.id)
  const defaultBranch = await git?.defaultBranch()
  const path = `v1/repos/${repository.name}`
  return {
    accountId: repository.account,
    repositoryId: repository.id,
    repositoryName: repository.name,
    ...(repository.description !== undefined && { repositoryDescription: repository.description }),
    ...(defaultBranch !== undefined && { defaultBranch }),
    creationDate: new Date(repository.createdAt),
    lastModifiedDate: new Date(repository.modifiedAt),
    cloneUrlHttp: `${call.endpoint}/${path}`,
    Arn: repositoryArn(repository, repository.name),
  }
}
