/** Actions that a person wants skipped when their turn comes, and what is recorded in the place of a run then. */
import type { ActionDeclaration } from '../pipeline/declaration.ts'
import { recordRun } from './actions.ts'
import { omit, own } from './record.ts'
import { publishActionSkipped } from './state-changes.ts'
import type { ExecutionId, PipelineExecution, Skip } from './state.ts'
import { actionRegion, executionOf, putExecution, type Turn } from './turn.ts'

export const isToBeSkipped = (execution: PipelineExecution, stage: string, action: string): boolean =>
  plannedSkip(execution, stage, action) !== undefined

export function planSkip(turn: Turn, execution: PipelineExecution, stage: string, action: string, skip: Skip): void {
  putExecution(turn, { ...execution, plannedSkips: { ...execution.plannedSkips, [placeOf(stage, action)]: skip } })
}

/** The action's turn has come. What was planned is used up: should the stage be retried as a whole, the action runs. */
export function skipNow(turn: Turn, executionId: ExecutionId, stage: string, action: ActionDeclaration): void {
  const execution = executionOf(turn, executionId)
  const skip = plannedSkip(execution, stage, action.name)
  if (skip === undefined) return
  const { [placeOf(stage, action.name)]: _used, ...plannedSkips } = execution.plannedSkips ?? {}
  const rest = omit(execution, 'plannedSkips')
  putExecution(turn, Object.keys(plannedSkips).length === 0 ? rest : { ...rest, plannedSkips })
  recordSkip(turn, executionId, stage, action, skip)
}

/** Puts a run that says so in the place of the run that there will not be, or that failed. It has no inputs and no outputs. */
export function recordSkip(
  turn: Turn,
  executionId: ExecutionId,
  stage: string,
  { name, actionTypeId, configuration, roleArn, namespace, region }: ActionDeclaration,
  skipped: Skip,
): void {
  const run = {
    id: turn.newId(),
    executionId,
    pipelineVersion: executionOf(turn, executionId).pipelineVersion,
    stage,
    action: name,
    typeId: actionTypeId,
    region: actionRegion(turn, region === undefined ? {} : { region }),
    status: 'Abandoned',
    startedAt: turn.at,
    updatedAt: turn.at,
    configuration,
    resolvedConfiguration: configuration,
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(namespace === undefined ? {} : { namespace }),
    inputArtifacts: [],
    outputArtifacts: [],
    skipped,
  } as const
  publishActionSkipped(turn, recordRun(turn, run), run)
}

const plannedSkip = ({ plannedSkips = {} }: PipelineExecution, stage: string, action: string): Skip | undefined =>
  own(plannedSkips, placeOf(stage, action))

/** Neither name can have a slash in it. */
const placeOf = (stage: string, action: string): string => `${stage}/${action}`
