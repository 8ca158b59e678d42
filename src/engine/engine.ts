/** The shell around core/execution: load, decide, commit state and outbox together, dispatch at least once, timers, recovery. */
import type { PipelineEvent, PipelineKey, PipelineState, Rejection, Reply } from '../core/execution/execution.ts'
import type { PipelineDeclaration } from '../core/pipeline/declaration.ts'
import type { Writer } from '../store/store.ts'

/** An event as the caller gives it: the engine adds the time. */
export type EngineEvent = PipelineEvent extends infer Event
  ? Event extends PipelineEvent
    ? Omit<Event, 'at'>
    : never
  : never

export type EngineAnswer =
  | { readonly accepted: true; readonly state: PipelineState; readonly reply: Reply; readonly at: number }
  | { readonly accepted: false; readonly rejection: Rejection | 'no-such-pipeline' }

export interface Engine extends AsyncDisposable {
  /** Creates the aggregate and, unless variables lack values, its first execution; one commit. @throws StaleWrite when the name is taken */
  create(input: {
    key: PipelineKey
    declaration: PipelineDeclaration
    tags: Readonly<Record<string, string>>
    startedBy: string
    /** undefined: do not start */
    variables: Readonly<Record<string, string>> | undefined
  }): Promise<PipelineState>
  /**
   * One event into the reducer. Resolves after the commit; commands are dispatched afterwards without being awaited.
   * `also` writes more in the same commit, only when the event was accepted.
   */
  send(
    key: PipelineKey,
    event: EngineEvent,
    also?: (tx: Writer, state: PipelineState) => Promise<void>,
  ): Promise<EngineAnswer>
  /** Ends what runs and removes the pipeline with its history; one that is not there is fine. */
  delete(key: PipelineKey): Promise<void>
  /** Reads the outbox and timers left by an earlier process and performs them. Call once, before the first request. */
  recover(): Promise<void>
  /** resolves when nothing is being dispatched; for tests */
  idle(): Promise<void>
}

export { createEngine, type ClientFor, type EngineDependencies } from './create-engine.ts'
export { customJobQueue, type CustomJobDocument, type WorkerType } from './custom-jobs.ts'
export type { CrashPoint, Probe } from './probe.ts'
