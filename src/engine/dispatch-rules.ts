/** Performs the outbox entries of rules as `dispatch` does those of actions: at least once, and gone with their outcome. */
import type { Clock } from '../base/clock.ts'
import type { ActionOrder, ActionProgress, Command, PipelineKey, RuleProgress } from '../core/execution/execution.ts'
import { ActionAborted, failureOf } from '../providers/provider.ts'
import type { RuleOrder, RuleOutcome, RuleProvider } from '../rules/rule.ts'
import type { Store } from '../store/store.ts'
import type { EngineEvent } from './engine.ts'
import type { Probe } from './probe.ts'
import { ruleByAction, type RulesByActionDependencies } from './rules-by-action.ts'
import type { Steps } from './step.ts'

export interface RuleDispatchDependencies extends Omit<RulesByActionDependencies, 'progress'> {
  readonly store: Store
  readonly steps: Pick<Steps, 'send'>
  readonly rules: readonly RuleProvider[]
  readonly clock: Clock
  /** the outcome and the end of the outbox entry, one commit */
  readonly save: (outboxId: number, pipeline: PipelineKey, event: EngineEvent, id: string) => Promise<void>
  /** writes until the store has it */
  readonly insist: (id: string, write: () => Promise<unknown>) => Promise<void>
  /** outbox entries that are about to be removed, though nobody is at them any more */
  readonly ending: Set<number>
  readonly isStopping: () => boolean
  readonly probe?: Probe | undefined
}

interface Run {
  readonly outboxId: number
  readonly controller: AbortController
  readonly ended: Promise<void>
}

export function createRuleDispatch(dependencies: RuleDispatchDependencies) {
  const { store, steps, rules, save, insist, ending, isStopping, probe } = dependencies
  const runs = new Map<string, Run>()

  async function run(outboxId: number, order: RuleOrder, signal: AbortSignal): Promise<void> {
    const { provider } = order.rule.typeId
    const found = rules.find(({ types }) => types.some((type) => type.provider === provider))
    const byAction = ruleByAction({ ...dependencies, progress }, order)
    const outcome = found
      ? await evaluate(dependencies, found, order, signal)
      : byAction
        ? await byAction(order, signal)
        : errored('ConfigurationError', `Pipewright cannot evaluate the rule type ${provider} yet.`)
    probe?.('after-provider', order.rule.id)
    if (outcome !== undefined && !signal.aborted)
      await save(outboxId, order.pipeline, eventOf(order, outcome), order.rule.id)
  }

  /** Rules report nothing but where their work can be seen. */
  async function progress({ pipeline, executionId, action }: ActionOrder, news: ActionProgress): Promise<void> {
    const { externalExecutionId, externalExecutionUrl, summary } = news
    const told: RuleProgress = {
      ...(externalExecutionId !== undefined && { externalExecutionId }),
      ...(externalExecutionUrl !== undefined && { externalExecutionUrl }),
      ...(summary !== undefined && { summary }),
    }
    if (Object.keys(told).length === 0) return
    const about = { executionId, ruleExecutionId: action.id }
    await insist(action.id, () => steps.send(pipeline, { type: 'RuleWaiting', ...about, progress: told }))
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
      const entries = running ? [running.outboxId, outboxId] : [outboxId]
      for (const id of entries) ending.add(id)
      try {
        running?.controller.abort(new ActionAborted('abandoned', reason))
        await running?.ended.catch(() => undefined) // its own failure is told to whoever started it
        if (isStopping()) return
        await insist(ruleExecutionId, () => store.write((tx) => tx.outbox.remove(entries)))
      } finally {
        for (const id of entries) ending.delete(id)
      }
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
    const failure = failureOf(error)
    if (failure !== undefined) return { type: 'Errored', error: failure }
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
