import {
  BatchDeleteBuilds$,
  BatchGetBuilds$,
  ListBuilds$,
  ListBuildsForProject$,
  StopBuild$,
  type BatchDeleteBuildsCommandInput,
  type BatchDeleteBuildsCommandOutput,
  type BatchGetBuildsCommandInput,
  type BatchGetBuildsCommandOutput,
  type ListBuildsCommandInput,
  type ListBuildsCommandOutput,
  type ListBuildsForProjectCommandInput,
  type ListBuildsForProjectCommandOutput,
  type StopBuildCommandInput,
  type StopBuildCommandOutput,
} from '@aws-sdk/client-codebuild'
import type { ResourceQuery } from '../../../store/store.ts'
import { buildArn, nameOf, projectResource, type Place } from '../arns.ts'
import { buildKey, jobIdOf, requireBuild, type BuildRecord } from '../build-record.ts'
import { toBuild } from '../build-view.ts'
import { changeBuild, endBuild } from '../builds.ts'
import { define } from '../define.ts'
import { invalidInput } from '../errors.ts'
import { namesPage } from '../paging.ts'
import { requireProject } from '../project-record.ts'

const MAX_IDS = 100
const STOPPED = { statusCode: '', message: 'The build was stopped' }

/** A build that nobody works on yet ends at once; a running one when its runner has ended its processes. */
export const stopBuild = define<StopBuildCommandInput, StopBuildCommandOutput>(
  StopBuild$,
  ({ id }, call) => projectResource(call, id),
  async (deps, { id }, call) => {
    const before = await requireBuild(deps.store.read, call, id)
    const job = await deps.jobs.get(jobIdOf(before))
    const isRunning = job?.status === 'InProgress' || job?.status === 'Dispatched'
    const build = isRunning
      ? await changeBuild(deps, before, (build) => ({ ...build, stopRequested: true }))
      : await endBuild(deps, before, 'STOPPED', STOPPED)
    // after the mark is stored: a server that starts anew sees it and asks the runner again
    if (isRunning) deps.jobs.cancel(jobIdOf(before), STOPPED.message)
    return { build: toBuild(build ?? before, deps.endpoint()) }
  },
)

export const batchGetBuilds = define<BatchGetBuildsCommandInput, BatchGetBuildsCommandOutput>(
  BatchGetBuilds$,
  ({ ids = [] }, call) => ids.map((id) => projectResource(call, id)),
  async ({ store, endpoint }, { ids = [] }, call) => {
    checkCount(ids)
    const found = await Promise.all(ids.map((id) => store.read.resources.get<BuildRecord>(buildKey(call, nameOf(id)))))
    return {
      builds: found.flatMap((resource) => (resource === undefined ? [] : [toBuild(resource.document, endpoint())])),
      buildsNotFound: ids.filter((_, index) => found[index] === undefined),
    }
  },
)

export const listBuilds = define<ListBuildsCommandInput, ListBuildsCommandOutput>(
  ListBuilds$,
  '*',
  async ({ store }, { sortOrder, nextToken }, call) => {
    const { names, ...next } = await namesPage(store.read.resources, buildQuery(call, sortOrder), nextToken)
    return { ids: names, ...next }
  },
)

export const listBuildsForProject = define<ListBuildsForProjectCommandInput, ListBuildsForProjectCommandOutput>(
  ListBuildsForProject$,
  ({ projectName }, call) => projectResource(call, projectName),
  async ({ store }, { projectName, sortOrder, nextToken }, call) => {
    const { name } = await requireProject(store.read, call, projectName)
    const { names, ...next } = await namesPage(
      store.read.resources,
      { ...buildQuery(call, sortOrder), parent: name },
      nextToken,
    )
    return { ids: names, ...next }
  },
)

/** Newest first unless asked otherwise. */
const buildQuery = ({ account, region }: Place, sortOrder: string | undefined): ResourceQuery => ({
  account,
  region,
  service: 'codebuild',
  type: 'build',
  order: sortOrder === 'ASCENDING' ? 'ordinal' : '-ordinal',
})

export const batchDeleteBuilds = define<BatchDeleteBuildsCommandInput, BatchDeleteBuildsCommandOutput>(
  BatchDeleteBuilds$,
  ({ ids = [] }, call) => ids.map((id) => projectResource(call, id)),
  async ({ store }, { ids = [] }, call) => {
    checkCount(ids)
    const buildsDeleted: string[] = []
    const buildsNotDeleted: { id: string; statusCode: string }[] = []
    await store.write(async (tx) => {
      for (const id of ids) {
        const key = buildKey(call, nameOf(id))
        const found = await tx.resources.get<BuildRecord>(key)
        const statusCode =
          found === undefined
            ? 'BUILD_NOT_FOUND'
            : found.document.status === 'IN_PROGRESS'
              ? 'BUILD_IN_PROGRESS'
              : undefined
        if (statusCode !== undefined) buildsNotDeleted.push({ id, statusCode })
        else if (await tx.resources.delete(key)) buildsDeleted.push(buildArn(call, nameOf(id)))
      }
    })
    return { buildsDeleted, buildsNotDeleted }
  },
)

function checkCount(ids: readonly string[]): void {
  if (ids.length === 0) throw invalidInput('Invalid ids: at least one is needed')
  if (ids.length > MAX_IDS) throw invalidInput(`Invalid ids: at most ${MAX_IDS} are allowed`)
}
