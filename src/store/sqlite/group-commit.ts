/**
 * Many units of work, one flush to the disk. What arrives while the event loop takes in requests, and while a batch runs, becomes
 * one transaction: its units run one after the other, each undone alone when it fails, and all are acknowledged by one COMMIT.
 */
import { setImmediate } from 'node:timers'
import type { Log } from '../../base/log.ts'
import type { Connection, Session } from './connection.ts'

export interface GroupCommit {
  /** @see Store.write */
  write<Result>(work: (session: Session) => Promise<Result>): Promise<Result>
  readonly stats: CommitStats
  /** Finishes what was handed in, then refuses. */
  close(): Promise<void>
}

export interface CommitStats {
  /** transactions that reached the disk */
  readonly commits: number
  /** units of work acknowledged by them */
  readonly units: number
}

/** A longer batch would make its first unit wait for too long. */
const UNITS_PER_BATCH = 256

/** Much longer than any unit takes; see `watch`. */
const HELD_TOO_LONG_MS = 5000

interface Unit {
  readonly work: (session: Session) => Promise<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** How a unit that ran will be answered if its batch reaches the disk. */
type Outcome = { readonly unit: Unit; readonly result: unknown } | { readonly unit: Unit; readonly error: unknown }

export function createGroupCommit(connection: Connection, log: Log): GroupCommit {
  const { database } = connection
  const say = (text: string): unknown => connection.statement(text).run()
  const stats = { commits: 0, units: 0 }
  const waiting: Unit[] = []
  let running = false
  let closed = false
  let idle: PromiseWithResolvers<void> | undefined

  return {
    stats,
    write<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
      if (closed) return Promise.reject(new Error('the store is closed'))
      const { promise, resolve, reject } = Promise.withResolvers<Result>()
      waiting.push({ work, resolve: resolve as (result: unknown) => void, reject })
      start()
      return promise
    },
    async close() {
      closed = true
      if (running) await (idle ??= Promise.withResolvers<void>()).promise
    },
  }

  /** Not at once: the requests that the event loop is about to read get into the same batch. */
  function start(): void {
    if (running) return
    running = true
    setImmediate(() => void batch())
  }

  async function batch(): Promise<void> {
    const outcomes: Outcome[] = []
    try {
      say('begin immediate')
      for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
        outcomes.push(await attempt(unit, outcomes.length === 0))
        if (outcomes.length === UNITS_PER_BATCH) break
      }
      say('commit')
      stats.commits += 1
      stats.units += outcomes.length
      for (const outcome of outcomes) {
        if ('error' in outcome) outcome.unit.reject(outcome.error)
        else outcome.unit.resolve(outcome.result)
      }
    } catch (error) {
      abandon(outcomes, error)
    }
    running = false
    if (waiting.length > 0) start()
    else idle?.resolve()
  }

  /**
   * Throws only when the whole transaction is lost. The first unit has the transaction to itself so far: it needs no savepoint,
   * for which SQLite would copy every page before its first change.
   */
  async function attempt(unit: Unit, first: boolean): Promise<Outcome> {
    const session = unitSession(connection)
    const held = watch()
    try {
      if (!first) say('savepoint unit')
      const result = await unit.work(session)
      session.end()
      if (!first) say('release unit')
      return { unit, result }
    } catch (error) {
      session.end()
      // some failures (disk full, input/output) make SQLite undo the whole transaction: the units before this one are gone with it
      if (!database.isTransaction) throw new LostBatch(unit, error)
      try {
        if (first) {
          say('rollback')
          say('begin immediate')
        } else {
          say('rollback to unit')
          say('release unit')
        }
      } catch {
        throw new LostBatch(unit, error)
      }
      return { unit, error }
    } finally {
      clearTimeout(held)
    }
  }

  function abandon(outcomes: readonly Outcome[], reason: unknown): void {
    if (database.isTransaction) database.exec('rollback')
    const cause = reason instanceof LostBatch ? reason.cause : reason
    log.error({ err: cause, units: outcomes.length }, 'a batch of writes was not committed')
    for (const { unit } of outcomes) unit.reject(cause)
    if (reason instanceof LostBatch) reason.unit.reject(cause)
    // `begin` itself failed, nobody ran: those who wait would fail the same way, again and again
    else if (outcomes.length === 0) for (const unit of waiting.splice(0)) unit.reject(cause)
  }

  /** A unit that waits for another write waits for itself, for ever, and everybody behind it: say so. */
  function watch(): NodeJS.Timeout {
    return setTimeout(
      () => log.error({ heldForMs: HELD_TOO_LONG_MS }, 'a unit of work holds the store'),
      HELD_TOO_LONG_MS,
    ).unref()
  }
}

class LostBatch extends Error {
  readonly unit: Unit
  constructor(unit: Unit, cause: unknown) {
    super('the transaction was undone', { cause })
    this.unit = unit
  }
}

/** Usable until its unit ends: a write that was not awaited must not slip into somebody else's unit. */
function unitSession(connection: Connection): Session & { end(): void } {
  let ended = false
  const open = (): Connection => {
    if (ended) throw new Error('this unit of work is over: a call was not awaited inside it')
    return connection
  }
  return {
    all: (query, values) => open().all(query, values),
    first: (query, values) => open().first(query, values),
    run: (query, values) => open().run(query, values),
    select: (written) => open().select(written),
    end: () => {
      ended = true
    },
  }
}
