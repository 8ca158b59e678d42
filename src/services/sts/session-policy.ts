import { ServiceError, type SessionPolicy } from '../../wire/wire.ts'
import { validationError } from './credentials.ts'

/**
 * AssumeRole's `Policy`, a JSON document. What cannot be enforced is refused: a session must never be allowed more than its maker
 * asked for.
 * @throws MalformedPolicyDocument, ValidationError
 */
export function parseSessionPolicy(document: string): SessionPolicy {
  const policy = parse(document)
  if (!isRecord(policy) || policy['Statement'] === undefined) throw malformed('Syntax errors in policy.')
  return listOf(policy['Statement']).map(allowance)
}

function allowance(statement: unknown): SessionPolicy[number] {
  if (!isRecord(statement)) throw malformed('Syntax errors in policy.')
  const { Effect, Action, Resource, Sid: _, ...others } = statement
  const [unsupported] = Effect === 'Allow' ? Object.keys(others) : [`Effect ${String(Effect)}`]
  if (unsupported !== undefined) {
    throw validationError(`Pipewright's session policies cannot have ${unsupported}: only Allow, Action and Resource`)
  }
  return { actions: texts(Action), resources: texts(Resource) }
}

function texts(value: unknown): readonly string[] {
  const list = listOf(value).filter((text) => typeof text === 'string')
  if (list.length === 0) throw malformed('Policy statement must contain actions and resources.')
  return list
}

function parse(document: string): unknown {
  try {
    return JSON.parse(document)
  } catch {
    throw malformed('This policy contains invalid Json')
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const malformed = (message: string) => new ServiceError('MalformedPolicyDocument', message)
