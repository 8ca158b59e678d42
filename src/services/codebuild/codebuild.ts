/** AWS CodeBuild, API version 2016-10-06: projects and builds; and the gateway through which runners work on them. */
import * as CodeBuild from '@aws-sdk/client-codebuild'
import { operationSchemas, type ServiceDefinition } from '../../wire/wire.ts'
import type { CodeBuildDependencies } from './dependencies.ts'
import { batchDeleteBuilds, batchGetBuilds, listBuilds, listBuildsForProject, stopBuild } from './operations/builds.ts'
import { listCuratedEnvironmentImages } from './operations/images.ts'
import {
  batchGetProjects,
  createProject,
  deleteProject,
  invalidateProjectCache,
  listProjects,
  updateProject,
} from './operations/projects.ts'
import { retryBuild, startBuild } from './operations/start-build.ts'

const OPERATIONS = [
  createProject,
  updateProject,
  deleteProject,
  batchGetProjects,
  listProjects,
  invalidateProjectCache,
  startBuild,
  retryBuild,
  stopBuild,
  batchGetBuilds,
  listBuilds,
  listBuildsForProject,
  batchDeleteBuilds,
  listCuratedEnvironmentImages,
]

export const createCodeBuildService = (deps: CodeBuildDependencies): ServiceDefinition => ({
  name: 'codebuild',
  signingNames: ['codebuild'],
  protocols: ['awsJson1_1'],
  targetPrefix: 'CodeBuild_20161006',
  schemas: operationSchemas(CodeBuild),
  operations: OPERATIONS.map((make) => make(deps) as ServiceDefinition['operations'][number]),
})

export type { CodeBuildDependencies, SecretsLookup } from './dependencies.ts'
