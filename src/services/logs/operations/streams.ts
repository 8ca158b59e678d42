import {
  CreateLogStream$,
  DeleteLogStream$,
  DescribeLogStreams$,
  type CreateLogStreamCommandInput,
  type CreateLogStreamCommandOutput,
  type DeleteLogStreamCommandInput,
  type DeleteLogStreamCommandOutput,
  type DescribeLogStreamsCommandInput,
  type DescribeLogStreamsCommandOutput,
  type LogStream,
} from '@aws-sdk/client-cloudwatch-logs'
import { logStreamKey, type LogStreamRecord } from '../../../journal/journal.ts'
import { alreadyExists, define, invalidParameter, noStream, pageSize } from '../define.ts'
import type { LogsDependencies } from '../dependencies.ts'
import { checkStreamName, groupNameOf, groupResource, requireGroup, streamArn, type Place } from '../names.ts'

const MAX_PAGE = 50

export const createLogStream = define<CreateLogStreamCommandInput, CreateLogStreamCommandOutput>(
  CreateLogStream$,
  groupResource,
  async ({ store, clock }, input, call) => {
    const group = groupNameOf(input)
    const stream = checkStreamName(input.logStreamName)
    const now = clock.now()
    const key = logStreamKey({ account: call.account, region: call.region, group, stream })
    const record: LogStreamRecord = { group, name: stream, createdAt: now }
    await store.write(async ({ resources }) => {
      await requireGroup({ resources }, call, group)
      if ((await resources.get(key)) !== undefined) throw alreadyExists('stream')
      await resources.put(key, record, { parent: group, ordinal: now, ifVersion: 0 })
    })
    return {}
  },
)

export const deleteLogStream = define<DeleteLogStreamCommandInput, DeleteLogStreamCommandOutput>(
  DeleteLogStream$,
  groupResource,
  async ({ store, logFiles }, input, call) => {
    const key = {
      account: call.account,
      region: call.region,
      group: groupNameOf(input),
      stream: checkStreamName(input.logStreamName),
    }
    await store.write(async ({ resources }) => {
      await requireGroup({ resources }, call, key.group)
      if (!(await resources.delete(logStreamKey(key)))) throw noStream()
    })
    await logFiles.delete(key)
    return {}
  },
)

export const describeLogStreams = define<DescribeLogStreamsCommandInput, DescribeLogStreamsCommandOutput>(
  DescribeLogStreams$,
  groupResource,
  async (deps, input, call) => {
    const { logStreamNamePrefix, orderBy = 'LogStreamName', descending = false, nextToken } = input
    const limit = pageSize(input.limit, MAX_PAGE)
    const group = groupNameOf(input)
    if (orderBy === 'LastEventTime' && logStreamNamePrefix !== undefined)
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.')
    await requireGroup(deps.store.read, call, group)
    const records = await deps.store.read.resources.list<LogStreamRecord>({
      account: call.account,
      region: call.region,
      service: 'logs',
      type: 'stream',
      parent: group,
      ...(logStreamNamePrefix === undefined ? {} : { namePrefix: `${group}:${logStreamNamePrefix}` }),
    })
    const streams = await Promise.all(records.map(({ document }) => describe(deps, call, document)))
    const sorted = orderBy === 'LastEventTime' ? streams.toSorted((a, b) => lastTime(a) - lastTime(b)) : streams
    const ordered = descending ? sorted.toReversed() : sorted
    const start = Number(nextToken ?? 0)
    return {
      logStreams: ordered.slice(start, start + limit),
      ...(ordered.length > start + limit ? { nextToken: String(start + limit) } : {}),
    }
  },
)

const lastTime = ({ lastEventTimestamp, creationTime }: LogStream): number => lastEventTimestamp ?? creationTime ?? 0

async function describe(
  { logFiles }: LogsDependencies,
  place: Place,
  { group, name, createdAt }: LogStreamRecord,
): Promise<LogStream> {
  const key = { account: place.account, region: place.region, group, stream: name }
  const count = await logFiles.count(key)
  const [[first], [last]] = await Promise.all([
    logFiles.read(key, { from: 0, limit: 1 }),
    logFiles.read(key, { from: Math.max(count - 1, 0), limit: 1 }),
  ])
  return {
    logStreamName: name,
    creationTime: createdAt,
    ...(first === undefined || last === undefined
      ? {}
      : {
          firstEventTimestamp: first.timestamp,
          lastEventTimestamp: last.timestamp,
          lastIngestionTime: last.ingestionTime,
        }),
    uploadSequenceToken: '1',
    arn: streamArn(place, group, name),
    storedBytes: 0,
  }
}
