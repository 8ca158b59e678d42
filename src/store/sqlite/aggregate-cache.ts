/**
 * Aggregates that were read lately: as long as the revision in the database is the same, so is the aggregate, and asking again
 * costs one row instead of all its executions and actions. For committed state only: a unit that is undone gives its revision back.
 */
import type { PipelineState } from '../../core/execution/execution.ts'

export interface AggregateCache {
  get(pipelineId: number, revision: number): PipelineState | undefined
  /** @param weight characters of its documents */
  set(pipelineId: number, entry: { readonly revision: number; readonly state: PipelineState; weight: number }): void
}

/** About 20 MB once parsed. Who reads more than that in turns has so many pipelines that a cache would not help. */
const MAX_WEIGHT = 8_000_000

export function createAggregateCache(maxWeight: number = MAX_WEIGHT): AggregateCache {
  /** least recently asked for first */
  const entries = new Map<number, Parameters<AggregateCache['set']>[1]>()
  let weight = 0

  function forget(pipelineId: number): void {
    weight -= entries.get(pipelineId)?.weight ?? 0
    entries.delete(pipelineId)
  }

  return {
    get(pipelineId, revision) {
      const known = entries.get(pipelineId)
      if (known?.revision !== revision) return undefined
      entries.delete(pipelineId)
      entries.set(pipelineId, known)
      return known.state
    },
    set(pipelineId, entry) {
      forget(pipelineId)
      entries.set(pipelineId, entry)
      weight += entry.weight
      for (const oldest of entries.keys()) {
        if (weight <= maxWeight) return
        forget(oldest)
      }
    },
  }
}
