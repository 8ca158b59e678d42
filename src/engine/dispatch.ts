/**
 * Performs the outbox, at least once: an entry is removed in the same commit as what came of it, so that a crash at any instant
 * either repeats the entry (performers are idempotent by action execution id) or finds its outcome recorded.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { ActionOrder, Command, ErrorDetails, PipelineKey } from '../core/execution/execution.ts'
import type { ActionTypeId } from '../core/pipeline/declaration.ts'
import type { Clock } from '../base/clock.ts'
import { InvariantViolation } from '../core/invariant.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { ActionAborted, type ActionOutcome, type ActionProvider } from '../providers/provider.ts'
import type { RuleProvider } from '../rules/rule.ts'
import type { OutboxEntry, Store } from '../store/store.ts'
import { endCustomJobs, queueCustomJob, type WorkerType } from './custom-jobs.ts'
import type { EngineEvent } from './engine.ts'
import type { Probe } from './probe.ts'
import { createRuleDispatch } from './dispatch-rules.ts'
import { internalError, runAction, type RunDependencies } from './run-action.ts'
import type { Steps } from './step.ts'
import type { Schedule } from './timers.ts'

export interface DispatchDependencies extends Omit<RunDependencies, 'progress'> {
  readonly store: Store
  readonly jobs: Jobs
  readonly steps: Pick<Steps, 'send'>
  readonly providers: readonly ActionProvider[]
  readonly rules: readonly RuleProvider[]
  readonly clock: Clock
  /** the registered action type behind an order that workers run; undefined when there is none (any more) */
  readonly customType: ((order: ActionOrder) => Promise<WorkerType | undefined>) | undefined
  readonly probe: Probe | undefined
  /** absent: the system's timers, which keep the process alive meanwhile */
  readonly schedule?: Schedule
}

export interface Dispatch {
  /** Begins with each entry, in order, in this very tick; never throws, never waits. */
  perform(entries: readonly OutboxEntry[]): void
  /** Reads the outbox, and begins with what it has and this process has not begun with. */
  reread(): Promise<void>
  /** resolves when nothing is being performed */
  idle(): Promise<void>
  /** Tells running providers that the server stops and waits for them; their entries stay in the outbox. */
  stop(): Promise<void>
}

type StartAction = Extract<Command, { type: 'StartAction' }>
type AbandonAction = Extract<Command, { type: 'AbandonAction' }>

interface Run {
  readonly outboxId: number
  readonly controller: AbortController
  readonly ended: Promise<void>
}

export function createDispatch(dependencies: DispatchDependencies): Dispatch {
  const { store, jobs, steps, providers, log, probe } = dependencies
  const providerOf = indexProviders(providers)
  const runs = new Map<string, Run>()
  const tasks = new Set<Promise<void>>()
  const performing = new Set<number>()
  /** of runs that are being abandoned: their entries go together with those that abandon them, though nobody is at them any more */
  const ending = new Set<number>()
  /** what was begun with while the outbox is being read; each reading has its own */
  const readings = new Set<Set<number>>()
  const stopping = new AbortController()
  const rules = createRuleDispatch({ ...dependencies, save, insist, ending, isStopping: () => stopping.signal.aborted })

  function perform({ id, command }: OutboxEntry): void {
    if (stopping.signal.aborted) return
    probe?.('before-dispatch', command.type)
    performing.add(id)
    for (const begun of readings) begun.add(id)
    if (command.type === 'StartAction') start(id, command)
    else if (command.type === 'AbandonAction') track(id, abandon(id, command))
    else if (command.type === 'StartRule') track(id, rules.start(id, command.order))
    else if (command.type === 'AbandonRule') track(id, rules.abandon(id, command))
  }

  function track(outboxId: number, task: Promise<void>): void {
    const tracked = task
      .catch((error: unknown) => {
        if (!stopping.signal.aborted)
          log.fatal({ err: error }, 'an outbox entry could not be performed; it is tried again at the next start')
      })
      .finally(() => {
        tasks.delete(tracked)
        performing.delete(outboxId)
      })
    tasks.add(tracked)
  }

  function start(outboxId: number, { order }: StartAction): void {
    const { id } = order.action
    if (runs.has(id)) return
    const controller = new AbortController()
    const ended = run(outboxId, order, controller.signal).finally(() => runs.delete(id))
    runs.set(id, { outboxId, controller, ended })
    track(outboxId, ended)
  }

  async function run(outboxId: number, order: ActionOrder, signal: AbortSignal): Promise<void> {
    const { typeId } = order.action
    const provider = typeId.owner === 'Custom' ? undefined : providerOf(typeId)
    if (provider === undefined) return await startJob(outboxId, order, signal)
    const outcome = await runAction({ ...dependencies, progress }, provider, order, signal)
    probe?.('after-provider', order.action.id)
    if (outcome !== undefined) await record(outboxId, order, outcome)
  }

  /** What no provider of ours runs, job workers may: those of custom types, and of types of the integration model. */
  async function startJob(outboxId: number, order: ActionOrder, signal: AbortSignal): Promise<void> {
    const { typeId } = order.action
    const isCustom = typeId.owner === 'Custom'
    let type: WorkerType | undefined = isCustom ? {} : undefined
    try {
      if (dependencies.customType) type = await dependencies.customType(order)
    } catch (error) {
      return await record(outboxId, order, { type: 'Failed', error: internalError(dependencies, order, error) })
    }
    if (type === undefined || type.problem !== undefined) {
      const unknown = isCustom
        ? `The custom action type ${describe(typeId)} was deleted.`
        : `Pipewright cannot run the action type ${describe(typeId)} yet.`
      return await record(outboxId, order, failed('ConfigurationError', type?.problem ?? unknown))
    }
    const workerType = type
    await insist(order.action.id, async () => {
      // abandoned while the store was out of order: no worker must get it any more
      if (!signal.aborted) await queueCustomJob({ store, jobs }, { order, outboxId, type: workerType })
    })
  }

  async function progress(
    { pipeline, executionId, action }: ActionOrder,
    news: NonNullable<ActionOutcome['progress']>,
  ): Promise<void> {
    // a store that is out of order is no reason for the work to fail
    await insist(action.id, () =>
      steps.send(pipeline, { type: 'ActionProgressed', executionId, actionExecutionId: action.id, progress: news }),
    )
  }

  const record = (outboxId: number, order: ActionOrder, outcome: ActionOutcome): Promise<void> =>
    save(outboxId, order.pipeline, eventOf(order, outcome), order.action.id)

  /** The outcome and the end of the outbox entry, one commit. */
  async function save(
    outboxId: number,
    pipeline: PipelineKey,
    event: EngineEvent | undefined,
    id: string,
  ): Promise<void> {
    await insist(id, async () => {
      probe?.('before-outcome-commit', id)
      if (event) await steps.send(pipeline, event, { performed: [outboxId] })
      else await store.write((tx) => tx.outbox.remove([outboxId]))
    })
  }

  /** A store that fails is asked again: what is to be written has happened. */
  async function insist(id: string, write: () => Promise<unknown>): Promise<void> {
    for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 30_000)) {
      try {
        await write()
        return
      } catch (error) {
        if (error instanceof InvariantViolation || stopping.signal.aborted) throw error
        log.error({ err: error, actionExecutionId: id, waitMs }, 'what was performed could not be saved; trying again')
        await pause(waitMs)
      }
    }
  }

  function pause(waitMs: number): Promise<unknown> {
    const { signal } = stopping
    const { schedule } = dependencies
    if (schedule === undefined) return delay(waitMs, undefined, { signal })
    return new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        cancel()
        reject(signal.reason as Error)
      }
      const cancel = schedule(waitMs, () => {
        signal.removeEventListener('abort', abort)
        resolve()
      })
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  async function abandon(outboxId: number, { actionExecutionId, reason, timedOut }: AbandonAction): Promise<void> {
    const running = runs.get(actionExecutionId)
    const entries = running ? [running.outboxId, outboxId] : [outboxId]
    for (const id of entries) ending.add(id)
    try {
      running?.controller.abort(new ActionAborted('abandoned', reason))
      await running?.ended.catch(() => undefined) // its own failure was logged where it is tracked
      if (stopping.signal.aborted) return
      await insist(actionExecutionId, async () => {
        await endCustomJobs({ store, jobs }, { actionExecutionId, status: timedOut ? 'TimedOut' : 'Failed', reason })
        await store.write((tx) => tx.outbox.remove(entries))
      })
    } finally {
      for (const id of entries) ending.delete(id)
    }
  }

  return {
    perform: (entries) => {
      for (const entry of entries) perform(entry)
    },
    reread: async () => {
      // what ends while we read is in the list all the same, and must not be performed again
      const begun = new Set([...performing, ...ending])
      readings.add(begun)
      try {
        const entries = await store.read.outbox.pending()
        for (const entry of entries) if (!begun.has(entry.id)) perform(entry)
      } finally {
        readings.delete(begun)
      }
    },
    idle: async () => {
      while (tasks.size > 0) await Promise.all(tasks)
    },
    stop: async () => {
      const shutdown = new ActionAborted('shutdown', 'Pipewright is stopping')
      stopping.abort(shutdown)
      for (const { controller } of runs.values()) controller.abort(shutdown)
      rules.stop(shutdown)
      await Promise.all(tasks)
    },
  }
}

function eventOf({ executionId, action }: ActionOrder, outcome: ActionOutcome): EngineEvent | undefined {
  const about = { executionId, actionExecutionId: action.id }
  const progress = outcome.progress && { progress: outcome.progress }
  switch (outcome.type) {
    case 'Succeeded':
      return {
        type: 'ActionSucceeded',
        ...about,
        ...progress,
        ...(outcome.outputVariables && { outputVariables: outcome.outputVariables }),
        ...(outcome.revision && { revision: outcome.revision }),
      }
    case 'Failed':
      return { type: 'ActionFailed', ...about, ...progress, error: outcome.error }
    case 'Pending':
      return outcome.progress && { type: 'ActionProgressed', ...about, progress: outcome.progress }
    default:
      return outcome satisfies never
  }
}

const failed = (code: ErrorDetails['code'], message: string): ActionOutcome => ({
  type: 'Failed',
  error: { code, message },
})

const describe = ({ category, owner, provider, version }: ActionTypeId): string =>
  `${category}/${owner}/${provider}/${version}`

function indexProviders(providers: readonly ActionProvider[]): (typeId: ActionTypeId) => ActionProvider | undefined {
  const byType = new Map(providers.flatMap((provider) => provider.types.map((type) => [describe(type), provider])))
  return (typeId) => byType.get(describe(typeId))
}
