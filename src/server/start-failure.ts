/** Why a server does not start, in words for its operator. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure'
  readonly hint: string
  constructor(message: string, { hint, cause }: { hint: string; cause?: unknown }) {
    super(message, { cause })
    this.hint = hint
  }
}
