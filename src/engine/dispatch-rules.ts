/** Performs the outbox entries of rules as `dispatch` does those of actions: at least once, and gone with their outcome. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Command, PipelineKey } from '../core/execution/execution.ts'
import { ActionAborted } from '../providers/provider.ts'
import type { RuleOrder, RuleOutcome, RuleProvider } from '../rules/rule.ts'
import type { Store } from '../store/store.ts'
import type { EngineEvent } from './engine.ts'

export interface RuleDispatchDependencies {
  readonly store: Store
  readonly rules: readonly RuleProvider[]
  readonly clock: Clock
  readonly log: Log
  readonly newId: () => string
  /** the outcome and the end of the outbox entry, one commit */
  readonly save: (outboxId: number, pipeline: PipelineKey, event: EngineEvent, id: string) => Promise<void>
  readonly isStopping: () => boolean
}

interface Run {
  readonly outboxId: number
  readonly controller: AbortController
  readonly ended: Promise<void>
}

export function createRuleDispatch(dependencies: RuleDispatchDependencies) {
  const { store, rules, save, isStopping } = dependencies
  const runs = new Map<string, Run>()

  async function run(outboxId: number, order: RuleOrder, signal: AbortSignal): Promise<void> {
    const { provider } = order.rule.typeId
    const found = rules.find(({ types }) => types.some((type) => type.provider === provider))
    const outcome = found
      ? await evaluate(dependencies, found, order, signal)
      : errored('ConfigurationError', `Pipewright cannot evaluate the rule type ${provider} yet.`)
    if (!signal.aborted) await save(outboxId, order.pipeline, eventOf(order, outcome), order.rule.id)
  }

  return {
    /** A rule that waited is ordered again with the same id; its earlier run may still be on its way out. */
    async start(outboxId: number, order: RuleOrder): Promise<void> {
      const { id } = order.rule
      const earlier = runs.get(id)
      if (earlier) await earlier.ended.catch(() => undefined) // its own failure is told to whoever started it
      if (isStopping()) return
      const controller = new AbortController()
      const ended = run(outboxId, order, controller.signal).finally(() => runs.delete(id))
      runs.set(id, { outboxId, controller, ended })
      await ended
    },

    async abandon(
      outboxId: number,
      { ruleExecutionId, reason }: Extract<Command, { type: 'AbandonRule' }>,
    ): Promise<void> {
      const running = runs.get(ruleExecutionId)
      running?.controller.abort(new ActionAborted('abandoned', reason))
      await running?.ended.catch(() => undefined) // its own failure is told to whoever started it
      if (isStopping()) return
      await store.write((tx) => tx.outbox.remove(running ? [running.outboxId, outboxId] : [outboxId]))
    },

    stop(reason: ActionAborted): void {
      for (const { controller } of runs.values()) controller.abort(reason)
    },
  }
}

async function evaluate(
  { clock, log, newId }: RuleDispatchDependencies,
  provider: RuleProvider,
  order: RuleOrder,
  signal: AbortSignal,
): Promise<RuleOutcome> {
  try {
    return await provider.run(order, { signal, now: clock.now() })
  } catch (error) {
    const requestId = newId()
    const { pipeline, executionId, rule } = order
    if (!signal.aborted) {
      log.error(
        { err: error, requestId, pipeline: pipeline.name, executionId, rule: rule.rule, ruleExecutionId: rule.id },
        'a rule provider failed unexpectedly',
      )
    }
    return errored('InternalError', `Pipewright failed internally (request id ${requestId})`)
  }
}

const errored = (code: 'ConfigurationError' | 'InternalError', message: string): RuleOutcome => ({
  type: 'Errored',
  error: { code, message },
})

const EVENT = {
  Succeeded: 'RuleSucceeded',
  Failed: 'RuleFailed',
  Errored: 'RuleErrored',
  Waiting: 'RuleWaiting',
} as const satisfies Record<RuleOutcome['type'], EngineEvent['type']>

const eventOf = ({ executionId, rule }: RuleOrder, { type, ...rest }: RuleOutcome): EngineEvent =>
  ({ ...rest, type: EVENT[type], executionId, ruleExecutionId: rule.id }) as EngineEvent
