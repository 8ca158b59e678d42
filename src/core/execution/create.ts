import type { PipelineDeclaration } from '../pipeline/declaration.ts'
import type { Instant, PipelineKey, PipelineState, TransitionState } from './state.ts'

/**
 * A pipeline that never ran.
 * @param disabled transitions that are closed from birth (CloudFormation's `DisableInboundStageTransitions`): no execution can
 * slip through before a later call closes them
 */
export function createPipelineState({
  key,
  declaration,
  at,
  disabled = [],
}: {
  readonly key: PipelineKey
  readonly declaration: PipelineDeclaration
  readonly at: Instant
  readonly disabled?: readonly { readonly stage: string; readonly reason: string; readonly by: string }[]
}): PipelineState {
  return {
    key,
    declaration,
    version: declaration.version,
    createdAt: at,
    updatedAt: at,
    nextAge: 1,
    transitions: Object.fromEntries(
      disabled.map(({ stage, reason, by }): [string, TransitionState] => [
        stage,
        { enabled: false, reason, changedBy: by, changedAt: at, disabledSince: at },
      ]),
    ),
    stages: Object.fromEntries(declaration.stages.map(({ name }) => [name, { waiting: [] }])),
    executions: {},
    latestActions: {},
    olderVersions: {},
    seenRevisions: {},
    startTokens: {},
  }
}
