/**
 * A value that exists but cannot be known here: the linter puts one wherever a template holds an intrinsic function.
 * Checks that would need the value are skipped. Being a class instance, it cannot be forged by a caller's JSON.
 */
export class Opaque {
  /** the same expression has the same text, so two uses of one expression are known to be equal */
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
