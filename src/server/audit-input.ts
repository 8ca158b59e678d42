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
  if (typeof value === 'string')
    return value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}… (${value.length} characters)` : value
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MOST_DEPTH) return '…'
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((item) => cut(item, name, depth + 1))
  return Object.fromEntries(
    Object.entries(hideKnown(value as Members, name))
      .slice(0, MOST_ITEMS)
      .map(([name, member]) => [name, hides(name, member) ? MASK : cut(member, name, depth + 1)]),
  )
}

/** Names of texts that let somebody in, approve, or prove something. Tokens of pages and of repeated calls are none of those. */
const SECRET_NAME = /secret|token|password|passphrase|credential|private.?key|api.?key/i
const HARMLESS_NAME = /^(?:clientRequestToken|nextToken|NextToken|ContinuationToken|idempotencyToken|Marker)$/

const hides = (name: string, member: unknown): boolean =>
  typeof member === 'string' && SECRET_NAME.test(name) && !HARMLESS_NAME.test(name)

function hideKnown(members: Members, name: string): Members {
  const { actionTypeId, configuration, type } = members
  if (isMembers(configuration) && isMembers(actionTypeId))
    return { ...members, configuration: masked(configuration, actionTypeId) }
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
  return maskConfiguration(configuration as Readonly<Record<string, string>>, type)
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
