/** What a reason is found out from, and the questions that more than one part asks of it. */
import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from '../../pipeline/declaration.ts'
import { DEFAULT_LIMITS, timeoutMinutes, type Limits } from '../limits.ts'
import { own } from '../record.ts'
import type { ActionExecution, Instant, PipelineExecution, PipelineState } from '../state.ts'
import { locksStages } from '../status.ts'
import type { Subject } from './explanation.ts'

export interface Scene {
  readonly state: PipelineState
  readonly now: Instant
  /** those the engine decides by */
  readonly limits?: Partial<Limits>
}

export const limitsOf = ({ limits }: Scene): Limits => ({ ...DEFAULT_LIMITS, ...limits })

/** @returns undefined for a version that nobody runs on any more */
export const structureOf = (
  { state }: Scene,
  { pipelineVersion }: PipelineExecution,
): PipelineDeclaration | undefined =>
  pipelineVersion === state.version ? state.declaration : own(state.olderVersions, `${pipelineVersion}`)

export const stageOf = (scene: Scene, execution: PipelineExecution, name: string): StageDeclaration | undefined =>
  structureOf(scene, execution)?.stages.find((stage) => stage.name === name)

/** Retries, overrides and rollbacks are for the execution that entered the stage last, on the pipeline as it is now. */
export const isLatestOf = (
  { state }: Scene,
  { id, mode, pipelineVersion }: PipelineExecution,
  stage: string,
): boolean => pipelineVersion === state.version && (!locksStages(mode) || own(state.stages, stage)?.latest === id)

export function timesOutAt(scene: Scene, execution: PipelineExecution, run: ActionExecution): Instant {
  const declared = declarationOf(scene, execution, run)
  const limits = limitsOf(scene)
  const minutes = declared === undefined ? limits.timeoutMinutes(run.typeId) : timeoutMinutes(limits, declared)
  return run.startedAt + minutes * 60_000
}

const declarationOf = (
  scene: Scene,
  execution: PipelineExecution,
  run: ActionExecution,
): ActionDeclaration | undefined =>
  stageOf(scene, execution, run.stage)?.actions.find(({ name }) => name === run.action)

export const aboutExecution = ({ id }: PipelineExecution): Subject => ({ pipelineExecutionId: id })

export const aboutStage = ({ id }: PipelineExecution, stage: string): Subject => ({
  pipelineExecutionId: id,
  stageName: stage,
})

export const aboutAction = (run: ActionExecution): Subject => ({
  pipelineExecutionId: run.executionId,
  stageName: run.stage,
  actionName: run.action,
})
