import type { ActionExecutionDetail, ArtifactDetail } from '@aws-sdk/client-codepipeline'
import type { CustomTypes } from '../../../core/catalog/action-types.ts'
import type { ActionExecution, ArtifactLocation } from '../../../core/execution/execution.ts'
import { maskConfiguration } from '../../../core/pipeline/secrets.ts'
import { defined, runSummaryOf, updatedByOf } from './extensions.ts'

/** ListActionExecutions: configuration as declared and as resolved, secrets masked in both. */
export const actionExecutionDetail = (
  run: ActionExecution,
  custom: CustomTypes,
  strict = false,
): ActionExecutionDetail => ({
  pipelineExecutionId: run.executionId,
  actionExecutionId: run.id,
  pipelineVersion: run.pipelineVersion,
  stageName: run.stage,
  actionName: run.action,
  startTime: new Date(run.startedAt),
  lastUpdateTime: new Date(run.updatedAt),
  ...defined({ updatedBy: updatedByOf(run, strict) }),
  status: run.status,
  input: {
    actionTypeId: run.typeId,
    configuration: maskConfiguration(run.configuration, run.typeId, custom),
    resolvedConfiguration: maskConfiguration(run.resolvedConfiguration, run.typeId, custom),
    ...(run.roleArn !== undefined && { roleArn: run.roleArn }),
    region: run.region,
    inputArtifacts: run.inputArtifacts.map(artifactDetail),
    ...(run.namespace !== undefined && { namespace: run.namespace }),
  },
  output: {
    outputArtifacts: run.outputArtifacts.map(artifactDetail),
    executionResult: executionResult(run, strict),
    outputVariables: { ...run.outputVariables },
  },
})

const artifactDetail = ({ name, bucket, key }: ArtifactLocation): ArtifactDetail => ({
  name,
  s3location: { bucket, key },
})

/** An approval's token is its external execution id, in every execution mode (`spec` 7). */
function executionResult(run: ActionExecution, strict: boolean) {
  const externalExecutionId = run.externalExecutionId ?? run.token
  return {
    ...(externalExecutionId !== undefined && { externalExecutionId }),
    ...defined({ externalExecutionSummary: runSummaryOf(run, strict) }),
    ...(run.externalExecutionUrl !== undefined && { externalExecutionUrl: run.externalExecutionUrl }),
    ...(run.error && { errorDetails: { ...run.error } }),
    ...(run.logStreamArn !== undefined && { logStreamARN: run.logStreamArn }),
  }
}
