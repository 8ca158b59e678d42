/** The life of one run of a rule: started with its condition, ended by its provider, abandoned by us. */
import { invariant } from '../invariant.ts'
import type { RuleDeclaration, StageConditionKey } from '../pipeline/declaration.ts'
import { currentStage, missingArtifact } from './actions.ts'
import { artifactStoreOf, inputLocations } from './artifacts.ts'
import type { RuleEvent, RuleProgress } from './events.ts'
import { ruleTimeoutMinutes } from './limits.ts'
import { own } from './record.ts'
import { resolveAction, type ResolvedAction } from './resolve.ts'
import { pipelineArn, publishConditionChange, publishRuleProgress } from './state-changes.ts'
import type { ConditionExecution, ExecutionId, PipelineExecution, RuleExecution } from './state.ts'
import { runningRules } from './status.ts'
import { actionRegion, executionOf, putExecution, stageOf, structureOf, type Turn } from './turn.ts'

type Event<Type extends RuleEvent['type']> = Extract<RuleEvent, { type: Type }>

/** Starts the rule, or records at once that it cannot be evaluated. */
export function startRule(
  turn: Turn,
  executionId: ExecutionId,
  stage: string,
  condition: StageConditionKey,
  rule: RuleDeclaration,
): void {
  const execution = executionOf(turn, executionId)
  const resolved = resolveAction(execution, rule)
  const inputs = inputLocations(execution, rule)
  const run: RuleExecution = {
    id: turn.newId(),
    executionId,
    pipelineVersion: execution.pipelineVersion,
    stage,
    condition,
    rule: rule.name,
    typeId: rule.ruleTypeId,
    region: actionRegion(turn, rule),
    status: 'InProgress',
    startedAt: turn.at,
    updatedAt: turn.at,
    configuration: rule.configuration,
    resolvedConfiguration: resolved.configuration,
    ...(rule.roleArn === undefined ? {} : { roleArn: rule.roleArn }),
    inputArtifacts: typeof inputs === 'string' ? [] : inputs,
  }
  const error = resolved.error ?? (typeof inputs === 'string' ? missingArtifact(inputs, executionId) : undefined)
  if (error !== undefined) {
    putRule(turn, { ...run, status: 'Failed', error, errored: true })
    return
  }
  putRule(turn, run)
  schedule(turn, run, 'timeout', timeoutAt(run, rule))
  order(turn, rule, run, resolved)
}

function order(turn: Turn, rule: RuleDeclaration, run: RuleExecution, { commands }: ResolvedAction): void {
  const { key } = turn.draft
  const structure = structureOf(turn, executionOf(turn, run.executionId))
  const store = artifactStoreOf(structure, run.region)
  turn.commands.push({
    type: 'StartRule',
    order: {
      pipeline: key,
      pipelineArn: pipelineArn(key),
      pipelineRoleArn: structure.roleArn,
      executionId: run.executionId,
      rule: run,
      ...(store.encryptionKey === undefined ? {} : { encryptionKeyId: store.encryptionKey.id }),
      artifactBucket: store.location,
      ...(commands === undefined ? {} : { commands }),
      timeoutAt: timeoutAt(run, rule),
    },
  })
}

const timeoutAt = ({ startedAt }: RuleExecution, rule: RuleDeclaration): number =>
  startedAt + ruleTimeoutMinutes(rule) * 60_000

function schedule(turn: Turn, { executionId, id }: RuleExecution, purpose: 'timeout' | 'check', at: number): void {
  const { key } = turn.draft
  turn.commands.push({ type: 'ScheduleRule', pipeline: key, executionId, ruleExecutionId: id, purpose, at })
}

export function ruleEnded(turn: Turn, event: Event<'RuleSucceeded' | 'RuleFailed' | 'RuleErrored'>): void {
  const run = findRunning(turn, event)
  if (run === undefined) return
  endRule(turn, run, {
    ...event.progress,
    ...(event.type === 'RuleSucceeded' ? { status: 'Succeeded' } : { status: 'Failed', error: event.error }),
    ...(event.type === 'RuleErrored' ? { errored: true } : {}),
  })
  turn.agenda.push({ type: 'advance', executionId: run.executionId })
}

export function ruleWaiting(turn: Turn, event: Event<'RuleWaiting'>): void {
  const run = findRunning(turn, event)
  if (run === undefined) return
  const { until, progress = {} } = event
  const hasNews = Object.entries(progress).some(([member, value]) => run[member as keyof RuleProgress] !== value)
  const { waitingUntil: _before, ...asked } = run
  const waiting = { ...asked, ...progress, ...(until === undefined ? {} : { waitingUntil: until }) }
  if (until !== undefined) schedule(turn, run, 'check', until)
  if (!hasNews && until === run.waitingUntil) return
  // that it is asked again is no change of its status
  putRule(turn, { ...waiting, updatedAt: hasNews ? turn.at : run.updatedAt })
  publishRuleProgress(turn, executionOf(turn, run.executionId), waiting)
}

/** The wait is over: its provider is asked again, by the same run. */
export function ruleDue(turn: Turn, event: Event<'RuleDue'>): void {
  const run = findRunning(turn, event)
  if (run === undefined) return
  const rule = declaredRule(turn, run)
  order(turn, rule, run, resolveAction(executionOf(turn, run.executionId), rule))
}

export function ruleTimedOut(turn: Turn, event: Event<'RuleTimedOut'>): void {
  const run = findRunning(turn, event)
  if (run === undefined) return
  const message = `The rule timed out after ${ruleTimeoutMinutes(declaredRule(turn, run))} minutes.`
  endRule(turn, run, { status: 'Failed', error: { code: 'JobFailed', message } })
  abandonProvider(turn, run, message)
  turn.agenda.push({ type: 'advance', executionId: run.executionId })
}

/** @param by who made it superfluous, if a person did */
export function abandonRule(turn: Turn, run: RuleExecution, reason: string, by?: string): void {
  endRule(turn, run, { status: 'Abandoned', ...(by === undefined ? {} : { updatedBy: by }) })
  abandonProvider(turn, run, reason)
}

function abandonProvider(turn: Turn, { executionId, id }: RuleExecution, reason: string): void {
  turn.commands.push({ type: 'AbandonRule', pipeline: turn.draft.key, executionId, ruleExecutionId: id, reason })
}

function endRule(turn: Turn, running: RuleExecution, end: Partial<RuleExecution>): void {
  const { waitingUntil: _over, ...run } = running
  putRule(turn, { ...run, ...end, updatedAt: turn.at })
  turn.commands.push({ type: 'CancelRuleTimers', ruleExecutionId: running.id })
}

/** Late and repeated reports find nothing. */
function findRunning(
  turn: Turn,
  { executionId, ruleExecutionId }: Pick<RuleEvent, 'executionId' | 'ruleExecutionId'>,
): RuleExecution | undefined {
  const stage = currentStage(own(turn.draft.executions, executionId))
  return stage && runningRules(stage).find(({ id }) => id === ruleExecutionId)
}

function declaredRule(turn: Turn, { executionId, stage, condition, rule }: RuleExecution): RuleDeclaration {
  const conditions = stageOf(turn, executionOf(turn, executionId), stage)[condition]?.conditions ?? []
  const declared = conditions.flatMap(({ rules }) => rules).find(({ name }) => name === rule)
  invariant(declared !== undefined, `${condition} of stage ${stage} has no rule ${rule}, which runs in ${executionId}`)
  return declared
}

function putRule(turn: Turn, run: RuleExecution): void {
  const condition = conditionOf(executionOf(turn, run.executionId), run.stage, run.condition)
  invariant(condition !== undefined, `${run.rule} runs in ${run.stage}, whose ${run.condition} was never asked`)
  putCondition(turn, run.executionId, run.stage, run.condition, {
    ...condition,
    rules: { ...condition.rules, [run.rule]: run },
  })
}

export const conditionOf = (
  { stages }: PipelineExecution,
  stage: string,
  condition: StageConditionKey,
): ConditionExecution | undefined => own(stages, stage)?.conditions?.[condition]

export function putCondition(
  turn: Turn,
  executionId: ExecutionId,
  name: string,
  key: StageConditionKey,
  condition: ConditionExecution,
): ConditionExecution {
  const execution = executionOf(turn, executionId)
  const stage = own(execution.stages, name)
  invariant(stage !== undefined, `a condition of ${name} is asked, which ${executionId} never entered`)
  const asked = { ...stage, conditions: { ...stage.conditions, [key]: condition } }
  putExecution(turn, { ...execution, stages: { ...execution.stages, [name]: asked } })
  if (stage.conditions?.[key]?.status !== condition.status)
    publishConditionChange(turn, execution, name, key, condition)
  return condition
}
