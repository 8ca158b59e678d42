/**
 * What our own API takes and answers about the extensions: `POST /_pipewright/codepipeline/<Operation>`. Types only, so that a browser
 * may import them. Names are those of AWS's API; times are ms since the epoch.
 */
import type { ActionTypeId } from '../pipeline/declaration.ts'
import type { Rejection } from './commands.ts'
import type { ArtifactRevision, ExecutionId } from './state.ts'

/** Who does it is whoever signs the request; `reason` is kept with the execution. */
export interface StartFromStageInput {
  readonly pipelineName: string
  readonly stageName: string
  /** whose artifacts, variables and source revisions are used; absent: the newest that has passed all stages before */
  readonly fromPipelineExecutionId?: ExecutionId
  readonly reason: string
  /** a repeated one starts nothing, as with StartPipelineExecution */
  readonly clientRequestToken?: string
}

export interface RetryActionInput {
  readonly pipelineName: string
  readonly pipelineExecutionId: ExecutionId
  readonly stageName: string
  readonly actionName: string
}

export interface PreviewRollbackInput {
  readonly pipelineName: string
  readonly stageName: string
  readonly targetPipelineExecutionId: ExecutionId
}

export interface RollbackAcrossVersionsInput extends PreviewRollbackInput {
  readonly reason?: string
}

export interface SkipActionInput {
  readonly pipelineName: string
  readonly pipelineExecutionId: ExecutionId
  readonly stageName: string
  readonly actionName: string
  readonly reason: string
}

/** Of all of them but the preview: the new execution, or the one that goes on. */
export interface ExtensionOutput {
  readonly pipelineExecutionId: ExecutionId
}

export interface RollbackPreview {
  readonly stageName: string
  readonly targetPipelineExecutionId: ExecutionId
  /** whose declaration of the stage would run: the current one */
  readonly pipelineVersion: number
  readonly targetPipelineVersion: number
  /** AWS would refuse it: RollbackAcrossVersions does it, RollbackStage does not */
  readonly isAcrossVersions: boolean
  /** why it would be refused now, even across versions */
  readonly refusal?: Rejection
  /** those that would run, in order of declaration */
  readonly actions: readonly PreviewedAction[]
  /** names of those that ran then and are no part of the stage any more */
  readonly removedActions: readonly string[]
  /** what the target execution's sources were */
  readonly artifactRevisions: readonly ArtifactRevision[]
  readonly variables: readonly { readonly name: string; readonly resolvedValue: string }[]
}

export interface PreviewedAction {
  readonly actionName: string
  readonly runOrder: number
  readonly actionTypeId: ActionTypeId
  readonly inputArtifacts: readonly PreviewedArtifact[]
  /** it was no part of the stage then; absent: the target's version is no longer known */
  readonly isNew?: boolean
  /** members declared otherwise then, `configuration.<Key>` for those of the configuration; absent for a new action */
  readonly changes?: readonly string[]
}

export interface PreviewedArtifact {
  readonly name: string
  /** absent: the target execution has none, or an action of the stage itself makes it */
  readonly s3location?: { readonly bucket: string; readonly key: string }
  /** of an artifact that a source action made */
  readonly revisionId?: string
  readonly revisionSummary?: string
}
