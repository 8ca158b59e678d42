import {
  PutLogEvents$,
  type PutLogEventsCommandInput,
  type PutLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import { logStreamKey } from '../../../journal/journal.ts'
import { define, invalidParameter, noStream } from '../define.ts'
import { checkStreamName, groupNameOf, groupResource, requireGroup } from '../names.ts'

const MAX_EVENTS = 10_000
const MAX_BYTES = 1_048_576
const OVERHEAD_BYTES = 26
const MAX_AGE_MS = 14 * 24 * 3_600_000
const MAX_AHEAD_MS = 2 * 3_600_000

/** Sequence tokens are ignored, as they have been by the real service since 2023. */
export const putLogEvents = define<PutLogEventsCommandInput, PutLogEventsCommandOutput>(
  PutLogEvents$,
  groupResource,
  async ({ store, logFiles, clock }, input, call) => {
    const key = {
      account: call.account,
      region: call.region,
      group: groupNameOf(input),
      stream: checkStreamName(input.logStreamName),
    }
    const events = (input.logEvents ?? []).map(({ timestamp = 0, message = '' }) => ({ timestamp, message }))
    const size = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + OVERHEAD_BYTES, 0)
    if (events.length === 0 || events.length > MAX_EVENTS)
      throw invalidParameter(`Between 1 and ${MAX_EVENTS} log events are allowed`)
    if (size > MAX_BYTES) throw invalidParameter(`Upload too large: ${size} bytes exceeds limit of ${MAX_BYTES}`)
    if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0)))
      throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.')
    await requireGroup(store.read, call, key.group)
    if ((await store.read.resources.get(logStreamKey(key))) === undefined) throw noStream()

    const now = clock.now()
    const isAccepted = ({ timestamp }: { timestamp: number }): boolean =>
      timestamp >= now - MAX_AGE_MS && timestamp <= now + MAX_AHEAD_MS
    const accepted = events.filter(isAccepted)
    if (accepted.length > 0) await logFiles.append(key, accepted)
    const tooOld = events.filter(({ timestamp }) => timestamp < now - MAX_AGE_MS).length
    const tooNew = events.findIndex(({ timestamp }) => timestamp > now + MAX_AHEAD_MS)
    const rejected = {
      ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
      ...(tooNew >= 0 ? { tooNewLogEventStartIndex: tooNew } : {}),
    }
    return { nextSequenceToken: '1', ...(Object.keys(rejected).length > 0 ? { rejectedLogEventsInfo: rejected } : {}) }
  },
)
