import type { EnvironmentVariable } from '@aws-sdk/client-codebuild'

const TYPES = ['PLAINTEXT', 'PARAMETER_STORE', 'SECRETS_MANAGER'] as const

/**
 * The action's `EnvironmentVariables`: a JSON array of {name, value, type} as one string, variables already resolved.
 * @returns what is wrong with it, as a sentence, when it is not that
 */
export function parseEnvironmentVariables(text: string | undefined): readonly EnvironmentVariable[] | string {
  if (text === undefined) return []
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return 'EnvironmentVariables is not valid JSON.'
  }
  if (!Array.isArray(parsed)) return 'EnvironmentVariables is not a JSON array.'
  const variables: EnvironmentVariable[] = []
  for (const item of parsed as readonly unknown[]) {
    const {
      name,
      value,
      type = 'PLAINTEXT',
    } = (typeof item === 'object' ? (item ?? {}) : {}) as Record<string, unknown>
    const known = TYPES.find((candidate) => candidate === type)
    if (typeof name !== 'string' || typeof value !== 'string' || known === undefined) {
      return `EnvironmentVariables must hold objects with a name, a value and a type out of ${TYPES.join(', ')}.`
    }
    variables.push({ name, value, type: known })
  }
  return variables
}
