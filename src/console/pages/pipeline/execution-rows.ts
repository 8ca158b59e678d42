/** The newest executions as the list shows them: the API's answer, and what events have told since. */
import type { PipelineExecutionSummary } from '@aws-sdk/client-codepipeline'
import { tokenOf } from '../../graph/from-api.ts'
import { isOver, type Instant, type Picture, type Token } from '../../graph/model.ts'

export interface ExecutionRow {
  readonly token: Token
  /** absent while it goes on */
  readonly endedAt?: Instant
}

/** Newest first. */
export function executionRows(
  summaries: readonly PipelineExecutionSummary[],
  { tokens }: Pick<Picture, 'tokens'>,
  most: number,
): readonly ExecutionRow[] {
  const live = new Map(tokens.map((token) => [token.id, token]))
  const listed = summaries.map((summary) => {
    const known = tokenOf(summary, { at: 'ended' })
    const token = live.get(known.id)
    // events know the status, the list knows the revisions
    return token === undefined
      ? known
      : { ...known, ...token, revisions: token.revisions.length > 0 ? token.revisions : known.revisions }
  })
  const ids = new Set(listed.map(({ id }) => id))
  const begun = tokens.filter(({ id }) => !ids.has(id))
  return [...begun.toReversed(), ...listed].slice(0, most).map((token) => {
    const isEnded = live.has(token.id) ? isOver(token) : token.look !== 'InProgress' && token.look !== 'Stopping'
    return isEnded && token.updatedAt !== undefined ? { token, endedAt: token.updatedAt } : { token }
  })
}
