/** CodeCommit: repositories over the machine's own git, by API and by git's smart HTTP. */
import * as CodeCommit from '@aws-sdk/client-codecommit'
import { operationSchemas, type ServiceDefinition } from '../../wire/wire.ts'
import type { CodeCommitDependencies } from './dependencies.ts'
import { createBranch, deleteBranch, getBranch, listBranches } from './operations/branches.ts'
import { batchGetCommits, getCommit, getDifferences } from './operations/commits.ts'
import { createCommit, deleteFile, putFile } from './operations/create-commit.ts'
import { getBlob, getFile, getFolder } from './operations/files.ts'
import {
  batchGetRepositories,
  createRepository,
  deleteRepository,
  getRepository,
  listRepositories,
  updateDefaultBranch,
  updateRepositoryDescription,
  updateRepositoryName,
} from './operations/repositories.ts'
import { listTagsForResource, tagResource, untagResource } from './operations/tags.ts'

const OPERATIONS = [
  createRepository,
  getRepository,
  batchGetRepositories,
  listRepositories,
  deleteRepository,
  updateRepositoryDescription,
  updateRepositoryName,
  updateDefaultBranch,
  createBranch,
  getBranch,
  listBranches,
  deleteBranch,
  getCommit,
  batchGetCommits,
  getDifferences,
  createCommit,
  putFile,
  deleteFile,
  getFile,
  getFolder,
  getBlob,
  listTagsForResource,
  tagResource,
  untagResource,
]

export const createCodeCommitService = (deps: CodeCommitDependencies): ServiceDefinition => ({
  name: 'codecommit',
  signingNames: ['codecommit'],
  protocols: ['awsJson1_1'],
  targetPrefix: 'CodeCommit_20150413',
  schemas: operationSchemas(CodeCommit),
  operations: OPERATIONS.map((make) => make(deps) as ServiceDefinition['operations'][number]),
})

export type { CodeCommitDependencies } from './dependencies.ts'
export { createGitHttp, type GitHttp } from './git-http.ts'
