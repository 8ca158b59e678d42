/** `GET …/events`: every state change from the newest on, or from behind the last one that the client has seen. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventFilter } from '../../journal/journal.ts'
import type { EventRow, Store } from '../../store/store.ts'
import { regionOf, type Endpoint, type SignedInVisit } from './endpoint.ts'
import type { EventTail } from './event-tail.ts'
import { frame, openEventStream } from './server-sent-events.ts'

const PAGE = 500
/** looked through for an id at once, before others have their turn */
const SEARCHED_AT_ONCE = 1000

export interface EventStreamDependencies {
  readonly store: Store
  readonly tail: EventTail
  /** what of the journal is shown to whom */
  readonly visible: (place: {
    account: string
    region: string
    pipeline: string | undefined
  }) => NonNullable<EventFilter['matches']>
}

export const eventsEndpoint = (deps: EventStreamDependencies): Endpoint => ({
  method: 'GET',
  path: 'events',
  access: 'signed-in',
  handle: async (visit) => {
    await follow(deps, visit)
    return undefined
  },
})

async function follow({ store, tail, visible }: EventStreamDependencies, visit: SignedInVisit): Promise<void> {
  const { query, request, response, session, isStillOpen } = visit
  const { account } = session.principal
  const shown = visible({ account, region: regionOf(visit), pipeline: query.get('pipeline') ?? undefined })
  const seen = header(request.headers['last-event-id']) ?? header(query.get('lastEventId') ?? undefined)
  const stream = openEventStream(response, isStillOpen)
  const send = (rows: readonly EventRow[]): void => {
    const news = rows.filter(({ sequence, event }) => sequence > reached && shown(event))
    reached = Math.max(reached, rows.at(-1)?.sequence ?? 0)
    if (news.length > 0) stream.send(news.map(frameOf).join(''))
  }

  let isLive = false
  // what is committed while we catch up is read in its turn; kept for a client that does not read, it would fill the memory
  let hasMore = true
  const stop = await tail.subscribe((rows) => {
    if (isLive) send(rows)
    else hasMore = true
  })
  stream.signal.addEventListener('abort', stop, { once: true })
  if (stream.signal.aborted) return stop()

  const [newest] = await store.read.events.before(Number.MAX_SAFE_INTEGER, 1)
  const from = seen === undefined ? newest?.sequence : await sequenceOf(store, seen, stream.signal)
  let reached = from ?? newest?.sequence ?? 0
  const hello = { id: newest?.event.id ?? null }
  // an id of the greeting is where to resume from: nothing must lie between it and what the client has
  const isResumed = seen !== undefined && from !== undefined
  stream.send(frame({ event: 'hello', ...(!isResumed && newest && { id: newest.event.id }), data: hello }))
  if (seen !== undefined && from === undefined) {
    stream.send(frame({ event: 'reset', ...(newest && { id: newest.event.id }), data: hello }))
  }
  while (hasMore && !stream.signal.aborted) {
    hasMore = false
    const rows = await store.read.events.after(reached, PAGE)
    hasMore ||= rows.length > 0
    send(rows)
    await stream.drained()
  }
  isLive = true
}

/** Rows of the journal's end are the same objects for all who watch: written once. */
const frames = new WeakMap<EventRow, string>()

function frameOf(row: EventRow): string {
  const known = frames.get(row)
  if (known !== undefined) return known
  const made = frame({ id: row.event.id, data: row.event })
  frames.set(row, made)
  return made
}

const header = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Mostly it is one of the newest, so the journal is searched from its end. @returns undefined when it was forgotten */
async function sequenceOf(store: Store, id: string, signal: AbortSignal): Promise<number | undefined> {
  let before = Number.MAX_SAFE_INTEGER
  while (!signal.aborted) {
    const rows = await store.read.events.before(before, SEARCHED_AT_ONCE)
    const found = rows.find(({ event }) => event.id === id)
    if (found !== undefined || rows.length === 0) return found?.sequence
    before = rows.at(-1)?.sequence ?? 0
    await nextTurn()
  }
  return undefined
}
