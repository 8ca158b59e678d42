/** What AWS's CodePipeline cannot be asked for. More events into the same reducer; nothing else knows that they are extensions. */
import type { PipelineDeclaration } from '../pipeline/declaration.ts'
import type { ExecutionId, Instant, PipelineExecution } from './state.ts'

export type ExtensionEvent =
  | {
      readonly type: 'StartFromStageRequested'
      readonly at: Instant
      /** of the new execution */
      readonly executionId: ExecutionId
      readonly stage: string
      readonly fromExecutionId: ExecutionId
      /** that execution as history has it, when the pipeline's state no longer does; absent: there is none */
      readonly from?: PipelineExecution
      /** the structure it ran on, when that is not the current one; absent: it is no longer known */
      readonly fromDeclaration?: PipelineDeclaration
      /** names of those of its artifacts whose objects are gone from the artifact store */
      readonly gone: readonly string[]
      readonly reason: string
      readonly by: string
      readonly clientRequestToken?: string
    }
  | {
      readonly type: 'ActionRetryRequested'
      readonly at: Instant
      readonly executionId: ExecutionId
      readonly stage: string
      readonly action: string
      readonly by: string
    }
  | {
      readonly type: 'CrossVersionRollbackRequested'
      readonly at: Instant
      /** of the rollback */
      readonly executionId: ExecutionId
      readonly stage: string
      readonly targetExecutionId: ExecutionId
      /** as history has it, when the pipeline's state no longer does; absent: there is none */
      readonly target?: PipelineExecution
      readonly by: string
      readonly reason?: string
    }
  | {
      readonly type: 'ActionSkipRequested'
      readonly at: Instant
      readonly executionId: ExecutionId
      readonly stage: string
      readonly action: string
      readonly reason: string
      readonly by: string
    }
