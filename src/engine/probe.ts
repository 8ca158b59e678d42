/** The instants at which a crash would hurt most if the engine were wrong; crash tests kill the process there. */
export type CrashPoint =
  /** state and outbox are durable, nobody has been told yet */
  | 'after-commit'
  /** an outbox entry is about to be performed */
  | 'before-dispatch'
  /** the provider has done its work, nothing of it is recorded */
  | 'after-provider'
  /** the outcome is about to be committed */
  | 'before-outcome-commit'

export type Probe = (point: CrashPoint, detail: string) => void
