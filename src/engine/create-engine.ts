/** The engine's parts, wired together. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import {
  createPipelineState,
  decide as decideByTheRules,
  type ActionOrder,
  type PipelineKey,
} from '../core/execution/execution.ts'
import type { PipelineDeclaration } from '../core/pipeline/declaration.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Bus } from '../journal/journal.ts'
import type { ActionProvider } from '../providers/provider.ts'
import type { RuleProvider } from '../rules/rule.ts'
import type { Store, Timer } from '../store/store.ts'
import type { WorkerType } from './custom-jobs.ts'
import { createDispatch } from './dispatch.ts'
import type { TimeoutDocument } from './effects.ts'
import type { Engine } from './engine.ts'
import type { Probe } from './probe.ts'
import type { ClientFor } from './run-action.ts'
import { createSteps, type Decide, type DecideOptions } from './step.ts'
import { createTimers, systemSchedule, type Schedule } from './timers.ts'

export type { ClientFor } from './run-action.ts'

export interface EngineDependencies {
  readonly store: Store
  readonly bus: Bus
  readonly jobs: Jobs
  readonly clock: Clock
  readonly log: Log
  /** a new UUID */
  readonly newId: () => string
  /** 7 random characters out of [A-Za-z0-9] */
  readonly newKey: () => string
  readonly providers: readonly ActionProvider[]
  /** of stage conditions; absent: none, and every rule says that its type cannot be evaluated */
  readonly rules?: readonly RuleProvider[]
  readonly clientFor: ClientFor
  readonly limits?: NonNullable<DecideOptions['limits']>
  /** see `DispatchDependencies.customType`; absent: every custom type exists and has no queryable property */
  readonly customType?: (order: ActionOrder) => Promise<WorkerType | undefined>
  /** a pipeline was created, updated or (undefined) deleted; may be told more often than that */
  readonly declared?: (key: PipelineKey, declaration: PipelineDeclaration | undefined) => void
  /** for tests: another way to wait, for timers and between attempts to save */
  readonly schedule?: Schedule
  /** for tests: a reducer that is watched, or that errs */
  readonly decide?: Decide
  /** for crash tests */
  readonly probe?: Probe
}

export function createEngine(dependencies: EngineDependencies): Engine {
  const { store, bus, clock, log, newId, newKey, limits, declared, probe, decide = decideByTheRules } = dependencies
  const decideOptions: DecideOptions = { newId, newKey, ...(limits && { limits }) }
  let closing = false
  /** the newest of the events that were announced; undefined: none yet */
  let announced: number | undefined

  const steps = createSteps({
    store,
    bus,
    clock,
    decide,
    decideOptions,
    declared,
    probe,
    uncertain: () => void reread(announced),
    committed: ({ entries, events, timerAt }) => {
      announced = events.at(-1)?.sequence ?? announced
      if (timerAt !== undefined) timers.set(timerAt)
      dispatch.perform(entries)
    },
  })
  const dispatch = createDispatch({
    ...dependencies,
    rules: dependencies.rules ?? [],
    steps,
    customType: dependencies.customType,
    probe,
  })
  const timers = createTimers({
    store,
    clock,
    schedule: dependencies.schedule ?? systemSchedule,
    fire: fireTimeout,
    failed: (error) => log.error({ err: error }, 'timers could not be read or fired; trying again'),
  })

  async function fireTimeout({ id, document }: Timer): Promise<void> {
    const { pipeline, ...event } = document as TimeoutDocument
    await steps.send(pipeline, event, { fired: [id] })
  }

  /**
   * After a commit of which nobody knows whether it was done: what it left in the outbox is performed, its timers are armed, and its
   * events announced; some of them for the second time, which whoever listens can bear better than none.
   */
  async function reread(since: number | undefined): Promise<void> {
    try {
      await dispatch.reread()
      await timers.start()
      if (since !== undefined) bus.published(await store.read.events.after(since, MOST_MISSED))
    } catch (error) {
      if (closing) return
      log.error({ err: error }, 'the outbox could not be read; trying again')
      const { schedule = systemSchedule } = dependencies
      schedule(REREAD_MS, () => void reread(since))
    }
  }

  return {
    create: async ({ key, declaration, tags, startedBy, variables }) =>
      await steps.alone(key, async (tx, _, effects) => {
        const at = clock.now()
        const created = await tx.pipelines.create(createPipelineState({ key, declaration, at }), tags)
        if (variables === undefined) return { result: created.state, record: created }
        const started = decide(
          created.state,
          {
            type: 'ExecutionRequested',
            at,
            executionId: newId(),
            trigger: { type: 'CreatePipeline', detail: startedBy },
            variables,
            sourceRevisions: [],
            automatic: false,
          },
          decideOptions,
        )
        if (!started.accepted) return { result: created.state, record: created }
        const record = await tx.pipelines.save(created, started.state)
        effects.add(started.commands)
        return { result: record.state, record }
      }),

    send: async (key, event, also) => {
      if (closing) throw new Error('the engine is stopping')
      return await steps.send(key, event, { also })
    },

    delete: async (key) =>
      await steps.alone(key, async (tx, record, effects) => {
        if (record !== undefined) {
          const ended = decide(record.state, { type: 'PipelineDeleted', at: clock.now() }, decideOptions)
          if (ended.accepted) effects.add(ended.commands)
          await tx.pipelines.delete(key)
        }
        return { result: undefined, record: undefined }
      }),

    recover: async () => {
      announced = await store.read.events.last()
      dispatch.perform(await store.read.outbox.pending())
      await timers.start()
    },

    idle: async () => {
      await steps.idle()
      await dispatch.idle()
      await steps.idle()
    },

    [Symbol.asyncDispose]: async () => {
      closing = true
      timers[Symbol.dispose]()
      await dispatch.stop()
      await steps.idle()
    },
  }
}

/** of a store that has just failed */
const REREAD_MS = 1000
/** events of one commit, and of those that were announced meanwhile */
const MOST_MISSED = 1000
