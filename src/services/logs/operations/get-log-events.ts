import {
  GetLogEvents$,
  type GetLogEventsCommandInput,
  type GetLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import { logStreamKey } from '../../../journal/journal.ts'
import { define, invalidParameter, noStream, pageSize } from '../define.ts'
import { checkStreamName, groupNameOf, groupResource, requireGroup } from '../names.ts'

const MAX_EVENTS = 10_000
const MAX_BYTES = 1_048_576
const PAGE = 1000
const TOKEN_DIGITS = 56

/** Tokens are places between two events: `f/` the one behind the last shown, `b/` the one before the first. At an end they stay as they are. */
export const getLogEvents = define<GetLogEventsCommandInput, GetLogEventsCommandOutput>(
  GetLogEvents$,
  groupResource,
  async ({ store, logFiles }, input, call) => {
    const { startTime = 0, endTime = Infinity, startFromHead = false, nextToken } = input
    const limit = pageSize(input.limit, MAX_EVENTS)
    const key = {
      account: call.account,
      region: call.region,
      group: groupNameOf(input),
      stream: checkStreamName(input.logStreamName),
    }
    await requireGroup(store.read, call, key.group)
    if ((await store.read.resources.get(logStreamKey(key))) === undefined) throw noStream()
    const count = await logFiles.count(key)
    const isForward = nextToken === undefined ? startFromHead : nextToken.startsWith('f/')
    const place = nextToken === undefined ? (startFromHead ? 0 : count) : readToken(nextToken)

    const events: { timestamp: number; message: string; ingestionTime: number }[] = []
    let [from, to, bytes] = [place, place, 0]
    const isFull = (): boolean => events.length >= limit || bytes >= MAX_BYTES
    while (!isFull() && (isForward ? to < count : from > 0)) {
      const start = isForward ? to : Math.max(from - PAGE, 0)
      const page = await logFiles.read(key, { from: start, limit: isForward ? PAGE : from - start })
      if (page.length === 0) break
      for (const { index, ...event } of isForward ? page : page.toReversed()) {
        if (isFull()) break
        if (isForward) to = index + 1
        else from = index
        if (event.timestamp < startTime || event.timestamp >= endTime) continue
        bytes += event.message.length
        events.push(event)
      }
    }
    return {
      events: isForward ? events : events.toReversed(),
      nextForwardToken: writeToken('f', to),
      nextBackwardToken: writeToken('b', from),
    }
  },
)

const writeToken = (direction: 'f' | 'b', place: number): string =>
  `${direction}/${String(place).padStart(TOKEN_DIGITS, '0')}`

function readToken(token: string): number {
  const place = /^[fb]\/(\d+)$/.exec(token)?.[1]
  if (place === undefined) throw invalidParameter('The specified nextToken is invalid.')
  return Number(place)
}
