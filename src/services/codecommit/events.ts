import type { RefUpdate } from '../../git/git.ts'
import type { BusEvent } from '../../journal/journal.ts'
import type { ResourceKey } from '../../store/store.ts'
import type { CodeCommitDependencies } from './dependencies.ts'
import { repositoryArn, type Repository } from './repositories.ts'

/** Branch -> commit, as the bus was last told. */
export type AnnouncedBranches = Readonly<Record<string, string>>

export const announcedKey = ({ account, region, id }: Repository): ResourceKey => ({
  account,
  region,
  service: 'codecommit',
  type: 'announced',
  name: id,
})

/**
 * Tells the bus that references moved; durable when it resolves, so that an answered push is never forgotten. What was told is
 * kept in the same commit: git moves references outside of our transactions, and after a kill in between `catchUp` compares.
 * Source: services.md §2, `CodeCommit Repository State Change`.
 */
export async function announce(
  { store, bus, clock }: Pick<CodeCommitDependencies, 'store' | 'bus' | 'clock'>,
  repository: Repository,
  updates: readonly RefUpdate[],
  callerArn: string,
): Promise<void> {
  const events = updates.flatMap((update) => stateChange(repository, update, callerArn, clock.now()))
  if (events.length === 0) return
  const rows = await store.write(async (tx) => {
    const key = announcedKey(repository)
    const told = new Map(Object.entries((await tx.resources.get<AnnouncedBranches>(key))?.document ?? {}))
    for (const { ref, after } of updates.filter(({ ref }) => ref.startsWith(BRANCH))) {
      if (after === undefined) told.delete(ref.slice(BRANCH.length))
      else told.set(ref.slice(BRANCH.length), after)
    }
    await tx.resources.put(key, Object.fromEntries(told))
    return bus.append(tx, events)
  })
  bus.published(rows)
}

const BRANCH = 'refs/heads/'

const KINDS = [
  [BRANCH, 'branch'],
  ['refs/tags/', 'tag'],
] as const

function stateChange(
  repository: Repository,
  { ref, before, after }: RefUpdate,
  callerUserArn: string,
  time: number,
): Omit<BusEvent, 'id'>[] {
  const kind = KINDS.find(([prefix]) => ref.startsWith(prefix))
  if (!kind) return []
  const [prefix, referenceType] = kind
  return [
    {
      account: repository.account,
      region: repository.region,
      time,
      source: 'aws.codecommit',
      detailType: 'CodeCommit Repository State Change',
      resources: [repositoryArn(repository, repository.name)],
      detail: {
        event:
          after === undefined ? 'referenceDeleted' : before === undefined ? 'referenceCreated' : 'referenceUpdated',
        repositoryName: repository.name,
        repositoryId: repository.id,
        referenceType,
        referenceName: ref.slice(prefix.length),
        referenceFullName: ref,
        ...(after !== undefined && { commitId: after }),
        ...(before !== undefined && { oldCommitId: before }),
        callerUserArn,
      },
    },
  ]
}
