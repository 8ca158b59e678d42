/**
 * One decision in the making: a draft of the next state that copies a record the first time it is written, and the commands so
 * far. Nothing of it outlives `decide`, which is pure seen from outside.
 */
import { invariant } from '../invariant.ts'
import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from '../pipeline/declaration.ts'
import type { Command, Decision, Rejection, Reply } from './commands.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { own } from './record.ts'
import { retainedExecutions, retainedVersions } from './retention.ts'
import type {
  ActionExecution,
  ExecutionId,
  Instant,
  PipelineExecution,
  PipelineState,
  RuleExecution,
  StageState,
} from './state.ts'
import { locksStages } from './status.ts'

export interface DecideOptions {
  /** a new UUID */
  readonly newId: () => string
  /** 7 random characters out of [A-Za-z0-9] */
  readonly newKey: () => string
  readonly limits?: Partial<Limits>
}

type Draft = { -readonly [Member in keyof PipelineState]: PipelineState[Member] } & {
  executions: Record<ExecutionId, PipelineExecution>
  latestActions: Record<string, ActionExecution>
}

/** Work that an event's handler leaves behind; done in order until nothing is left, so that everything that can start does. */
export type Step =
  | { readonly type: 'advance'; readonly executionId: ExecutionId }
  | { readonly type: 'admit'; readonly stage: string }
  | { readonly type: 'release'; readonly executionId: ExecutionId }

export interface Turn {
  readonly before: PipelineState
  readonly draft: Draft
  readonly at: Instant
  readonly newId: () => string
  readonly newKey: () => string
  readonly limits: Limits
  readonly commands: Command[]
  readonly agenda: Step[]
  readonly replaced: ActionExecution[]
  readonly replacedRules: RuleExecution[]
}

/** What an event's handler says: nothing (done), a reply, or why not. */
export type Verdict = { readonly reply: Reply } | Rejected | undefined

export interface Rejected {
  readonly rejection: Rejection
}

export const reject = (code: string, message: string): Rejected => ({ rejection: { code, message } })

export function openTurn(before: PipelineState, at: Instant, { newId, newKey, limits }: DecideOptions): Turn {
  return {
    before,
    draft: { ...before },
    at,
    newId,
    newKey,
    limits: limits === undefined ? DEFAULT_LIMITS : { ...DEFAULT_LIMITS, ...limits },
    commands: [],
    agenda: [],
    replaced: [],
    replacedRules: [],
  }
}

export function closeTurn(turn: Turn, reply: Reply | undefined): Decision<PipelineState> {
  const { before, draft, commands } = turn
  const state = isChanged(before, draft) ? settled(turn) : before
  return reply === undefined ? { accepted: true, state, commands } : { accepted: true, state, commands, reply }
}

function isChanged(before: PipelineState, draft: Draft): boolean {
  for (const member in draft) {
    if (draft[member as keyof Draft] !== before[member as keyof PipelineState]) return true
  }
  return false
}

function settled({ before, draft, replaced, replacedRules }: Turn): PipelineState {
  const executions = retainedExecutions(before, draft)
  const { replacedActions: _actions, replacedRules: _rules, ...state } = { ...draft, executions }
  return {
    ...state,
    olderVersions: retainedVersions(state),
    ...(replaced.length === 0 ? {} : { replacedActions: replaced }),
    ...(replacedRules.length === 0 ? {} : { replacedRules }),
  }
}

export function executionOf({ draft }: Turn, id: ExecutionId): PipelineExecution {
  const execution = own(draft.executions, id)
  invariant(execution !== undefined, `execution ${id} is not in the state of ${draft.key.name}`)
  return execution
}

/** @returns the execution as it is from now on */
export function putExecution({ draft, before, at }: Turn, execution: PipelineExecution): PipelineExecution {
  if (draft.executions === before.executions) draft.executions = { ...before.executions }
  const updated = execution.updatedAt === at ? execution : { ...execution, updatedAt: at }
  draft.executions[execution.id] = updated
  return updated
}

export const stageStateOf = ({ draft }: Turn, stage: string): StageState => own(draft.stages, stage) ?? NEVER_ENTERED

const NEVER_ENTERED: StageState = { waiting: [] }

/** An execution is the stage's latest until another one enters. PARALLEL executions never get in each other's way. */
export const isLatest = (turn: Turn, { id, mode, status }: PipelineExecution, stage: string): boolean =>
  status !== 'Superseded' && (!locksStages(mode) || stageStateOf(turn, stage).latest === id)

/** A stage that an update removed has no state: executions of older versions leave it without a trace. */
export function putStageState({ draft }: Turn, stage: string, state: StageState): void {
  if (Object.hasOwn(draft.stages, stage)) draft.stages = { ...draft.stages, [stage]: state }
}

/** The structure that the execution runs on: that of its own version. */
export function structureOf({ draft }: Turn, execution: PipelineExecution): PipelineDeclaration {
  const { pipelineVersion } = execution
  const structure = pipelineVersion === draft.version ? draft.declaration : draft.olderVersions[pipelineVersion]
  invariant(
    structure !== undefined,
    `version ${pipelineVersion} of ${draft.key.name} is gone, but ${execution.id} runs on it`,
  )
  return structure
}

export function stageOf(turn: Turn, execution: PipelineExecution, stage: string): StageDeclaration {
  const declared = structureOf(turn, execution).stages.find(({ name }) => name === stage)
  invariant(declared !== undefined, `version ${execution.pipelineVersion} of the pipeline has no stage ${stage}`)
  return declared
}

export function actionOf(turn: Turn, execution: PipelineExecution, run: ActionExecution): ActionDeclaration {
  const declared = stageOf(turn, execution, run.stage).actions.find(({ name }) => name === run.action)
  invariant(declared !== undefined, `version ${execution.pipelineVersion} of the pipeline has no action ${run.action}`)
  return declared
}

export const actionRegion = ({ draft }: Turn, { region }: Pick<ActionDeclaration, 'region'>): string =>
  region ?? draft.key.region
