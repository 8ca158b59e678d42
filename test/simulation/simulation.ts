/**
 * Plays a case: the real engine and core over a memory that commits when it is told to, with a clock that stands still unless it is
 * moved. Every decision that becomes durable is told to the reference model too, and both must agree on everything that can be seen.
 */
import { decide as decideByTheRules, type PipelineKey, type PipelineState } from '../../src/core/execution/execution.ts'
import { violations } from '../../src/core/execution/invariants.ts'
import type { CrashPoint, EngineEvent } from '../../src/engine/engine.ts'
import { type Case, type CrashAt, type Step } from './cases.ts'
import { differences } from './compare.ts'
import { count, noFigures, type Figures } from './figures.ts'
import { createHistory } from './history.ts'
import { createMemory, type Fate } from './memory-store.ts'
import { idOf } from './memory-pipelines.ts'
import { untold } from './journal-check.ts'
import { unrest } from './quiet.ts'
import { isReferenceEvent } from './reference-events.ts'
import { ReferenceModel } from './reference-model.ts'
import { startServer, type Sabotage, type Server } from './server.ts'
import { perform, type Stage } from './perform.ts'
import { createTime } from './time.ts'
import { createOutside } from './world-outside.ts'

export interface Outcome {
  readonly figures: Figures
  /** what is wrong, and after which step; empty when all is well. Nothing is played after the first */
  readonly violations: readonly string[]
  readonly step: number
}

type Decide = typeof decideByTheRules
type Decided = {
  readonly before: Parameters<Decide>[0]
  readonly event: Parameters<Decide>[1]
  readonly decision: ReturnType<Decide>
}

/** Nothing of a pipeline that is deleted may go on. */
const leftActive = ({ executions }: PipelineState): readonly string[] =>
  Object.values(executions)
    .filter(({ status }) => status === 'InProgress' || status === 'Stopping')
    .map(({ id, status }) => `${id} is ${status}, and its pipeline is deleted`)

const describe = ({ at, type, ...rest }: Decided['event']): string =>
  [new Date(at).toISOString(), type, ...Object.values(rest).filter((value) => typeof value === 'string')].join(' ')

/** Small, so that they are reached. */
const LIMITS = { concurrentExecutions: 5, concurrentActions: 3 }

/** Who tries again does so within this time. */
const MINUTE = 60_000

const macrotask = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** @param watch is told what happens, a line at a time */
export async function simulate(
  { pipelines, steps }: Case,
  sabotage: Sabotage = {},
  watch?: (line: string) => void,
): Promise<Outcome> {
  const memory = createMemory()
  const time = createTime()
  const outside = createOutside()
  const figures = noFigures()
  const wrong: string[] = []
  const models = new Map<string, ReferenceModel>()
  const history = createHistory((violation) => wrong.push(violation))
  const decideRules = sabotage.decide ?? decideByTheRules
  let ids = 0
  let unit: Decided[] = []
  let fate: Fate = 'committed'
  let crashAt: CrashPoint | undefined
  /** a unit of work was refused: whoever insists on it tries again in a while */
  let isMending = false

  const decide: Decide = (state, event, options) => {
    try {
      const decision = decideRules(state, event, options)
      unit.push({ before: state, event, decision })
      return decision
    } catch (error) {
      wrong.push(`the core threw at ${event.type}: ${String(error)}`)
      throw error
    }
  }

  const start = (): Server =>
    startServer({
      memory,
      time,
      outside,
      decide,
      sabotage,
      limits: LIMITS,
      newId: () => `#${(ids += 1)}`,
      wrong: (violation) => wrong.push(violation),
      begins: (order) => history.begins(order, memory),
      reached: (point) => point === crashAt && crash(),
    })
  let server = start()

  function crash(): void {
    crashAt = undefined
    fault('crash')
    server.kill()
  }

  function fault(what: string): void {
    figures.faults += 1
    count(figures, `fault: ${what}`)
    watch?.(`    ${what}`)
  }

  async function restart(): Promise<void> {
    server.kill()
    isMending = false
    fate = 'committed'
    server = start()
    // not awaited: it may crash again on the way, and then it never answers
    server.engine.recover().catch((error: unknown) => wrong.push(`recovery failed: ${String(error)}`))
    await macrotask()
  }

  /** What was asked is still done, and providers are told; what they were at is done after the start. */
  async function shutDown(): Promise<void> {
    fault('shutdown')
    const stopping = server
    const stopped = stopping.engine[Symbol.asyncDispose]().then(
      () => true,
      (error: unknown) => wrong.push(`the shutdown failed: ${String(error)}`),
    )
    await settle()
    const isStopped = await Promise.race([stopped, macrotask().then(() => false)])
    if (server !== stopping) return // it crashed on the way
    if (!isStopped && !isMending) wrong.push('the shutdown does not come to an end')
    await restart()
  }

  /** Runs the oldest unit of work that is held. */
  async function commit(): Promise<void> {
    unit = []
    const chosen = fate
    fate = 'committed'
    if (await server.connection.next(chosen)) {
      figures.commits += 1
      for (const decided of unit) become(decided)
    }
    if (chosen === 'refused' || chosen === 'disowned') isMending = true
    if (chosen !== 'committed') fault(`commit ${chosen}`)
    if (chosen === 'unanswered') server.kill()
    await macrotask()
  }

  /** The decision is durable. */
  function become({ before, event, decision }: Decided): void {
    if (wrong.length > 0) return
    figures.events += 1
    const id = idOf(before.key)
    if (event.type === 'PipelineDeleted') {
      models.delete(id)
      if (decision.accepted) wrong.push(...violations(decision.state), ...leftActive(decision.state))
    }
    if (!isReferenceEvent(event)) return
    const model = models.get(id) ?? new ReferenceModel(before.declaration, LIMITS)
    models.set(id, model)
    const { codes } = model.apply(event)
    if (!decision.accepted) {
      const { code } = decision.rejection
      count(figures, `refused: ${event.type} ${code}`)
      watch?.(`    ${event.type} refused: ${code}`)
      if (codes === undefined) wrong.push(`${event.type} was refused with ${code}, and should be accepted`)
      else if (!codes.includes(code))
        wrong.push(`${event.type} was refused with ${code}, and should be with ${codes.join(' or ')}`)
      return
    }
    if (codes !== undefined) wrong.push(`${event.type} was accepted, and should be refused with ${codes.join(' or ')}`)
    const { state } = decision
    count(figures, `${state === before ? 'ignored' : 'accepted'}: ${event.type}`)
    watch?.(`    ${describe(event)}`)
    if (state !== before) {
      figures.transitions += 1
      figures.executions += state.nextAge - before.nextAge
      wrong.push(...violations(state))
      history.save(before, state)
    }
    wrong.push(...differences(model, state).map((difference) => `after ${event.type}: ${difference}`))
  }

  async function settle(units = Infinity): Promise<void> {
    await macrotask()
    for (let left = units; ;) {
      while (!server.isAlive()) await restart()
      if (left <= 0 || server.connection.held() === 0 || wrong.length > 0) return
      left -= 1
      await commit()
    }
  }

  /** @param event is sent as a caller would: the answer is awaited by nobody here */
  function send(key: PipelineKey, event: EngineEvent, also?: Parameters<Server['engine']['send']>[2]): void {
    server.engine.send(key, event, also).catch(() => undefined)
  }

  const stage: Stage = {
    memory,
    time,
    outside,
    send,
    server: () => server,
    keys: pipelines.map((_, index) => ({
      account: '111122223333',
      region: 'eu-west-1',
      name: `pipeline-${index + 1}`,
    })),
    newId: () => `E${(ids += 1)}`,
    settle,
    next(chosen) {
      fate = chosen
    },
    async crash(at: CrashAt) {
      if (at === 'now') {
        crash()
        await restart()
      } else if (at === 'shutdown') await shutDown()
      else if (at === 'unanswered') fate = 'unanswered'
      else crashAt = at
    },
  }

  for (const [pipeline, to] of pipelines.entries()) {
    await perform(stage, { type: 'create', pipeline, to, idle: true })
    await settle()
  }
  let played = 0
  for (const step of steps) {
    played += 1
    await play(step)
    if (wrong.length > 0) return { figures, violations: wrong, step: played }
  }
  await finish()
  for (const { value } of memory.executions.values()) count(figures, `ended: ${value.type} ${value.status}`)
  return { figures, violations: wrong, step: played + 1 }

  async function play(step: Step): Promise<void> {
    watch?.(JSON.stringify(step))
    if (step.type === 'again' || step.type === 'clock' || step.type === 'overtake') fault(step.type)
    await perform(stage, step)
    await settle(step.commits)
    if (server.connection.held() === 0 && !isMending && wrong.length === 0) wrong.push(...unrest(memory, server))
  }

  /** Nothing fails any more, every way is open and every question is answered, until nobody has anything left to do. */
  async function finish(): Promise<void> {
    crashAt = undefined
    fate = 'committed'
    await settle()
    await time.pass(MINUTE, settle)
    if (wrong.length === 0) wrong.push(...unrest(memory, server))
    for (const { state } of memory.records.values())
      for (const { name } of state.declaration.stages)
        send(state.key, { type: 'TransitionEnabled', stage: name, direction: 'Inbound', by: 'ana' })
    await settle()
    for (let rounds = 300; wrong.length === 0; rounds -= 1) {
      if (rounds === 0) wrong.push('it does not come to an end')
      if (!(await history.answerEverything(stage))) break
      await settle()
    }
    if (wrong.length === 0)
      wrong.push(...unrest(memory, server), ...history.atTheEnd(memory, outside, models), ...untold(memory))
  }
}
