import { invariant } from '../../core/invariant.ts'
import type { GitRepository } from '../../git/git.ts'
import { ServiceError, type Call } from '../../wire/wire.ts'
import type { Reader, Resource, ResourceKey } from '../../store/store.ts'
import type { CodeCommitDependencies } from './dependencies.ts'

export interface Repository {
  /** also the name of the bare repository on disk: renaming moves nothing */
  readonly id: string
  readonly account: string
  readonly region: string
  readonly name: string
  readonly description?: string
  readonly createdAt: number
  readonly modifiedAt: number
  readonly tags: Readonly<Record<string, string>>
}

interface Scope {
  readonly account: string
  readonly region: string
}

export const repositoryKey = ({ account, region }: Scope, name: string): ResourceKey => ({
  account,
  region,
  service: 'codecommit',
  type: 'repository',
  name,
})

export const repositoryArn = ({ account, region }: Scope, name: string): string =>
  `arn:aws:codecommit:${region}:${account}:${name}`

/** The resource of operations that take `repositoryName`. */
export const repositoryResource = (input: { repositoryName?: string | undefined }, call: Call): string =>
  repositoryArn(call, input.repositoryName ?? '')

/** @throws RepositoryNameRequiredException, InvalidRepositoryNameException */
export function requireRepositoryName(name: string | undefined): string {
  if (name === undefined || name === '') {
    throw new ServiceError('RepositoryNameRequiredException', 'A repository name is required.')
  }
  if (!/^[\w.-]{1,100}$/.test(name) || name.endsWith('.git') || name === '.' || name === '..') {
    throw new ServiceError(
      'InvalidRepositoryNameException',
      'Repository names must be between 1 and 100 characters of letters, digits, dots, underscores and dashes, and must not end in .git.',
    )
  }
  return name
}

export async function findRepository(
  store: { read: Reader },
  scope: Scope,
  name: string,
): Promise<Resource<Repository> | undefined> {
  return store.read.resources.get<Repository>(repositoryKey(scope, name))
}

/** @throws RepositoryDoesNotExistException naming the repository */
export async function requireRepository(
  { store }: Pick<CodeCommitDependencies, 'store'>,
  scope: Scope,
  name: string | undefined,
): Promise<Repository> {
  const wanted = requireRepositoryName(name)
  const found = await findRepository(store, scope, wanted)
  if (!found) throw new ServiceError('RepositoryDoesNotExistException', `${wanted} does not exist`)
  return found.document
}

export async function openRepository(
  deps: CodeCommitDependencies,
  call: Call,
  name: string | undefined,
): Promise<{ repository: Repository; git: GitRepository }> {
  const repository = await requireRepository(deps, call, name)
  const git = await deps.git.open(repository.id)
  invariant(git, `repository ${repository.name} (${repository.id}) is recorded but not on disk`)
  return { repository, git }
}

export const invalidCommitId = (id: string): ServiceError =>
  new ServiceError('InvalidCommitIdException', `${JSON.stringify(id)} is not a full commit id (40 hexadecimal digits).`)

/** What a commit specifier (branch, tag, full commit id) names. @throws CommitDoesNotExistException */
export async function requireCommitId(git: GitRepository, specifier: string): Promise<string> {
  const id = await git.resolve(specifier)
  if (id === undefined) {
    throw new ServiceError(
      'CommitDoesNotExistException',
      `Could not find the commit, branch or tag "${specifier}" in the repository.`,
    )
  }
  return id
}
