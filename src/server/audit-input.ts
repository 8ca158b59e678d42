/**
 * A call's input as the audit trail keeps it. The API's model marks some members as sensitive, and those are hidden already; here go
 * the values of free-form maps that the model knows nothing of: configurations of actions, variables of builds, anything named like
 * a secret.
 */
import { findActionType, noCustomTypes } from '../core/catalog/action-types.ts'
import type { ActionTypeId } from '../core/pipeline/declaration.ts'
import { MASK, maskConfiguration } from '../core/pipeline/secrets.ts'

const MOST_CHARACTERS = 2000
const MOST_ITEMS = 200
const MOST_DEPTH = 12

type Members = Readonly<Record<string, unknown>>

export const auditInput = (input: unknown): unknown => cut(input, '', 0)

/** @param name of the member that the value is, or is an item of */
function cut(value: unknown, name: string, depth: number): unknown {
  if (typeof value === 'string') {
    // a little more than is kept, so that no address is cut before its `@`
    const text = withoutLogins(value.slice(0, 2 * MOST_CHARACTERS))
    return value.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}… (${value.length} characters)` : text
  }
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MOST_DEPTH) return '…'
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((item) => cut(item, name, depth + 1))
  return Object.fromEntries(
    Object.entries(hideKnown(value as Members, name))
      .slice(0, MOST_ITEMS)
      .map(([name, member]) => [name, hides(name, member) ? MASK : cut(member, name, depth + 1)]),
  )
}

/** `https://name:token@host` logs in: only the host is kept. */
export const withoutLogins = (text: string): string => text.replaceAll(/:\/\/[^\s/@]+@/g, `://${MASK}@`)

/** Names of texts that let somebody in, approve, or prove something. Tokens of pages and of repeated calls are none of those. */
const SECRET_NAME = /secret|token|password|passphrase|credential|private.?key|api.?key/i
const HARMLESS_NAME = /^(?:clientRequestToken|nextToken|NextToken|ContinuationToken|idempotencyToken|Marker)$/

const hides = (name: string, member: unknown): boolean =>
  typeof member === 'string' && SECRET_NAME.test(name) && !HARMLESS_NAME.test(name)

function hideKnown(members: Members, name: string): Members {
  const { actionTypeId, configuration, type } = members
  if (isMembers(configuration) && (isMembers(actionTypeId) || name === 'actions'))
    return { ...members, configuration: masked(configuration, isMembers(actionTypeId) ? actionTypeId : {}) }
  // of the other types the value names a secret instead of being one
  const isPlain = type !== 'PARAMETER_STORE' && type !== 'SECRETS_MANAGER'
  return BUILD_VARIABLES.test(name) && 'value' in members && isPlain ? { ...members, value: MASK } : members
}

const BUILD_VARIABLES = /^environmentVariables(?:Override)?$/

/** What an action type of the account's own keeps secret is not known here: then nothing is shown. */
function masked(configuration: Members, actionTypeId: Members): Members {
  const type = actionTypeId as unknown as ActionTypeId
  if (findActionType(type, noCustomTypes) === undefined)
    return Object.fromEntries(Object.keys(configuration).map((key) => [key, MASK]))
  const known = maskConfiguration(configuration as Readonly<Record<string, string>>, type)
  const variables = known[VARIABLES_OF_BUILD]
  return variables === undefined ? known : { ...known, [VARIABLES_OF_BUILD]: maskVariables(variables) }
}

/** Of a CodeBuild action: the JSON text of a list like that of a build. */
const VARIABLES_OF_BUILD = 'EnvironmentVariables'

function maskVariables(text: unknown): unknown {
  try {
    const variables: unknown = JSON.parse(String(text))
    if (!Array.isArray(variables) || !variables.every(isMembers)) return MASK
    return JSON.stringify(variables.map((variable) => hideKnown(variable, 'environmentVariables')))
  } catch {
    return MASK // it was refused for that
  }
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
