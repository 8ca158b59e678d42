import type { RefUpdate } from '../../git/git.ts'
import type { BusEvent } from '../../journal/journal.ts'
import type { CodeCommitDependencies } from './dependencies.ts'
import { repositoryArn, type Repository } from './repositories.ts'

/**
 * Tells the bus that references moved; durable when it resolves, so that an answered push is never forgotten.
 * Source: services.md §2, `CodeCommit Repository State Change`.
 */
export async function announce(
  { bus, clock }: Pick<CodeCommitDependencies, 'bus' | 'clock'>,
  repository: Repository,
  updates: readonly RefUpdate[],
  callerArn: string,
): Promise<void> {
  const events = updates.flatMap((update) => stateChange(repository, update, callerArn, clock.now()))
  if (events.length > 0) await bus.publish(events)
}

const KINDS = [
  ['refs/heads/', 'branch'],
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
