/** Every pipeline at a glance, as one answer that events keep fresh piece by piece. */
import { queryOptions, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { PipelineOverview, PipelineOverviews } from '../../core/execution/overview.ts'
import { useLiveEvents } from './live.ts'
import { own } from './own.ts'
import { region } from './region.ts'

export const fleet = () =>
  queryOptions({
    queryKey: ['fleet'],
    queryFn: async ({ signal }): Promise<readonly PipelineOverview[]> => {
      const found: PipelineOverview[] = []
      let nextToken: string | undefined
      do {
        const page: PipelineOverviews = await own('ListPipelineOverviews', { nextToken }, signal)
        found.push(...page.pipelines)
        nextToken = page.nextToken
      } while (nextToken !== undefined)
      return found
    },
    staleTime: Infinity,
  })

/** events that come in one breath are one question */
const TOGETHER_MS = 100

/** Asks again for a pipeline when something happened to it, and for no other. */
export function useFreshFleet(): void {
  const queries = useQueryClient()
  const [refresher] = useState(() => createRefresher(queries))
  useLiveEvents(undefined, ({ detail }) => {
    if (typeof detail['pipeline'] === 'string') refresher.touch(detail['pipeline'])
  })
  useEffect(() => () => refresher.stop(), [refresher])
}

function createRefresher(queries: QueryClient) {
  const touched = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const refresh = async (name: string): Promise<void> => {
    const asked = region()
    const overview = await own<PipelineOverviews>('ListPipelineOverviews', { pipelineName: name }).then(
      ({ pipelines }) => pipelines[0],
      (error: Error) => {
        if (error.name !== 'PipelineNotFoundException') throw error
        return undefined
      },
    )
    if (asked !== region()) return
    queries.setQueryData(fleet().queryKey, (before) => before && withOverview(before, name, overview))
  }
  const run = (): void => {
    timer = undefined
    const names = [...touched]
    touched.clear()
    // what fails is asked for with the next event
    for (const name of names) refresh(name).catch(() => undefined)
  }
  return {
    touch: (name: string): void => {
      touched.add(name)
      timer ??= setTimeout(run, TOGETHER_MS)
    },
    stop: (): void => clearTimeout(timer),
  }
}

/** @param overview undefined: it is gone */
function withOverview(
  fleet: readonly PipelineOverview[],
  name: string,
  overview: PipelineOverview | undefined,
): readonly PipelineOverview[] {
  const others = fleet.filter((pipeline) => pipeline.name !== name)
  return overview === undefined ? others : [...others, overview]
}
