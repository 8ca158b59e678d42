import type { PhaseContext } from '../protocol.ts'

/** A phase that ends with FAILED and this context: the build's owner's business, not ours. */
export class PhaseFailure extends Error {
  override readonly name = 'PhaseFailure'
  readonly context: PhaseContext
  constructor(statusCode: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.context = { statusCode, message }
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
