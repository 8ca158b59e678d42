/**
 * Whether an error message is one that `on-failure: RETRY-<regex>` names. The expression is the buildspec author's, and the runner
 * serves other builds too: RE2 takes linear time whatever it is.
 * @returns undefined for an expression that has no linear-time form (back-references, look-around)
 */
export async function namesError(pattern: string, message: string): Promise<boolean | undefined> {
  const { RE2JS, RE2JSSyntaxException } = await import('re2js')
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL).matcher(message).find()
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return undefined
    throw error
  }
}
