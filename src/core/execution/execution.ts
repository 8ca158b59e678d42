/** The orchestrator's door: everything that decides about executions goes through `decide`. */
export type * from './commands.ts'
export type * from './events.ts'
export type * from './state.ts'
export { createPipelineState } from './create.ts'
export { decide } from './decide.ts'
export { DEFAULT_LIMITS, type Limits } from './limits.ts'
export { pipelineArn } from './state-changes.ts'
export type { DecideOptions } from './turn.ts'
