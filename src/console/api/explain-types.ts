/** Answers of our own operations; the core will say what is in them. */
export interface Explanation {
  readonly reasons: readonly unknown[]
}
export interface Timings {
  readonly [member: string]: unknown
}
