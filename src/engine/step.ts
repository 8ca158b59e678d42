/**
 * The only place where a decision meets the world: load, decide, save state, outbox, timers and events in one unit of work.
 *
 * Steps of one pipeline are serial: events that arrive while a commit is under way wait and share the next unit, the state
 * threading through. Steps of different pipelines start in the same tick and share a commit, because `store.write` groups.
 */
import type { Clock } from '../base/clock.ts'
import type { decide, PipelineKey, PipelineState } from '../core/execution/execution.ts'
import type { PipelineDeclaration } from '../core/pipeline/declaration.ts'
import type { Bus } from '../journal/journal.ts'
import { StaleWrite, type PipelineRecord, type Store, type Writer } from '../store/store.ts'
import { createEffects, type Effects, type Written } from './effects.ts'
import type { EngineAnswer, EngineEvent } from './engine.ts'
import type { Probe } from './probe.ts'

export type Decide = typeof decide
export type DecideOptions = Parameters<Decide>[2]

export interface StepDependencies {
  readonly store: Store
  readonly bus: Bus
  readonly clock: Clock
  readonly decide: Decide
  readonly decideOptions: DecideOptions
  /** called after the commit, synchronously, before the callers hear of it */
  readonly committed: (written: Written) => void
  /** a pipeline's declaration is now this; undefined: the pipeline is gone. May be told more often than it changes */
  readonly declared: ((key: PipelineKey, declaration: PipelineDeclaration | undefined) => void) | undefined
  /** a commit failed behind its work, or was done twice: there may be an outbox that nobody was told of */
  readonly uncertain?: () => void
  readonly probe: Probe | undefined
}

export interface StepOptions {
  readonly also?: ((tx: Writer, state: PipelineState) => Promise<void>) | undefined
  /** outbox entries that this event ends, whatever the reducer makes of it */
  readonly performed?: readonly number[]
  /** timers that this event ends */
  readonly fired?: readonly string[]
}

export interface Steps {
  send(key: PipelineKey, event: EngineEvent, options?: StepOptions): Promise<EngineAnswer>
  /** Runs alone between two steps of the pipeline; `record` is undefined when there is no such pipeline. */
  alone<Result>(
    key: PipelineKey,
    work: (
      tx: Writer,
      record: PipelineRecord | undefined,
      effects: Effects,
    ) => Promise<{ result: Result; record: PipelineRecord | undefined }>,
  ): Promise<Result>
  /** resolves when no step waits or runs */
  idle(): Promise<void>
}

/**
 * Cached aggregates are dropped above these, least recently used first: a server with many thousand sleeping pipelines, or executions
 * that wait for somebody, must not hold them all. An execution takes about 2 KB.
 */
const MAX_CACHED = 4096
const MAX_CACHED_EXECUTIONS = 2048

const MAX_ATTEMPTS = 2

interface Aggregate {
  readonly key: PipelineKey
  /** as last committed; undefined: read it */
  record: PipelineRecord | undefined
  /** in the record when it was last counted */
  executions: number
  waiting: Unit[]
  running: Promise<void> | undefined
}

/** What one event (or one piece of lone work) does inside the unit of work; returns the record as it is from then on. */
interface Unit {
  /** shares a unit of work with others: it cannot fail for reasons of its own */
  readonly foldable: boolean
  apply(
    tx: Writer,
    record: PipelineRecord | undefined,
    effects: Effects,
  ): Promise<{ record: PipelineRecord | undefined; done: () => void }>
  fail(error: unknown): void
}

export function createSteps(dependencies: StepDependencies): Steps {
  const { store, bus, clock, decide, decideOptions, committed, declared, probe } = dependencies
  const aggregates = new Map<string, Aggregate>()
  let cachedExecutions = 0

  function enqueue(key: PipelineKey, unit: Unit): void {
    const aggregate = aggregateOf(key)
    aggregate.waiting.push(unit)
    aggregate.running ??= drain(aggregate)
  }

  function aggregateOf(key: PipelineKey): Aggregate {
    const id = idOf(key)
    const known = aggregates.get(id)
    const aggregate: Aggregate = known ?? { key, record: undefined, executions: 0, waiting: [], running: undefined }
    aggregates.delete(id)
    aggregates.set(id, aggregate) // the last one used
    return aggregate
  }

  function forgetSome(): void {
    for (const [id, { running, waiting, executions }] of aggregates) {
      if (aggregates.size <= MAX_CACHED && cachedExecutions <= MAX_CACHED_EXECUTIONS) return
      if (running !== undefined || waiting.length > 0) continue
      aggregates.delete(id)
      cachedExecutions -= executions
    }
  }

  async function drain(aggregate: Aggregate): Promise<void> {
    while (aggregate.waiting.length > 0) {
      const batch = takeBatch(aggregate.waiting)
      await commit(aggregate, batch)
    }
    aggregate.running = undefined
    const executions = Object.keys(aggregate.record?.state.executions ?? {}).length
    cachedExecutions += executions - aggregate.executions
    aggregate.executions = executions
    forgetSome()
  }

  async function commit(aggregate: Aggregate, batch: readonly Unit[], attempt = 1): Promise<void> {
    const cached = aggregate.record
    let committedUnit
    let worked = 0
    try {
      committedUnit = await store.write(async (tx) => {
        let record = cached ?? (await tx.pipelines.load(aggregate.key))
        const effects = createEffects()
        const dones: (() => void)[] = []
        for (const unit of batch) {
          const applied = await unit.apply(tx, record, effects)
          record = applied.record
          dones.push(applied.done)
        }
        const written = await effects.write(tx, bus)
        worked += 1
        return { record, dones, written }
      })
    } catch (error) {
      aggregate.record = undefined
      if (worked > 0) dependencies.uncertain?.()
      // what was cached may be older than what another server wrote; what was just read is not
      if (error instanceof StaleWrite && cached !== undefined && attempt < MAX_ATTEMPTS) {
        return await commit(aggregate, batch, attempt + 1)
      }
      for (const unit of batch) unit.fail(error)
      return
    }
    const { record, dones, written } = committedUnit
    aggregate.record = record
    // the store did it twice: what the first time left behind is not in what the second time says
    if (worked > 1) dependencies.uncertain?.()
    try {
      probe?.('after-commit', aggregate.key.name)
      if (record?.state.declaration !== cached?.state.declaration) declared?.(aggregate.key, record?.state.declaration)
      bus.published(written.events)
      committed(written)
      for (const done of dones) done()
    } catch (error) {
      // a bug of a listener: what was decided is safe in the outbox, but nobody may wait for ever
      for (const unit of batch) unit.fail(error)
    }
  }

  return {
    send: (key, event, options = {}) =>
      new Promise<EngineAnswer>((resolve, reject) => {
        enqueue(key, {
          foldable: options.also === undefined,
          fail: reject,
          apply: async (tx, record, effects) => {
            effects.end(options.performed, options.fired)
            if (record === undefined) return { record, done: () => resolve(NO_SUCH_PIPELINE) }
            const at = clock.now()
            let decision
            try {
              decision = decide(record.state, { ...event, at }, decideOptions)
            } catch (error) {
              // a bug in the reducer: this event alone fails, loudly, and its outbox entry stays
              effects.keep(options.performed, options.fired)
              return { record, done: () => reject(error) }
            }
            if (!decision.accepted) {
              const { rejection } = decision
              return { record, done: () => resolve({ accepted: false, rejection }) }
            }
            const { state, commands, reply = {} } = decision
            // saved for every event, not once for the batch: an execution that ends stays in the state for one decision only
            const saved = state === record.state ? record : await tx.pipelines.save(record, state)
            effects.add(commands)
            await options.also?.(tx, state)
            return { record: saved, done: () => resolve({ accepted: true, state, reply, at }) }
          },
        })
      }),
    alone: <Result>(
      key: PipelineKey,
      work: (
        tx: Writer,
        record: PipelineRecord | undefined,
        effects: Effects,
      ) => Promise<{ result: Result; record: PipelineRecord | undefined }>,
    ) =>
      new Promise<Result>((resolve, reject) => {
        enqueue(key, {
          foldable: false,
          fail: reject,
          apply: async (tx, record, effects) => {
            const after = await work(tx, record, effects)
            return { record: after.record, done: () => resolve(after.result) }
          },
        })
      }),
    idle: async () => {
      for (;;) {
        const running = [...aggregates.values()].flatMap((aggregate) => aggregate.running ?? [])
        if (running.length === 0) return
        await Promise.all(running)
      }
    },
  }
}

const NO_SUCH_PIPELINE: EngineAnswer = { accepted: false, rejection: 'no-such-pipeline' }

const idOf = ({ account, region, name }: PipelineKey): string => `${account}/${region}/${name}`

/** The first unit if it must be alone, else those that may share one. */
function takeBatch(waiting: Unit[]): readonly Unit[] {
  const lone = waiting.findIndex(({ foldable }) => !foldable)
  return waiting.splice(0, lone === -1 ? MAX_FOLDED : Math.min(Math.max(lone, 1), MAX_FOLDED))
}

/** A burst of thousands of events must not keep everybody else waiting until the last of them is decided. */
const MAX_FOLDED = 256
