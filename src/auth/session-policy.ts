/** What limits a session beside its role. Source: IAM user guide, "Session policies": allowed is what both allow. */
import type { SessionPolicy } from '../wire/wire.ts'

/** In names of actions and in ARNs `*` stands for any text, `?` for one character; actions are compared without case. */
export const permits = (policy: SessionPolicy, action: string, resource: string): boolean =>
  policy.some(
    ({ actions, resources }) =>
      actions.some((pattern) => matchesWildcards(pattern.toLowerCase(), action.toLowerCase())) &&
      resources.some((pattern) => matchesWildcards(pattern, resource)),
  )

/** Goes back to the last `*` only, so that no pattern takes longer than the product of both lengths. */
export function matchesWildcards(pattern: string, text: string): boolean {
  let at = 0
  let star = -1
  let retryFrom = 0
  for (let position = 0; position < text.length;) {
    if (pattern[at] === '*') {
      star = at
      retryFrom = position
      at += 1
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[position])) {
      at += 1
      position += 1
    } else if (star >= 0) {
      retryFrom += 1
      position = retryFrom
      at = star + 1
    } else {
      return false
    }
  }
  return /^\**$/.test(pattern.slice(at))
}
