/** Why a running action is told to stop. */
export class ActionAborted extends Error {
  override readonly name = 'ActionAborted'
  /** `abandoned`: its outcome no longer matters, undo what can be undone. `shutdown`: it will be run again with the same order. */
  readonly kind: 'abandoned' | 'shutdown'
  constructor(kind: ActionAborted['kind'], reason: string) {
    super(reason)
    this.kind = kind
  }
}

/** Whether whatever the action started elsewhere should be stopped too. */
export const isAbandoned = (signal: AbortSignal): boolean =>
  signal.reason instanceof ActionAborted && signal.reason.kind === 'abandoned'
