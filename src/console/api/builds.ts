/** Build projects and builds, as queries. */
import {
  BatchGetBuildsCommand,
  BatchGetProjectsCommand,
  ListBuildsForProjectCommand,
  ListProjectsCommand,
  type Build,
} from '@aws-sdk/client-codebuild'
import { queryOptions } from '@tanstack/react-query'
import { codebuild } from './codebuild.ts'

/** what one call may name */
const BATCH = 100

export const projects = () =>
  queryOptions({
    queryKey: ['projects'],
    queryFn: async () => {
      const names: string[] = []
      let nextToken: string | undefined
      do {
        const page = await codebuild().send(new ListProjectsCommand({ nextToken }))
        names.push(...(page.projects ?? []))
        nextToken = page.nextToken
      } while (nextToken !== undefined)
      const batches = Array.from({ length: Math.ceil(names.length / BATCH) }, (_, index) =>
        names.slice(index * BATCH, (index + 1) * BATCH),
      )
      const answers = await Promise.all(
        batches.map(async (batch) => await codebuild().send(new BatchGetProjectsCommand({ names: batch }))),
      )
      return answers.flatMap(({ projects: found = [] }) => found)
    },
  })

export const project = (name: string) =>
  queryOptions({
    queryKey: ['project', name],
    queryFn: async () => (await codebuild().send(new BatchGetProjectsCommand({ names: [name] }))).projects?.[0] ?? null,
  })

/** The newest hundred, the newest first. */
export const buildsOf = (projectName: string) =>
  queryOptions({
    queryKey: ['project', projectName, 'builds'],
    queryFn: async (): Promise<readonly Build[]> => {
      const { ids = [] } = await codebuild().send(
        new ListBuildsForProjectCommand({ projectName, sortOrder: 'DESCENDING' }),
      )
      if (ids.length === 0) return []
      const { builds = [] } = await codebuild().send(new BatchGetBuildsCommand({ ids: ids.slice(0, BATCH) }))
      const places = new Map(ids.map((id, index) => [id, index]))
      return builds.toSorted((one, other) => (places.get(one.id ?? '') ?? 0) - (places.get(other.id ?? '') ?? 0))
    },
    staleTime: 2_000,
  })

/** Whoever shows it while it runs asks again when its log says that a phase began or ended. */
export const build = (id: string) =>
  queryOptions({
    queryKey: ['build', id],
    queryFn: async () => (await codebuild().send(new BatchGetBuildsCommand({ ids: [id] }))).builds?.[0] ?? null,
  })
