/** What a pipeline can be asked for that AWS's CodePipeline does not know. A strict server does not know it either. */
import type { OwnOperation } from './define.ts'
import { previewRollback } from './preview-rollback.ts'
import { retryAction } from './retry-action.ts'
import { rollbackAcrossVersions } from './rollback-across-versions.ts'
import { skipAction } from './skip-action.ts'
import { startFromStage } from './start-from-stage.ts'

export const EXTENSIONS = {
  StartFromStage: startFromStage,
  RetryAction: retryAction,
  PreviewRollback: previewRollback,
  RollbackAcrossVersions: rollbackAcrossVersions,
  SkipAction: skipAction,
} as const satisfies Readonly<Record<string, OwnOperation>>
