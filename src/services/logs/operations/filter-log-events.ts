import {
  FilterLogEvents$,
  type FilteredLogEvent,
  type FilterLogEventsCommandInput,
  type FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import { createHash } from 'node:crypto'
import type { LogFiles, LogStreamKey } from '../../../journal/journal.ts'
import type { LogStreamRecord } from '../../../journal/journal.ts'
import { define, invalidParameter, pageSize } from '../define.ts'
import { parseFilterPattern } from '../filter-pattern.ts'
import { groupNameOf, groupResource, requireGroup } from '../names.ts'

const MAX_EVENTS = 10_000
const PAGE = 1000

/** Events of several streams in order of time. What `aws logs tail` reads. */
export const filterLogEvents = define<FilterLogEventsCommandInput, FilterLogEventsCommandOutput>(
  FilterLogEvents$,
  groupResource,
  async ({ store, logFiles }, input, call) => {
    const { account, region } = call
    const { logStreamNames, logStreamNamePrefix, startTime = 0, endTime = Infinity } = input
    const limit = pageSize(input.limit, MAX_EVENTS)
    const matches = parseFilterPattern(input.filterPattern ?? '')
    if (typeof matches === 'string') throw invalidParameter(matches)
    const group = groupNameOf(input)
    await requireGroup(store.read, call, group)
    const records = await store.read.resources.list<LogStreamRecord>({
      account,
      region,
      service: 'logs',
      type: 'stream',
      parent: group,
      ...(logStreamNamePrefix === undefined ? {} : { namePrefix: `${group}:${logStreamNamePrefix}` }),
    })
    const wanted = logStreamNames && new Set(logStreamNames)
    const streams = records.map(({ document }) => document.name).filter((name) => wanted?.has(name) ?? true)

    const after = input.nextToken === undefined ? undefined : readToken(input.nextToken)
    const since = Math.max(startTime, after?.timestamp ?? 0)
    const found: FilteredLogEvent[] = []
    for (const stream of streams) {
      for await (const event of eventsOf(logFiles, { account, region, group, stream }, since)) {
        const { timestamp, message, ingestionTime, index } = event
        if (timestamp < since || timestamp > endTime || !matches(message)) continue
        found.push({
          logStreamName: stream,
          timestamp,
          message,
          ingestionTime,
          eventId: eventId(timestamp, stream, index),
        })
      }
    }
    const sorted = found
      .toSorted((a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0) || compare(a.eventId ?? '', b.eventId ?? ''))
      .filter(
        ({ timestamp = 0, eventId = '' }) =>
          after === undefined || timestamp > after.timestamp || compare(eventId, after.eventId) > 0,
      )
    const events = sorted.slice(0, limit)
    const last = events.at(-1)
    return {
      events,
      searchedLogStreams: [],
      ...(sorted.length > limit && last !== undefined ? { nextToken: writeToken(last) } : {}),
    }
  },
)

/** All events of a stream, or none when the last one is too old already. */
async function* eventsOf(logFiles: LogFiles, key: LogStreamKey, since: number) {
  const count = await logFiles.count(key)
  const [last] = await logFiles.read(key, { from: Math.max(count - 1, 0), limit: 1 })
  if (last === undefined || last.ingestionTime < since - MAX_LATENESS_MS) return
  for (let from = 0; from < count;) {
    const page = await logFiles.read(key, { from, limit: PAGE })
    if (page.length === 0) return
    yield* page
    from += page.length
  }
}

/** An event may be dated up to two hours ahead of when it came. */
const MAX_LATENESS_MS = 2 * 3_600_000

/** 56 digits that sort like time, then stream, then position. */
function eventId(timestamp: number, stream: string, index: number): string {
  const hash = createHash('sha256').update(stream).digest().readUInt32BE()
  return `${String(timestamp).padStart(20, '0')}${String(hash).padStart(10, '0')}${String(index).padStart(26, '0')}`
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const writeToken = ({ timestamp, eventId }: FilteredLogEvent): string =>
  Buffer.from(JSON.stringify({ timestamp, eventId })).toString('base64url')

function readToken(token: string): { timestamp: number; eventId: string } {
  try {
    const { timestamp, eventId } = JSON.parse(Buffer.from(token, 'base64url').toString()) as {
      timestamp?: number
      eventId?: string
    }
    if (typeof timestamp === 'number' && typeof eventId === 'string') return { timestamp, eventId }
  } catch {
    // answered below
  }
  throw invalidParameter('The specified nextToken is invalid.')
}
