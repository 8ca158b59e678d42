/** Bugs that engines like this one could have, put in from outside: each must be found by a few random histories. */
import { decide, type PipelineExecution, type PipelineState } from '../../src/core/execution/execution.ts'
import type { Store, Writer } from '../../src/store/store.ts'
import type { Sabotage } from './server.ts'

type Decide = typeof decide
type Event = Parameters<Decide>[1]

/** The reducer sees another state than there is. */
const misled =
  (mislead: (state: PipelineState) => PipelineState, restore: (state: PipelineState) => PipelineState): Decide =>
  (state, event, options) => {
    const decision = decide(mislead(state), event, options)
    return decision.accepted ? { ...decision, state: restore(decision.state) } : decision
  }

/** The reducer decides something else than it should. */
const spoiled =
  (spoil: (after: PipelineState, before: PipelineState, event: Event) => PipelineState): Decide =>
  (state, event, options) => {
    const decision = decide(state, event, options)
    return decision.accepted ? { ...decision, state: spoil(decision.state, state, event) } : decision
  }

/** Some writes never happen, though their callers are told that they did. */
const forgetful =
  (change: (tx: Writer) => Partial<Writer>) =>
  (store: Store): Store => ({
    ...store,
    write: (work) => store.write((tx) => work({ ...tx, ...change(tx) })),
  })

const mapExecutions = (
  state: PipelineState,
  change: (execution: PipelineExecution) => PipelineExecution,
): PipelineState => ({
  ...state,
  executions: Object.fromEntries(Object.entries(state.executions).map(([id, execution]) => [id, change(execution)])),
})

export const PLANTED_BUGS: Readonly<Record<string, Sabotage>> = {
  'a lock that is not released when its stage has failed': {
    decide: spoiled((after, before) => {
      const lost = Object.entries(after.stages).find(([name, { holder }]) => {
        const held = before.stages[name]?.holder
        return held !== undefined && holder === undefined && after.executions[held]?.status === 'Failed'
      })
      if (lost === undefined) return after
      const [name, stage] = lost
      const holder = before.stages[name]?.holder ?? ''
      return { ...after, stages: { ...after.stages, [name]: { ...stage, holder } } }
    }),
  },
  'an order that is put into the outbox twice': {
    decide: (state, event, options) => {
      const decision = decide(state, event, options)
      const again = decision.accepted ? decision.commands.filter(({ type }) => type === 'StartAction') : []
      return decision.accepted ? { ...decision, commands: [...decision.commands, ...again] } : decision
    },
  },
  'a provider that is called twice': {
    providers: (providers) =>
      providers.map((provider) => ({
        ...provider,
        run: (order, context) => {
          void provider.run(order, context)
          return provider.run(order, context)
        },
      })),
  },
  'an older execution that supersedes a newer one': {
    decide: misled(
      (state) => mapExecutions(state, (execution) => ({ ...execution, age: -execution.age })),
      (state) => mapExecutions(state, (execution) => ({ ...execution, age: Math.abs(execution.age) })),
    ),
  },
  'an execution that is superseded inside its stage': {
    decide: spoiled((after, _, { type }) =>
      type === 'ExecutionRequested' && after.declaration.executionMode === 'SUPERSEDED'
        ? mapExecutions(after, (execution) =>
            execution.at?.place === 'inside' && execution.id !== after.newestExecution
              ? { ...execution, status: 'Superseded' }
              : execution,
          )
        : after,
    ),
  },
  'a queue whose last becomes the first': {
    decide: misled(
      (state) => ({
        ...state,
        stages: Object.fromEntries(
          Object.entries(state.stages).map(([name, stage]) => [
            name,
            { ...stage, waiting: stage.waiting.toReversed() },
          ]),
        ),
      }),
      (state) => state,
    ),
  },
  'a disabled transition that lets executions pass': {
    decide: (state, event, options) => {
      if (event.type === 'TransitionDisabled' || event.type === 'TransitionEnabled')
        return decide(state, event, options)
      const decision = decide({ ...state, transitions: {} }, event, options)
      return decision.accepted
        ? { ...decision, state: { ...decision.state, transitions: state.transitions } }
        : decision
    },
  },
  'one execution too many': {
    decide: (state, event, options) =>
      decide(state, event, { ...options, limits: { ...options.limits, concurrentExecutions: 6 } }),
  },
  'a late result that changes what is over': {
    decide: spoiled((after, before, event) => {
      if (event.type !== 'ActionSucceeded' || after !== before) return after
      const { executionId, actionExecutionId } = event
      return mapExecutions(after, (execution) =>
        execution.id === executionId
          ? {
              ...execution,
              stages: Object.fromEntries(
                Object.entries(execution.stages).map(([name, stage]) => [
                  name,
                  {
                    ...stage,
                    actions: Object.fromEntries(
                      Object.entries(stage.actions).map(([action, run]) => [
                        action,
                        run.id === actionExecutionId ? { ...run, status: 'Succeeded' as const } : run,
                      ]),
                    ),
                  },
                ]),
              ),
            }
          : execution,
      )
    }),
  },
  'a retry that is not counted': {
    decide: spoiled((after, _, { type }) =>
      type === 'RetryRequested' ? mapExecutions(after, (execution) => ({ ...execution, attempt: 1 })) : after,
    ),
  },
  'an outbox entry that outlives its outcome': {
    store: forgetful(({ outbox }) => ({ outbox: { ...outbox, remove: async () => undefined } })),
  },
  'an order that is not in the outbox': {
    store: forgetful(({ outbox }) => ({
      outbox: { ...outbox, add: async (commands) => (await outbox.add(commands)).slice(1) },
    })),
  },
  'a timeout that is not set': {
    store: forgetful(({ timers }) => ({ timers: { ...timers, set: async () => undefined } })),
  },
  'a timeout that is not cleared': {
    store: forgetful(({ timers }) => ({ timers: { ...timers, clear: async () => undefined } })),
  },
  'a job that nobody queues': {
    store: forgetful(({ jobs }) => ({ jobs: { ...jobs, put: async () => undefined } })),
  },
  'a start that does not look into the outbox': {
    store: (store) => ({ ...store, read: { ...store.read, outbox: { pending: async () => [] } } }),
  },
  'a cached state that lacks what was saved': {
    store: forgetful(({ pipelines }) => ({
      pipelines: {
        ...pipelines,
        save: async (before, after) => ({
          ...(await pipelines.save(before, after)),
          state: { ...after, executions: before.state.executions },
        }),
      },
    })),
  },
}
