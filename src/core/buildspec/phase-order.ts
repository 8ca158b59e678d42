import type { CommandPhaseName, OnFailure } from './buildspec.ts'

export type FollowingPhase = CommandPhaseName | 'UPLOAD_ARTIFACTS' | 'FINALIZING'

const NEXT = {
  INSTALL: 'PRE_BUILD',
  PRE_BUILD: 'BUILD',
  BUILD: 'POST_BUILD',
  POST_BUILD: 'UPLOAD_ARTIFACTS',
} as const satisfies Record<CommandPhaseName, FollowingPhase>

/** Source: AWS CodeBuild user guide, "Build phase transitions". */
const AFTER_FAILURE = {
  INSTALL: 'FINALIZING',
  PRE_BUILD: 'FINALIZING',
  BUILD: 'POST_BUILD',
  POST_BUILD: 'UPLOAD_ARTIFACTS',
} as const satisfies Record<CommandPhaseName, FollowingPhase>

/** Which phase comes behind one that ended; a `Retry` that is used up counts like no `on-failure` at all. */
export function phaseAfter(phase: CommandPhaseName, failed: boolean, onFailure: OnFailure): FollowingPhase {
  if (!failed) return NEXT[phase]
  switch (onFailure.type) {
    case 'Abort':
      return 'FINALIZING'
    case 'Continue':
      return NEXT[phase]
    case 'Default':
    case 'Retry':
      return AFTER_FAILURE[phase]
    default:
      return onFailure satisfies never
  }
}
