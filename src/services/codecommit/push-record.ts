import type { RefUpdate } from '../../git/git.ts'
import type { CallRecord, Principal } from '../../wire/wire.ts'
import type { Repository } from './repositories.ts'

/** A push is no call of the API, but changes as much: told as CloudTrail tells it. Source: CodeCommit user guide, "Logging AWS CodeCommit API calls". */
export function pushRecord(
  { name, region }: Repository,
  principal: Principal,
  from: { readonly requestId: string; readonly sourceAddress: string; readonly userAgent: string },
  { startedAt, endedAt }: { readonly startedAt: number; readonly endedAt: number },
  outcome: { readonly updates: readonly RefUpdate[] } | { readonly denied: string },
): CallRecord {
  const references = 'updates' in outcome ? outcome.updates : []
  return {
    ...from,
    service: 'codecommit',
    operation: 'GitPush',
    input: () => ({
      repositoryName: name,
      references: references.map(({ ref, before, after }) => ({ ref, oldCommit: before, newCommit: after })),
    }),
    principal,
    region,
    startedAt,
    durationMs: endedAt - startedAt,
    ...('denied' in outcome && { errorCode: 'AccessDenied', errorMessage: outcome.denied }),
  }
}
