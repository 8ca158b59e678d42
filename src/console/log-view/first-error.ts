/**
 * Which lines say that something went wrong. A guess, by the words that compilers, test runners and shells use; it decides what is
 * marked and jumped to, nothing else.
 */
import { stripAnsi } from './ansi.ts'
import type { Numbers } from './numbers.ts'

/** @param raw a line with or without codes */
export function looksLikeFailure(raw: string): boolean {
  // a line of any length is judged by its beginning
  const text = raw.length > 2000 ? raw.slice(0, 2000) : raw
  if (!HINT.test(text)) return false
  const seen = stripAnsi(text)
  return FAILURE.some((pattern) => pattern.test(seen)) && !HARMLESS.some((pattern) => pattern.test(seen))
}

/** One cheap question that most lines answer with no. */
const HINT =
  /err|fail|fatal|panic|exception|traceback|abort|denied|not found|no such|✖|✗|✘|×|not ok|segmentation|exited|exit/i

// every pattern is a plain sequence: none can take more than linear time
const FAILURE: readonly RegExp[] = [
  /^\[Container\] .{1,60} (?:Command did not exit successfully|Phase complete: \w+ State: FAILED|Build (?:FAULT|TIMED_OUT))/,
  /(?:^|[\s[(:>|])(?:error|fatal|panic|fatal error)(?:\[\w+\])?:/i,
  /(?:^|\s)(?:ERROR|FATAL|FAILED|FAILURE|FAIL)(?:[\s:\])!]|$)/,
  /\berror (?:TS|CS|MSB|E|C)\d+/,
  /\[(?:error|fatal|err)\]/i,
  /^npm (?:ERR!|error)/,
  /^\s*(?:✖|✗|✘|×|not ok) /,
  /^Traceback \(most recent call last\)/,
  /(?:^|[\s.])[A-Z]\w{0,60}(?:Error|Exception)(?:\b|:)(?!\.)/,
  /\b[1-9]\d* (?:errors?|failed|failures|failing)\b/i,
  /\bexit(?:ed)? (?:with )?(?:code|status) [1-9]/i,
  /: (?:command not found|No such file or directory|Permission denied|not found)$/,
  /^(?:Segmentation fault|Aborted|Killed)\b/,
  /^--- FAIL: /,
]

const HARMLESS: readonly RegExp[] = [
  /^\[Container\] .{1,60} Running command /,
  /\b(?:0|no) (?:errors?|failed|failures|failing)\b(?!.*\b[1-9]\d* (?:errors?|failed|failures|failing)\b)/i,
  /^\s*(?:ok|PASS|✔|✓)\s/,
  /\bwarning\b.*\berror\b.*\bignored\b/i,
]

/**
 * Where the jump to "the first error" leads: to the first in the phase that failed, else to the first at all. What the build service
 * says in the end of a command only repeats it.
 * @param failedFrom where the phase begins that failed
 */
export function firstFailure(failures: Numbers, failedFrom: number | undefined): number | undefined {
  const index = failedFrom === undefined ? 0 : failures.lastAtMost(failedFrom - 1) + 1
  return failures.at(index) ?? failures.at(0)
}
