import type {
  ArtifactRevision as ApiArtifactRevision,
  PipelineExecution as ApiPipelineExecution,
  PipelineExecutionSummary,
  SourceRevision,
} from '@aws-sdk/client-codepipeline'
import type { ArtifactRevision, PipelineExecution } from '../../../core/execution/execution.ts'
import { defined, statusSummaryOf } from './extensions.ts'

/** GetPipelineExecution; it has no times (`spec` 2.12). */
export const executionView = (
  pipelineName: string,
  execution: PipelineExecution,
  strict = false,
): ApiPipelineExecution => ({
  pipelineName,
  pipelineVersion: execution.pipelineVersion,
  pipelineExecutionId: execution.id,
  artifactRevisions: execution.artifactRevisions.map(revisionView),
  variables: Object.entries(execution.variables).map(([name, resolvedValue]) => ({ name, resolvedValue })),
  ...common(execution, strict),
})

/** ListPipelineExecutions. */
export const executionSummary = (execution: PipelineExecution, strict = false): PipelineExecutionSummary => ({
  pipelineExecutionId: execution.id,
  startTime: new Date(execution.startedAt),
  lastUpdateTime: new Date(execution.updatedAt),
  sourceRevisions: sourceRevisions(execution),
  ...(execution.stop?.reason !== undefined && { stopTrigger: { reason: execution.stop.reason } }),
  ...common(execution, strict),
})

const common = (execution: PipelineExecution, strict: boolean) => ({
  status: execution.status,
  ...defined({ statusSummary: statusSummaryOf(execution, strict) }),
  trigger: {
    triggerType: execution.trigger.type,
    ...(execution.trigger.detail !== undefined && { triggerDetail: execution.trigger.detail }),
  },
  executionMode: execution.mode,
  executionType: execution.type,
  ...(execution.rollback && {
    rollbackMetadata: { rollbackTargetPipelineExecutionId: execution.rollback.targetExecutionId },
  }),
})

/** What each source action fetched; actions that are no sources fetch nothing that counts here. */
function sourceRevisions({ stages }: PipelineExecution): SourceRevision[] {
  return Object.values(stages)
    .flatMap(({ actions }) => Object.values(actions))
    .flatMap(({ action, typeId, revision }) =>
      typeId.category === 'Source' && revision !== undefined
        ? [
            {
              actionName: action,
              revisionId: revision.revisionId,
              ...(revision.revisionSummary !== undefined && { revisionSummary: revision.revisionSummary }),
              ...(revision.revisionUrl !== undefined && { revisionUrl: revision.revisionUrl }),
            },
          ]
        : [],
    )
}

const revisionView = ({ created, ...revision }: ArtifactRevision): ApiArtifactRevision => ({
  ...revision,
  ...(created !== undefined && { created: new Date(created) }),
})
