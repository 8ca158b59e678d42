import type { BuildRecord } from '../../services/codebuild/build-record.ts'
import type { Resource, Store } from '../../store/store.ts'
import { DAY_MS } from './day.ts'
import type { RetentionDependencies } from './retention.ts'

const PAGE = 100

type Place = Pick<Resource, 'account' | 'region'>

/** Ended builds that were started before the days that are kept; a service keeps theirs for a year. @returns how many */
export async function forgetBuilds(
  { store, clock, historyDays }: Pick<RetentionDependencies, 'store' | 'clock' | 'historyDays'>,
  signal: AbortSignal,
): Promise<number> {
  const startedBefore = clock.now() - historyDays * DAY_MS
  let forgotten = 0
  for (const place of await placesOf(store)) {
    for (let after: { name: string; ordinal: number } | undefined; !signal.aborted;) {
      const builds = await oldest(store, place, after)
      const old = builds.filter(({ document }) => document.startedAt < startedBefore)
      const gone = old.filter(({ document }) => document.status !== 'IN_PROGRESS')
      if (gone.length > 0) {
        await store.write(async ({ resources }) => {
          for (const build of gone) await resources.delete(build)
        })
      }
      forgotten += gone.length
      if (old.length < PAGE) break // behind the first one that is kept, all are
      after = builds.at(-1)
    }
  }
  return forgotten
}

/** Builds are of projects, or of pipelines whose actions need none. */
async function placesOf({ read }: Store): Promise<readonly Place[]> {
  const found = [...(await read.resources.everywhere('codebuild', 'project')), ...(await read.pipelines.keys())]
  return [...new Map(found.map(({ account, region }) => [`${account}/${region}`, { account, region }])).values()]
}

const oldest = (
  { read }: Store,
  { account, region }: Place,
  after: { readonly name: string; readonly ordinal: number } | undefined,
): Promise<readonly Resource<BuildRecord>[]> =>
  read.resources.list<BuildRecord>({
    account,
    region,
    service: 'codebuild',
    type: 'build',
    order: 'ordinal',
    limit: PAGE,
    ...(after && { after }),
  })
