import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { PipelineOverview } from '../../../core/execution/overview.ts'
import { fleet, useFreshFleet } from '../../api/fleet.ts'
import { fleetRow, type FleetRow } from './model.ts'

/** Every pipeline with what its row needs. Events change only the rows of their own pipeline. */
export function useFleet() {
  useFreshFleet()
  const { data, error, refetch } = useQuery(fleet())
  const rows = useMemo(() => data?.map(rowOf), [data])
  return { rows, error, retry: () => void refetch() }
}

const made = new WeakMap<PipelineOverview, FleetRow>()

/** The same overview gives the same row, so that rows nothing happened to do not draw themselves anew. */
function rowOf(overview: PipelineOverview): FleetRow {
  const row = made.get(overview) ?? fleetRow(overview)
  made.set(overview, row)
  return row
}
