/** What the reference model remembers. The most obvious data: who holds a stage is found by looking who is inside. */
import type { ExecutionMode } from '../../src/core/pipeline/declaration.ts'

export interface ModelRun {
  status: 'InProgress' | 'Succeeded' | 'Failed' | 'Abandoned'
  /** learned from the real thing after it started: the model cannot know which ids are drawn */
  id?: string
  token?: string
  answered?: true
  acknowledged?: true
  /** of a rule: it could not be evaluated */
  errored?: true
}

export type GateName = 'beforeEntry' | 'onSuccess' | 'onFailure'

export interface ModelGate {
  status: 'InProgress' | 'Succeeded' | 'Failed' | 'Errored' | 'Cancelled' | 'Abandoned' | 'Overridden'
  readonly rules: Map<string, ModelRun>
}

export interface ModelStage {
  status: 'InProgress' | 'Stopping' | 'Stopped' | 'Succeeded' | 'Failed' | 'Cancelled' | 'Skipped'
  readonly runs: Map<string, ModelRun>
  readonly gates: Map<GateName, ModelGate>
  retriesByHand: number
  retriesByItself: number
}

export interface ModelExecution {
  /** '' while it is not known which id an automatic rollback was given */
  id: string
  /** 1 for the pipeline's first */
  readonly number: number
  readonly version: number
  readonly mode: ExecutionMode
  readonly rollback:
    | { readonly stage: string; readonly target: ModelExecution; readonly after?: ModelExecution }
    | undefined
  status: 'InProgress' | 'Stopping' | 'Stopped' | 'Succeeded' | 'Superseded' | 'Failed' | 'Cancelled'
  place: { readonly stage: string; readonly inside: boolean; readonly since: number } | undefined
  readonly stages: Map<string, ModelStage>
  attempt: number
  stopped: 'wait' | 'abandon' | undefined
  /** the pipeline was updated under it: running actions may end, nothing new begins */
  updatedUnder: boolean
  /** namespace -> the output variables that can be referred to */
  readonly outputs: Map<string, ReadonlySet<string>>
}

export const isActive = ({ status }: ModelExecution): boolean => status === 'InProgress' || status === 'Stopping'

export const hasFailed = ({ status }: ModelRun): boolean => status === 'Failed' || status === 'Abandoned'

export const isRunning = ({ status }: ModelRun): boolean => status === 'InProgress'

/** A gate that nobody has to pass again. */
export const hasPassed = ({ status }: ModelGate): boolean => status === 'Succeeded' || status === 'Overridden'

/** 3.1: the result of a condition is engaged when it fails, for all three types. */
export const isEngaged = ({ status }: ModelGate): boolean => status === 'Failed' || status === 'Errored'

export const newStage = (): ModelStage => ({
  status: 'InProgress',
  runs: new Map(),
  gates: new Map(),
  retriesByHand: 0,
  retriesByItself: 0,
})

export function abandonAll(runs: Iterable<ModelRun>): void {
  for (const run of runs) if (isRunning(run)) run.status = 'Abandoned'
}
