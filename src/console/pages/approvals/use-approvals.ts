import { useQueries, useQuery } from '@tanstack/react-query'
import type { Reason } from '../../api/explain-types.ts'
import { fleet, useFreshFleet } from '../../api/fleet.ts'
import { explanation } from '../../api/queries.ts'

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
  useFreshFleet()
  const list = useQuery(fleet())
  // reasons come in the order of urgency, and approvals are first of all
  const asking = (list.data ?? []).filter(({ reasons }) => reasons[0]?.kind === 'ApprovalNeeded')
  const reasons = useQueries({ queries: asking.map(({ name }) => explanation(name)) })
  const approvals = asking.flatMap(({ name }, index) =>
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
    loading: list.isPending || reasons.some(({ isLoading }) => isLoading),
    error: list.error ?? reasons.find(({ error }) => error !== null)?.error,
  }
}
