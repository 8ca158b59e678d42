/** The door of change detection: what happens to sources starts the pipelines that read them. Event-driven, durable, no polling. */
import type { PipelineKey } from '../core/execution/execution.ts'
import type { PipelineDeclaration } from '../core/pipeline/declaration.ts'

export interface Triggers extends AsyncDisposable {
  /** Reads which sources all pipelines have, then follows the bus from where an earlier process stopped. Call once. */
  start(): Promise<void>
  /** The pipeline's declaration is now this; undefined: it is gone. This is the engine's `declared`. */
  pipelineChanged(key: PipelineKey, declaration: PipelineDeclaration | undefined): void
}

export { createTriggers, type TriggerDependencies } from './create-triggers.ts'
