/** The door of rule providers (stage conditions, V2): what a rule is given, and what it says. */
import type { ErrorDetails, Instant, RuleOrder, RuleProgress } from '../core/execution/execution.ts'
import type { RuleTypeId } from '../core/pipeline/declaration.ts'
import type { BusEvent } from '../journal/journal.ts'

export type { RuleOrder } from '../core/execution/execution.ts'

export type RuleOutcome =
  | { readonly type: 'Succeeded'; readonly progress?: RuleProgress }
  /** the rule is not met */
  | { readonly type: 'Failed'; readonly error: ErrorDetails; readonly progress?: RuleProgress }
  /** it could not be evaluated */
  | { readonly type: 'Errored'; readonly error: ErrorDetails; readonly progress?: RuleProgress }
  /** not met yet: `run` is called again then; without `until` it is not met before its time is over */
  | { readonly type: 'Waiting'; readonly until?: Instant; readonly progress?: RuleProgress }

export interface RuleContext {
  /** fires when nobody waits for the outcome any more, and on shutdown */
  readonly signal: AbortSignal
  readonly now: Instant
}

/** What rules are given that ask a service. */
export interface ServiceRuleContext extends RuleContext {
  /** of the rule's role */
  readonly account: string
  /** An ordinary SDK client acting under the rule's role, entering Pipewright without a socket. Cached; never dispose it. */
  client<Client>(constructor: new (config: never) => Client): Client
  /** Resolves with the first event that matches, from now on. Rejects when the signal fires. */
  event(filter: { source: string; matches: (event: BusEvent) => boolean }): Promise<BusEvent>
  /** @returns what is awaited, or `over` when it takes longer than that */
  within<Result>(ms: number, awaited: Promise<Result>, over: Result): Promise<Result>
}

export interface RuleProvider {
  readonly types: readonly RuleTypeId[]
  /** Like an action provider's `run`: at least once, idempotent by `order.rule.id`. */
  run(order: RuleOrder, context: RuleContext): Promise<RuleOutcome>
}
