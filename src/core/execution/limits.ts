/** What bounds executions; all of it configuration, so that tests and operators can change it. */
import { defaultTimeoutMinutes } from '../catalog/action-types.ts'
import { QUOTAS } from '../catalog/quotas.ts'
import { findRuleType } from '../catalog/rule-types.ts'
import type { ActionDeclaration, ActionTypeId, RuleDeclaration } from '../pipeline/declaration.ts'

/** Source of the defaults: CodePipeline user guide, "Quotas"; `startTokens` is ours. */
export interface Limits {
  /** in progress at once, waiting ones included; QUEUED and PARALLEL only */
  readonly concurrentExecutions: number
  /** running actions of one PARALLEL execution */
  readonly concurrentActions: number
  /** an execution that waited longer at a disabled transition is not resumed; ms */
  readonly inboundWaitMs: number
  /** how long a start token is remembered; ms */
  readonly startTokenMs: number
  /** how many start tokens are remembered at most: they travel with every save of the pipeline */
  readonly startTokens: number
  /** of an action that declares none */
  readonly timeoutMinutes: (type: ActionTypeId) => number
  /** as on AWS: what other actions declare is not heard (rule A-21) */
  readonly timeoutsOfApprovalsOnly: boolean
}

const DAY_MS = 24 * 60 * 60_000

export const DEFAULT_LIMITS: Limits = {
  concurrentExecutions: QUOTAS.concurrentExecutionsPerPipeline,
  concurrentActions: QUOTAS.concurrentActionRunsPerParallelExecution,
  inboundWaitMs: 30 * DAY_MS,
  startTokenMs: DAY_MS,
  startTokens: 256,
  timeoutMinutes: defaultTimeoutMinutes,
  timeoutsOfApprovalsOnly: false,
}

/** From the start of the run; of a custom action from the creation of its job, acknowledged or not. */
export function timeoutMinutes(limits: Limits, { timeoutInMinutes, actionTypeId }: ActionDeclaration): number {
  const isHeard = !limits.timeoutsOfApprovalsOnly || actionTypeId.category === 'Approval'
  return (isHeard ? timeoutInMinutes : undefined) ?? limits.timeoutMinutes(actionTypeId)
}

export const ruleTimeoutMinutes = ({ timeoutInMinutes, ruleTypeId }: RuleDeclaration): number =>
  timeoutInMinutes ?? findRuleType(ruleTypeId)?.timeoutMinutes ?? 60
