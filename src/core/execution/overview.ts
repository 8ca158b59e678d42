/** A pipeline at a glance: the results of our own operation `ListPipelineOverviews`. Types only. Times are ms since the epoch. */
import type { ExecutionMode } from '../pipeline/declaration.ts'
import type { Reason } from './explain/explanation.ts'
import type { ExecutionId, Instant, PipelineExecution } from './state.ts'

export interface PipelineOverview {
  readonly name: string
  readonly version: number
  readonly executionMode: ExecutionMode
  readonly updated: Instant
  readonly tags: Readonly<Record<string, string>>
  /** the newest first */
  readonly executions: readonly ExecutionOverview[]
  /** in the order of `Explain`: those that need somebody first */
  readonly reasons: readonly Reason[]
}

export interface ExecutionOverview {
  readonly id: ExecutionId
  readonly status: PipelineExecution['status']
  readonly started: Instant
  readonly updated: Instant
  /** what its first source fetched */
  readonly revisionId?: string
  readonly revisionSummary?: string
}

export interface PipelineOverviews {
  readonly pipelines: readonly PipelineOverview[]
  /** there are more; absent: that was all */
  readonly nextToken?: string
}
