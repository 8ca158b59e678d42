import { malformedPolicy } from './errors.ts'

/**
 * Checks that a policy is a JSON object with statements that say Allow or Deny; what they say is the policy engine's business.
 * @returns the document as it was sent: IAM gives it back to the letter
 * @throws MalformedPolicyDocument
 */
export function checkedPolicy(document: string | undefined): string {
  const policy = parse(document ?? '')
  if (!isRecord(policy)) throw malformedPolicy('Syntax errors in policy.')
  const statements = Array.isArray(policy['Statement']) ? (policy['Statement'] as unknown[]) : [policy['Statement']]
  for (const statement of statements) {
    if (!isRecord(statement)) throw malformedPolicy('Syntax errors in policy.')
    if (statement['Effect'] !== 'Allow' && statement['Effect'] !== 'Deny') {
      throw malformedPolicy('Policy statement must contain the effect Allow or Deny.')
    }
    if (statement['Action'] === undefined && statement['NotAction'] === undefined) {
      throw malformedPolicy('Policy statement must contain actions.')
    }
  }
  return document ?? ''
}

function parse(document: string): unknown {
  try {
    return JSON.parse(document) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) throw malformedPolicy('This policy contains invalid Json')
    throw error
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Documents travel percent-encoded in IAM's answers (RFC 3986). */
export const encodedPolicy = (document: string): string =>
  encodeURIComponent(document).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
