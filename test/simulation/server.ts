/**
 * One life of the server: the real engine, bus and jobs over a connection to the memory. When it is killed, nothing that it still does
 * has any effect, and it never hears anything again.
 */
import { silentLog } from '../../src/base/log.ts'
import type { ActionOrder } from '../../src/core/execution/execution.ts'
import { createEngine, type CrashPoint, type Engine, type EngineDependencies } from '../../src/engine/engine.ts'
import { createJobs, type Jobs } from '../../src/jobs/jobs.ts'
import { createBus } from '../../src/journal/journal.ts'
import type { ActionOutcome, ActionProvider } from '../../src/providers/provider.ts'
import type { RuleOrder, RuleOutcome, RuleProvider } from '../../src/rules/rule.ts'
import type { Store } from '../../src/store/store.ts'
import { APPROVAL, BUILD, RULE, SOURCE } from './cases.ts'
import { connect, type Connection, type Memory } from './memory-store.ts'
import type { SimulatedTime } from './time.ts'
import { ask, type Outside } from './world-outside.ts'

export interface Server {
  readonly connection: Connection
  readonly engine: Engine
  readonly jobs: Jobs
  readonly isAlive: () => boolean
  /** runs that a provider is at */
  readonly working: Map<string, Work<ActionOrder, ActionOutcome>>
  readonly evaluating: Map<string, Work<RuleOrder, RuleOutcome>>
  kill(): void
}

export interface Work<Order, Outcome> {
  readonly order: Order
  readonly end: (outcome: Outcome) => void
}

/** Bugs that are put in on purpose, to see whether they are found. */
export interface Sabotage {
  readonly decide?: NonNullable<EngineDependencies['decide']>
  readonly store?: (store: Store) => Store
  readonly providers?: (providers: readonly ActionProvider[]) => readonly ActionProvider[]
}

export interface ServerOptions {
  readonly memory: Memory
  readonly time: SimulatedTime
  readonly outside: Outside
  readonly newId: () => string
  readonly decide: NonNullable<EngineDependencies['decide']>
  readonly limits: NonNullable<EngineDependencies['limits']>
  /** the server is at a point at which it might crash */
  readonly reached: (point: CrashPoint) => void
  readonly wrong: (violation: string) => void
  /** a provider is given this order; called before it begins */
  readonly begins: (order: ActionOrder) => void
  readonly sabotage: Sabotage
}

const FOR_EVER = new Promise<never>(() => undefined)

export function startServer({
  memory,
  time,
  outside,
  newId,
  decide,
  limits,
  reached,
  wrong,
  begins,
  sabotage,
}: ServerOptions): Server {
  let alive = true
  const connection = connect(memory)
  const store = sabotage.store?.(connection) ?? connection
  const begun = new Set<string>()
  const working: Server['working'] = new Map()
  const evaluating: Server['evaluating'] = new Map()

  const providers: readonly ActionProvider[] = [
    {
      types: [SOURCE, BUILD],
      run: (order, { signal }) => {
        if (!alive) return FOR_EVER
        const { id, action, executionId } = order.action
        if (begun.has(id)) wrong(`${action} of ${executionId} was started twice by one process`)
        begun.add(id)
        begins(order)
        const known = outside.outcomes.get(id)
        return known === undefined ? work(working, id, order, signal) : Promise.resolve(known)
      },
    },
    {
      types: [APPROVAL],
      run: async (order) => {
        if (!alive) return FOR_EVER
        ask(outside, order)
        return { type: 'Pending' }
      },
    },
  ]
  const rules: readonly RuleProvider[] = [
    {
      types: [RULE],
      run: (order, { signal }) => {
        if (!alive) return FOR_EVER
        const { id, rule, executionId } = order.rule
        if (evaluating.has(id)) wrong(`the rule ${rule} of ${executionId} is evaluated twice at once`)
        const known = outside.ruleOutcomes.get(id)
        return known === undefined ? work(evaluating, id, order, signal) : Promise.resolve(known)
      },
    },
  ]
  const clock = { now: () => time.now() }
  const bus = createBus({ store, newId })
  const jobs = createJobs({ store, clock, newId })
  const engine = createEngine({
    store,
    bus,
    jobs,
    clock,
    log: silentLog,
    newId,
    newKey: newId,
    providers: sabotage.providers?.(providers) ?? providers,
    rules,
    clientFor: () => () => {
      throw new Error('no simulated provider calls a service')
    },
    limits,
    schedule: (delayMs, callback) => (alive ? time.schedule(delayMs, callback) : () => undefined),
    decide,
    probe: (point) => alive && reached(point),
  })
  return {
    connection,
    engine,
    jobs,
    isAlive: () => alive,
    working,
    evaluating,
    kill() {
      alive = false
      connection.cut()
      time.forget()
      working.clear()
      evaluating.clear()
    },
  }
}

/** Goes on until somebody ends it, or nobody wants to know any more. */
function work<Order, Outcome>(
  at: Map<string, Work<Order, Outcome>>,
  id: string,
  order: Order,
  signal: AbortSignal,
): Promise<Outcome> {
  return new Promise<Outcome>((resolve, reject) => {
    const abort = (): void => {
      at.delete(id)
      reject(signal.reason as Error)
    }
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    at.set(id, {
      order,
      end(outcome) {
        at.delete(id)
        signal.removeEventListener('abort', abort)
        resolve(outcome)
      },
    })
  })
}
