import {
  CreateLogGroup$,
  DeleteLogGroup$,
  DeleteRetentionPolicy$,
  DescribeLogGroups$,
  PutRetentionPolicy$,
  type CreateLogGroupCommandInput,
  type CreateLogGroupCommandOutput,
  type DeleteLogGroupCommandInput,
  type DeleteLogGroupCommandOutput,
  type DeleteRetentionPolicyCommandInput,
  type DeleteRetentionPolicyCommandOutput,
  type DescribeLogGroupsCommandInput,
  type DescribeLogGroupsCommandOutput,
  type PutRetentionPolicyCommandInput,
  type PutRetentionPolicyCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import { logGroupKey, type LogGroupRecord, type LogStreamRecord } from '../../../journal/journal.ts'
import { alreadyExists, define, invalidParameter, pageSize } from '../define.ts'
import { groupArn, groupNameOf, groupResource, requireGroup } from '../names.ts'

const DEFAULT_PAGE = 50
const RETENTION_DAYS: ReadonlySet<number> = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
])

export const createLogGroup = define<CreateLogGroupCommandInput, CreateLogGroupCommandOutput>(
  CreateLogGroup$,
  groupResource,
  async ({ store, clock }, input, call) => {
    const name = groupNameOf(input)
    const record: LogGroupRecord = {
      name,
      createdAt: clock.now(),
      tags: input.tags ?? {},
      ...(input.kmsKeyId === undefined ? {} : { kmsKeyId: input.kmsKeyId }),
      ...(input.logGroupClass === undefined ? {} : { logGroupClass: input.logGroupClass }),
    }
    await store.write(async ({ resources }) => {
      if ((await resources.get(logGroupKey(call, name))) !== undefined) throw alreadyExists('group')
      await resources.put(logGroupKey(call, name), record, { ifVersion: 0 })
    })
    return {}
  },
)

export const deleteLogGroup = define<DeleteLogGroupCommandInput, DeleteLogGroupCommandOutput>(
  DeleteLogGroup$,
  groupResource,
  async ({ store, logFiles }, input, call) => {
    const { account, region } = call
    const group = groupNameOf(input)
    const streams = await store.write(async ({ resources }) => {
      await requireGroup({ resources }, call, group)
      const streams = await resources.list<LogStreamRecord>({
        account,
        region,
        service: 'logs',
        type: 'stream',
        parent: group,
      })
      for (const { name } of streams) await resources.delete({ account, region, service: 'logs', type: 'stream', name })
      await resources.delete(logGroupKey(call, group))
      return streams
    })
    for (const { document } of streams) await logFiles.delete({ account, region, group, stream: document.name })
    return {}
  },
)

export const describeLogGroups = define<DescribeLogGroupsCommandInput, DescribeLogGroupsCommandOutput>(
  DescribeLogGroups$,
  '*',
  async ({ store }, { logGroupNamePrefix, logGroupNamePattern, limit: wanted, nextToken }, call) => {
    const limit = pageSize(wanted, DEFAULT_PAGE)
    const { account, region } = call
    const groups = await store.read.resources.list<LogGroupRecord>({
      account,
      region,
      service: 'logs',
      type: 'group',
      ...(logGroupNamePrefix === undefined ? {} : { namePrefix: logGroupNamePrefix }),
      ...(nextToken === undefined ? {} : { after: { name: nextToken, ordinal: 0 } }),
      // a pattern is found by looking at all names
      ...(logGroupNamePattern === undefined ? { limit: limit + 1 } : {}),
    })
    const pattern = logGroupNamePattern?.toLowerCase() ?? ''
    const found = groups.filter(({ name }) => name.toLowerCase().includes(pattern))
    const shown = found.slice(0, limit)
    const last = shown.at(-1)
    return {
      logGroups: shown.map(({ document }) => ({
        logGroupName: document.name,
        creationTime: document.createdAt,
        ...(document.retentionInDays === undefined ? {} : { retentionInDays: document.retentionInDays }),
        ...(document.kmsKeyId === undefined ? {} : { kmsKeyId: document.kmsKeyId }),
        metricFilterCount: 0,
        arn: `${groupArn(call, document.name)}:*`,
        logGroupArn: groupArn(call, document.name),
        storedBytes: 0,
        logGroupClass: 'STANDARD' as const,
      })),
      ...(found.length > limit && last !== undefined ? { nextToken: last.name } : {}),
    }
  },
)

export const putRetentionPolicy = define<PutRetentionPolicyCommandInput, PutRetentionPolicyCommandOutput>(
  PutRetentionPolicy$,
  groupResource,
  async ({ store }, input, call) => {
    const { retentionInDays = 0 } = input
    if (!RETENTION_DAYS.has(retentionInDays)) throw invalidParameter(`Invalid retentionInDays: ${retentionInDays}`)
    await store.write(async ({ resources }) => {
      const group = await requireGroup({ resources }, call, groupNameOf(input))
      await resources.put(logGroupKey(call, group.name), { ...group, retentionInDays })
    })
    return {}
  },
)

export const deleteRetentionPolicy = define<DeleteRetentionPolicyCommandInput, DeleteRetentionPolicyCommandOutput>(
  DeleteRetentionPolicy$,
  groupResource,
  async ({ store }, input, call) => {
    await store.write(async ({ resources }) => {
      const { retentionInDays: _, ...group } = await requireGroup({ resources }, call, groupNameOf(input))
      await resources.put(logGroupKey(call, group.name), group)
    })
    return {}
  },
)
