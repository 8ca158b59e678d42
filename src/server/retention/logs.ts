import { logStreamKey, type LogGroupRecord, type LogStreamRecord } from '../../journal/journal.ts'
import type { Resource } from '../../store/store.ts'
import { DAY_MS } from './day.ts'
import type { RetentionDependencies } from './retention.ts'

const PAGE = 100

type Dependencies = Pick<RetentionDependencies, 'store' | 'logFiles' | 'clock' | 'logDays'>

/** Streams whose last line is older than their group's retention policy, or than what is kept without one. @returns how many */
export async function forgetLogs(dependencies: Dependencies, signal: AbortSignal): Promise<number> {
  const { store, clock, logDays } = dependencies
  let forgotten = 0
  for (const group of await store.read.resources.everywhere<LogGroupRecord>('logs', 'group')) {
    const days = group.document.retentionInDays ?? logDays
    if (days === undefined) continue
    forgotten += await forgetStreams(dependencies, group, clock.now() - days * DAY_MS, signal)
  }
  return forgotten
}

/** Oldest first: behind the first stream that was made in the time that is kept, all were. */
async function forgetStreams(
  { store, logFiles }: Dependencies,
  { account, region, name: group }: Resource,
  before: number,
  signal: AbortSignal,
): Promise<number> {
  let forgotten = 0
  for (let after: { name: string; ordinal: number } | undefined; !signal.aborted;) {
    const streams: readonly Resource<LogStreamRecord>[] = await store.read.resources.list<LogStreamRecord>({
      account,
      region,
      service: 'logs',
      type: 'stream',
      parent: group,
      order: 'ordinal',
      limit: PAGE,
      ...(after && { after }),
    })
    for (const { ordinal, document } of streams) {
      if (ordinal >= before) return forgotten
      const key = { account, region, group, stream: document.name }
      const written = await logFiles.changedAt(key)
      if (written !== undefined && written >= before) continue
      // the file goes first: a crash in between leaves a stream without lines, which the next sweep takes
      await logFiles.delete(key)
      await store.write((tx) => tx.resources.delete(logStreamKey(key)))
      forgotten += 1
    }
    if (streams.length < PAGE) return forgotten
    after = streams.at(-1)
  }
  return forgotten
}
