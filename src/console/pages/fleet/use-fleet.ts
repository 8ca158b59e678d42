import { useQueries, useQuery } from '@tanstack/react-query'
import { executions, explanation, pipelines, pipelineTags } from '../../api/queries.ts'
import { region } from '../../api/region.ts'
import { session } from '../../api/session.ts'
import { fleetRow, TREND, type FleetRow } from './model.ts'

export interface Fleet {
  /** undefined: not known yet */
  readonly rows: readonly FleetRow[] | undefined
  readonly error: unknown
  readonly retry: () => void
}

/** Every pipeline with what its row needs. Events make only the rows of their own pipeline stale. */
export function useFleet({ withTags }: { withTags: boolean }): Fleet {
  const list = useQuery(pipelines())
  const found = list.data ?? []
  const runs = useQueries({ queries: found.map(({ name = '' }) => executions(name, TREND)) })
  const needsReason = runs.map(({ data }) => /^(?:InProgress|Stopping|Failed|Stopped)$/.test(data?.[0]?.status ?? ''))
  const reasons = useQueries({
    queries: found.map(({ name = '' }, index) => ({ ...explanation(name), enabled: needsReason[index] === true })),
  })
  const tags = useQueries({
    queries: found.map(({ name = '' }) => ({ ...pipelineTags(arnOf(name)), enabled: withTags })),
  })
  const rows = found.map((pipeline, index) =>
    fleetRow(
      pipeline,
      runs[index]?.data ?? [],
      needsReason[index] === true ? (reasons[index]?.data?.reasons ?? []) : [],
      tags[index]?.data ?? [],
    ),
  )
  return {
    rows: list.data === undefined ? undefined : rows,
    error: list.error ?? runs.find(({ error }) => error !== null)?.error,
    retry: () => void list.refetch(),
  }
}

const arnOf = (name: string): string => `arn:aws:codepipeline:${region()}:${session()?.account ?? ''}:${name}`
