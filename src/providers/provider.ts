/** The door of action providers: what an action is given, and what it says when it is over. */
import type { ActionOrder, ActionProgress, ArtifactRevision, ErrorDetails } from '../core/execution/execution.ts'
import type { ActionTypeId } from '../core/pipeline/declaration.ts'
import type { BusEvent } from '../journal/journal.ts'

export type ActionOutcome =
  | {
      readonly type: 'Succeeded'
      readonly progress?: ActionProgress
      readonly outputVariables?: Readonly<Record<string, string>>
      /** source actions: what was fetched */
      readonly revision?: Omit<ArtifactRevision, 'name'>
    }
  | { readonly type: 'Failed'; readonly error: ErrorDetails; readonly progress?: ActionProgress }
  /** somebody else ends it: a person (approval), a job worker */
  | { readonly type: 'Pending'; readonly progress?: ActionProgress }

/** An SDK client class, as every `@aws-sdk/client-*` package exports one. */
export type ClientConstructor<Client> = new (config: never) => Client

export interface ActionContext {
  /**
   * An ordinary SDK client acting under the action's role, in the action's account, entering Pipewright without a socket
   * (or real AWS, when an endpoint is configured for that service). Cached; never dispose it.
   */
  client<Client>(constructor: ClientConstructor<Client>, options?: { region?: string }): Client
  /** fires on stop-and-abandon, timeout, deletion and shutdown; the reason is an `ActionAborted` and says which */
  readonly signal: AbortSignal
  progress(progress: ActionProgress): Promise<void>
  /** Does the work, and has its time told apart: it moves an artifact between the artifact store and this machine. */
  transfer?<Result>(work: () => Promise<Result>): Promise<Result>
  /**
   * Resolves with the first event that matches, from now on. Subscribe before the call whose outcome you await, then check the
   * state once: an event between the two is then not missed. Rejects when the signal fires.
   */
  event(filter: { source: string; matches: (event: BusEvent) => boolean }): Promise<BusEvent>
}

export interface ActionProvider {
  readonly types: readonly ActionTypeId[]
  /**
   * Runs the action to its end. Called at least once per action execution: after a crash it is called again with the same
   * order, so it must be idempotent by `order.action.id` (client tokens, deterministic object keys).
   * A thrown error that is no AWS error of the caller's making counts as a bug of ours (InternalError).
   */
  run(order: ActionOrder, context: ActionContext): Promise<ActionOutcome>
}

/** The AWS error of a failed SDK call as an action failure; the table is `actions.md` 1.6. */
export { failureOf } from './failure.ts'
export { ActionAborted } from './aborted.ts'
