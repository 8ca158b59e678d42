/**
 * Stage conditions: what must hold before a stage is entered, after it succeeded, and after it failed. All rules of a condition run at
 * once; the first that fails decides.
 * Source: CodePipeline user guide, "How do stage conditions work".
 */
import type { Condition, ConditionResult, StageConditionKey } from '../pipeline/declaration.ts'
import { abandonRule, conditionOf, putCondition, startRule } from './rules.ts'
import type {
  ConditionExecution,
  ConditionExecutionStatus,
  ExecutionId,
  PipelineExecution,
  StageExecution,
} from './state.ts'
import { isRunning } from './status.ts'
import { executionOf, stageOf, type Turn } from './turn.ts'

/** `PASS` also when there is no condition; `WAIT` while rules run: their end brings the execution back here. */
export type Answer = 'PASS' | 'WAIT' | ConditionResult

/** Asks a condition of the stage the execution is inside of, starting its rules the first time. Rollbacks are not asked anything. */
export function ask(turn: Turn, executionId: ExecutionId, stage: string, key: StageConditionKey): Answer {
  const execution = executionOf(turn, executionId)
  const declared = stageOf(turn, execution, stage)[key]
  const [condition] = declared?.conditions ?? []
  if (condition === undefined || execution.type === 'ROLLBACK') return 'PASS'
  if (conditionOf(execution, stage, key) === undefined) start(turn, executionId, stage, key, condition)
  const { status } = judge(turn, executionId, stage, key)
  if (status === 'InProgress') return 'WAIT'
  const fallback = declared !== undefined && 'result' in declared ? declared.result : undefined
  return engages(status) ? (condition.result ?? fallback ?? 'FAIL') : 'PASS'
}

/** The user guide says both "fails" and "is met" for `onFailure`; here a result is engaged when the condition fails, for all three. */
export const engages = (status: ConditionExecutionStatus): boolean => status === 'Failed' || status === 'Errored'

/** Of conditions that need not be asked again in this pass of the stage. */
export const hasPassed = ({ status }: ConditionExecution): boolean => status === 'Succeeded' || status === 'Overridden'

function start(
  turn: Turn,
  executionId: ExecutionId,
  stage: string,
  key: StageConditionKey,
  { rules }: Condition,
): void {
  putCondition(turn, executionId, stage, key, { status: 'InProgress', changedAt: turn.at, rules: {} })
  for (const rule of rules) startRule(turn, executionId, stage, key, rule)
}

/** Decides as soon as it can; rules that still run then are no longer needed. */
function judge(turn: Turn, executionId: ExecutionId, stage: string, key: StageConditionKey): ConditionExecution {
  const condition = conditionOf(executionOf(turn, executionId), stage, key) ?? NEVER_ASKED
  if (condition.status !== 'InProgress') return condition
  const rules = Object.values(condition.rules)
  const failed = rules.filter(({ status }) => status === 'Failed')
  if (failed.length > 0) {
    const summary = failed.map(({ rule, error }) => `Rule ${rule} failed: ${error?.message ?? 'no reason'}`).join('; ')
    const status = failed.some(({ errored }) => errored) ? 'Errored' : 'Failed'
    return end(turn, executionId, stage, key, { status, summary, reason: 'Another rule of the condition failed.' })
  }
  return rules.some(isRunning) ? condition : end(turn, executionId, stage, key, { status: 'Succeeded', reason: '' })
}

const NEVER_ASKED: ConditionExecution = { status: 'InProgress', changedAt: 0, rules: {} }

function end(
  turn: Turn,
  executionId: ExecutionId,
  stage: string,
  key: StageConditionKey,
  {
    status,
    summary,
    reason,
    by,
  }: {
    readonly status: Exclude<ConditionExecutionStatus, 'InProgress'>
    readonly summary?: string
    readonly reason: string
    readonly by?: string
  },
): ConditionExecution {
  const running = Object.values(conditionOf(executionOf(turn, executionId), stage, key)?.rules ?? {}).filter(isRunning)
  for (const run of running) abandonRule(turn, run, reason, by)
  const { rules } = conditionOf(executionOf(turn, executionId), stage, key) ?? NEVER_ASKED
  return putCondition(turn, executionId, stage, key, {
    status,
    changedAt: turn.at,
    ...(summary === undefined ? {} : { summary }),
    rules,
  })
}

/** Ends what is being asked, because the execution is to stop, or its pipeline has changed. */
export function cancelConditions(
  turn: Turn,
  { id, at }: Pick<PipelineExecution, 'id' | 'at'>,
  status: 'Cancelled' | 'Abandoned',
  reason: string,
): void {
  if (at?.place !== 'inside') return
  for (const key of ['beforeEntry', 'onSuccess', 'onFailure'] as const) {
    if (conditionOf(executionOf(turn, id), at.stage, key)?.status === 'InProgress') {
      end(turn, id, at.stage, key, { status, reason })
    }
  }
}

export function overrideCondition(
  turn: Turn,
  executionId: ExecutionId,
  stage: string,
  key: StageConditionKey,
  by: string,
): void {
  end(turn, executionId, stage, key, { status: 'Overridden', summary: `Overridden by ${by}.`, reason: OVERRIDDEN, by })
}

const OVERRIDDEN = 'The condition was overridden.'

/**
 * Sets conditions back, so that they are asked anew. The runs of their rules must not be lost to history.
 * @returns the stage without them
 */
export function forgetConditions(
  turn: Turn,
  stage: StageExecution,
  isKept: (key: StageConditionKey, condition: ConditionExecution) => boolean,
): StageExecution {
  const { conditions, ...rest } = stage
  if (conditions === undefined) return stage
  const entries = Object.entries(conditions) as [StageConditionKey, ConditionExecution][]
  const kept = entries.filter(([key, condition]) => isKept(key, condition))
  const forgotten = entries.filter((entry) => !kept.includes(entry)).flatMap(([, { rules }]) => Object.values(rules))
  turn.replacedRules.push(...forgotten.filter(({ updatedAt }) => updatedAt === turn.at))
  return kept.length === 0 ? rest : { ...rest, conditions: Object.fromEntries(kept) }
}
