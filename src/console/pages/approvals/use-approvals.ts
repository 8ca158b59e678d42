import { useQueries, useQuery } from '@tanstack/react-query'
import type { Reason } from '../../api/explain-types.ts'
import { executions, explanation, pipelines } from '../../api/queries.ts'

/** the same list as the fleet's, so that both share the answers */
const RECENT = 30

export interface OpenApproval {
  readonly pipeline: string
  readonly executionId: string
  readonly stage: string
  readonly action: string
  readonly since: number
  readonly reason: Extract<Reason, { kind: 'ApprovalNeeded' }>
}

/** Every approval that waits for a person, the one that expires first on top. */
export function useApprovals(): { approvals: readonly OpenApproval[]; loading: boolean; error: unknown } {
  const list = useQuery(pipelines())
  const found = list.data ?? []
  const runs = useQueries({ queries: found.map(({ name = '' }) => executions(name, RECENT)) })
  const reasons = useQueries({
    queries: found.map(({ name = '' }, index) => ({
      ...explanation(name),
      enabled: runs[index]?.data?.some(({ status }) => status === 'InProgress') === true,
    })),
  })
  const approvals = found.flatMap(({ name = '' }, index) =>
    (reasons[index]?.data?.reasons ?? []).flatMap((reason): OpenApproval[] =>
      reason.kind === 'ApprovalNeeded'
        ? [
            {
              pipeline: name,
              executionId: reason.about.pipelineExecutionId ?? '',
              stage: reason.about.stageName ?? '',
              action: reason.about.actionName ?? '',
              since: reason.since,
              reason,
            },
          ]
        : [],
    ),
  )
  return {
    approvals: approvals.toSorted((one, other) => one.reason.expiresAt - other.reason.expiresAt),
    loading: list.isPending || [...runs, ...reasons].some(({ isLoading }) => isLoading),
    error: list.error ?? reasons.find(({ error }) => error !== null)?.error,
  }
}
