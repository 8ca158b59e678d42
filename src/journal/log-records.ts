/** Groups and streams of logs as records; their bodies are files (`LogFiles`). Shared by all who write logs. */
import type { ResourceKey, Writer } from '../store/store.ts'
import type { LogStreamKey } from './journal.ts'

export interface LogGroupRecord {
  readonly name: string
  readonly createdAt: number
  readonly retentionInDays?: number
  readonly kmsKeyId?: string
  readonly logGroupClass?: string
  readonly tags: Readonly<Record<string, string>>
}

export interface LogStreamRecord {
  readonly group: string
  readonly name: string
  readonly createdAt: number
  /** the id of the build whose output it is, when it is one's */
  readonly build?: string
}

type Place = Pick<LogStreamKey, 'account' | 'region'>

export const logGroupKey = ({ account, region }: Place, group: string): ResourceKey => ({
  account,
  region,
  service: 'logs',
  type: 'group',
  name: group,
})

/** Group names hold no colon. The record's parent is the group's name, its ordinal the time it was made. */
export const logStreamKey = ({ account, region, group, stream }: LogStreamKey): ResourceKey => ({
  account,
  region,
  service: 'logs',
  type: 'stream',
  name: `${group}:${stream}`,
})

/** Makes group and stream when they are not there, in the caller's unit of work. */
export async function ensureLogStream(
  { resources }: Pick<Writer, 'resources'>,
  key: LogStreamKey,
  now: number,
  { build }: Pick<LogStreamRecord, 'build'> = {},
): Promise<void> {
  const { group, stream } = key
  if ((await resources.get(logStreamKey(key))) !== undefined) return
  if ((await resources.get(logGroupKey(key, group))) === undefined) {
    const record: LogGroupRecord = { name: group, createdAt: now, tags: {} }
    await resources.put(logGroupKey(key, group), record)
  }
  const record: LogStreamRecord = { group, name: stream, createdAt: now, ...(build !== undefined && { build }) }
  await resources.put(logStreamKey(key), record, { parent: group, ordinal: now })
}
