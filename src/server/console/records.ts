/** `GET …/journal`, `…/webhook-events` and `…/audit`: what happened, the newest first, a page at a time. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { BusEvent, EventFilter, Trail } from '../../journal/journal.ts'
import type { DeliveryRecord } from '../../services/codepipeline/codepipeline.ts'
import type { Store } from '../../store/store.ts'
import type { AuditRecord } from '../audit.ts'
import { count, ok, Refusal, regionOf, type Endpoint } from './endpoint.ts'
import type { EventStreamDependencies } from './event-stream.ts'

export interface RecordsDependencies extends Pick<EventStreamDependencies, 'store' | 'visible'> {
  readonly audit: Pick<Trail<AuditRecord>, 'read'>
  readonly deliveries: Pick<Trail<DeliveryRecord>, 'read'>
}

const MOST_EVENTS = 1000
const MOST_DELIVERIES = 500
const MOST_CALLS = 500

export function recordsEndpoints({ store, visible, audit, deliveries }: RecordsDependencies): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: 'journal',
      access: 'signed-in',
      handle: async (visit) => {
        const { query, session, signal } = visit
        const shown = visible({
          account: session.principal.account,
          region: regionOf(visit),
          pipeline: query.get('pipeline') ?? undefined,
        })
        const window = { from: instant(query, 'from') ?? 0, to: instant(query, 'to') ?? NEVER }
        const before = count(query, 'before', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
        const limit = count(query, 'limit', 100, MOST_EVENTS)
        return ok(await readJournal(store, { ...window, before, limit, shown, signal }))
      },
    },
    {
      method: 'GET',
      path: 'webhook-events',
      access: 'signed-in',
      handle: async (visit) => {
        const { account } = visit.session.principal
        const region = regionOf(visit)
        const { records } = await deliveries.read({
          limit: MOST_DELIVERIES,
          matches: (record) => record.account === account && record.region === region,
        })
        return ok({ deliveries: records.map(({ number, record }) => ({ number, ...record })) })
      },
    },
    {
      method: 'GET',
      path: 'audit',
      access: 'signed-in',
      handle: async ({ query, session }) => {
        const { account } = session.principal
        const words = (query.get('filter') ?? '')
          .toLowerCase()
          .split(/\s+/)
          .filter((word) => word !== '')
        const { records, next } = await audit.read({
          before: count(query, 'before', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
          limit: count(query, 'limit', 100, MOST_CALLS),
          matches: (record) => record.account === account && holds(record, words),
        })
        const calls = records.map(({ number, record }) => ({ number, ...record }))
        return ok({ calls, ...(next !== undefined && { next }) })
      },
    },
  ]
}

/** Every word is somewhere in the record: in who, what, where, the input or the error. */
function holds(record: AuditRecord, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const text = JSON.stringify(record).toLowerCase()
  return words.every((word) => text.includes(word))
}

interface Window {
  /** ms since the epoch, both inclusive */
  readonly from: number
  readonly to: number
  /** exclusive */
  readonly before: number
  readonly limit: number
  readonly shown: NonNullable<EventFilter['matches']>
  readonly signal: AbortSignal
}

const NEVER = Number.MAX_SAFE_INTEGER
const PAGE = 500
/** looked at for one answer; whoever wants more asks with the `next` of it */
const MOST_LOOKED_AT = 20_000
/** events are written in about the order of their times, and never further from it than this */
const DISORDER_MS = 60_000

async function readJournal(store: Store, { from, to, before, limit, shown, signal }: Window) {
  const events: (BusEvent & { readonly sequence: number })[] = []
  let reached = to === NEVER ? before : Math.min(before, await behind(store, to + DISORDER_MS))
  for (let looked = 0; looked < MOST_LOOKED_AT && !signal.aborted; looked += PAGE) {
    const rows = await store.read.events.before(reached, PAGE)
    for (const { sequence, event } of rows) {
      if (event.time < from - DISORDER_MS) return { events }
      if (event.time < from || event.time > to || !shown(event)) continue
      if (events.length >= limit) return { events, next: events.at(-1)?.sequence ?? reached }
      events.push({ sequence, ...event })
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return { events }
    reached = last.sequence
    await nextTurn()
  }
  return { events, next: reached }
}

/** @returns a sequence number behind which no event is as old as `time`: found by halving, since times ascend with numbers */
async function behind({ read }: Store, time: number): Promise<number> {
  let high = (await read.events.last()) + 1
  let low = ((await read.events.after(0, 1))[0]?.sequence ?? high) - 1
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const [row] = await read.events.after(middle - 1, 1)
    if (row !== undefined && row.event.time <= time) low = middle
    else high = middle
  }
  return high
}

/** ms since the epoch, or ISO 8601. @throws Refusal */
function instant(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const time = /^\d{1,16}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isNaN(time)) throw new Refusal(400, 'BadRequest', `The parameter ${name} is no time.`)
  return time
}
