/** The door of rule providers (stage conditions, V2): the types that the engine and the rules of a later version share. */
import type { ActionExecutionId, ErrorDetails, ExecutionId, PipelineKey } from '../core/execution/execution.ts'
import type { RuleTypeId } from '../core/pipeline/declaration.ts'

export interface RuleOrder {
  readonly pipeline: PipelineKey
  readonly executionId: ExecutionId
  readonly stage: string
  readonly ruleExecutionId: ActionExecutionId
  readonly typeId: RuleTypeId
  readonly region: string
  readonly roleArn: string
  readonly resolvedConfiguration: Readonly<Record<string, string>>
}

export type RuleOutcome = { readonly type: 'Succeeded' } | { readonly type: 'Failed'; readonly error: ErrorDetails }

export interface RuleProvider {
  readonly types: readonly RuleTypeId[]
  /** Like an action provider's `run`: at least once, idempotent by `ruleExecutionId`. */
  run(order: RuleOrder, context: { readonly signal: AbortSignal }): Promise<RuleOutcome>
}
