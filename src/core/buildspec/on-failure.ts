import type { OnFailure } from './buildspec.ts'

const DEFAULT_RETRIES = 3
const MAX_RETRIES = 100
const EVERY_MESSAGE = '.*'

/**
 * Reads `ABORT`, `CONTINUE`, `RETRY`, `RETRY-n`, `RETRY-regex` or `RETRY-n-regex`.
 * @returns a sentence about what is wrong when it is none of them
 * Source: AWS CodeBuild user guide, buildspec syntax, key `on-failure` of a phase.
 */
export function parseOnFailure(text: string): OnFailure | string {
  const value = text.trim()
  if (value === 'ABORT') return { type: 'Abort' }
  if (value === 'CONTINUE') return { type: 'Continue' }
  const retry = /^RETRY(?:-(?<rest>.+))?$/s.exec(value)
  if (retry === null)
    return `on-failure must be ABORT, CONTINUE, RETRY, RETRY-n, RETRY-regex or RETRY-n-regex, not "${text}"`
  const { count, pattern } =
    /^(?:(?<count>\d+)(?:-|$))?(?<pattern>.*)$/s.exec(retry.groups?.['rest'] ?? '')?.groups ?? {}
  const times = count === undefined ? DEFAULT_RETRIES : Number(count)
  if (times > MAX_RETRIES) return `on-failure: at most ${MAX_RETRIES} retries are allowed, not ${times}`
  const regex = pattern === undefined || pattern === '' ? EVERY_MESSAGE : pattern
  if (!isRegex(regex)) return `on-failure: "${regex}" is not a regular expression`
  return { type: 'Retry', times, pattern: regex }
}

function isRegex(pattern: string): boolean {
  try {
    return new RegExp(pattern, 's') instanceof RegExp
  } catch {
    return false
  }
}
