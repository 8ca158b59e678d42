import {
  BatchGetProjects$,
  CreateProject$,
  DeleteProject$,
  InvalidateProjectCache$,
  ListProjects$,
  UpdateProject$,
  type BatchGetProjectsCommandInput,
  type BatchGetProjectsCommandOutput,
  type CreateProjectCommandInput,
  type CreateProjectCommandOutput,
  type DeleteProjectCommandInput,
  type DeleteProjectCommandOutput,
  type InvalidateProjectCacheCommandInput,
  type InvalidateProjectCacheCommandOutput,
  type ListProjectsCommandInput,
  type ListProjectsCommandOutput,
  type UpdateProjectCommandInput,
  type UpdateProjectCommandOutput,
} from '@aws-sdk/client-codebuild'
import { nameOf, projectArn, projectResource } from '../arns.ts'
import { define } from '../define.ts'
import { alreadyExists, invalidInput } from '../errors.ts'
import { namesPage } from '../paging.ts'
import { projectKey, requireProject, toProject, type ProjectRecord } from '../project-record.ts'
import { validateProject } from '../validate-project.ts'

const MAX_NAMES = 100

export const createProject = define<CreateProjectCommandInput, CreateProjectCommandOutput>(
  CreateProject$,
  ({ name }, call) => projectResource(call, name),
  async ({ store, clock }, input, call) => {
    const now = clock.now()
    const project: ProjectRecord = {
      timeoutInMinutes: 60,
      queuedTimeoutInMinutes: 480,
      encryptionKey: `arn:aws:kms:${call.region}:${call.account}:alias/aws/s3`,
      cache: { type: 'NO_CACHE' },
      ...input,
      name: input.name ?? '',
      createdAt: now,
      modifiedAt: now,
    }
    validateProject(project)
    const key = projectKey(call, project.name)
    await store.write(async (tx) => {
      if ((await tx.resources.get(key)) !== undefined)
        throw alreadyExists(`Project already exists: ${projectArn(call, project.name)}`)
      await tx.resources.put(key, project, { ordinal: now, ifVersion: 0 })
    })
    return { project: toProject(call, project) }
  },
)

/** Only the members given change. */
export const updateProject = define<UpdateProjectCommandInput, UpdateProjectCommandOutput>(
  UpdateProject$,
  ({ name }, call) => projectResource(call, name),
  async ({ store, clock }, input, call) => {
    const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
    const project = await store.write(async (tx) => {
      const before = await requireProject(tx, call, input.name)
      const after: ProjectRecord = { ...before, ...given, name: before.name, modifiedAt: clock.now() }
      validateProject(after)
      await tx.resources.put(projectKey(call, before.name), after, { ordinal: after.createdAt })
      return after
    })
    return { project: toProject(call, project) }
  },
)

/** Deleting what is not there succeeds; builds are kept. */
export const deleteProject = define<DeleteProjectCommandInput, DeleteProjectCommandOutput>(
  DeleteProject$,
  ({ name }, call) => projectResource(call, name),
  async ({ store }, { name }, call) => {
    await store.write((tx) => tx.resources.delete(projectKey(call, nameOf(name ?? ''))))
    return {}
  },
)

export const batchGetProjects = define<BatchGetProjectsCommandInput, BatchGetProjectsCommandOutput>(
  BatchGetProjects$,
  ({ names = [] }, call) => names.map((name) => projectResource(call, name)),
  async ({ store }, { names = [] }, call) => {
    if (names.length > MAX_NAMES) throw invalidInput(`Invalid names: at most ${MAX_NAMES} are allowed`)
    const found = await Promise.all(
      names.map((name) => store.read.resources.get<ProjectRecord>(projectKey(call, nameOf(name)))),
    )
    return {
      projects: found.flatMap((resource) => (resource === undefined ? [] : [toProject(call, resource.document)])),
      projectsNotFound: names.filter((_, index) => found[index] === undefined),
    }
  },
)

export const listProjects = define<ListProjectsCommandInput, ListProjectsCommandOutput>(
  ListProjects$,
  '*',
  async ({ store }, { sortBy = 'NAME', sortOrder = 'ASCENDING', nextToken }, call) => {
    const { account, region } = call
    const query = { account, region, service: 'codebuild', type: 'project' }
    if (sortBy === 'NAME' && sortOrder === 'ASCENDING') {
      const { names, ...next } = await namesPage(store.read.resources, query, nextToken)
      return { projects: names, ...next }
    }
    if (sortBy === 'CREATED_TIME') {
      const order = sortOrder === 'ASCENDING' ? 'ordinal' : '-ordinal'
      const { names, ...next } = await namesPage(store.read.resources, { ...query, order }, nextToken)
      return { projects: names, ...next }
    }
    // rare orders: by name downwards, by time of change
    const all = await store.read.resources.list<ProjectRecord>(query)
    const sorted = sortBy === 'NAME' ? all : all.toSorted((a, b) => a.document.modifiedAt - b.document.modifiedAt)
    const names = sorted.map(({ name }) => name)
    return { projects: sortOrder === 'DESCENDING' ? names.toReversed() : names }
  },
)

/** There is no cache yet that could be stale. */
export const invalidateProjectCache = define<InvalidateProjectCacheCommandInput, InvalidateProjectCacheCommandOutput>(
  InvalidateProjectCache$,
  ({ projectName }, call) => projectResource(call, projectName),
  async ({ store }, { projectName }, call) => {
    await requireProject(store.read, call, projectName)
    return {}
  },
)
