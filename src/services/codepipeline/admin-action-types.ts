/** What no AWS API does: making an integration-model action type known, with the clients that have connected it. */
import { checkShape, isRecord } from '../../core/pipeline/shape.ts'
import { findActionType } from '../../core/catalog/action-types.ts'
import { integrationTypeProblem, type IntegrationType } from '../../core/pipeline/integration-type.ts'
import { seal } from '../../auth/auth.ts'
import { ServiceError } from '../../wire/wire.ts'
import type { Place } from './arns.ts'
import type { CodePipelineDependencies } from './dependencies.ts'
import { validation } from './errors.ts'
import {
  findIntegration,
  integrationKey,
  type IntegrationClient,
  type IntegrationDocument,
} from './integration-types.ts'
import { tokenOwner } from './third-party-jobs.ts'

export interface ActionTypeAdmin {
  /**
   * Creates or replaces a type of the caller's account.
   * @param body JSON: `{ "actionType": …, "clients": [{ "account", "clientId", "clientToken" }] }`
   */
  put(place: Place, body: Uint8Array): Promise<{ readonly statusCode: number; readonly body: object }>
}

type AdminDependencies = Pick<CodePipelineDependencies, 'store' | 'keys'>

export const createActionTypeAdmin = (dependencies: AdminDependencies): ActionTypeAdmin => ({
  put: async (place, body) => {
    try {
      const document = await put(dependencies, place, readBody(body))
      return { statusCode: 200, body: { actionType: document.definition } }
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      return { statusCode: 400, body: { __type: error.code, message: error.message } }
    }
  },
})

async function put(
  { store, keys }: AdminDependencies,
  place: Place,
  { actionType, clients }: Body,
): Promise<IntegrationDocument> {
  const key = integrationKey(place, actionType.id)
  return await store.write(async ({ resources }) => {
    const existing = await findIntegration(resources, place.region, actionType.id)
    if (existing !== undefined && existing.account !== place.account) {
      throw new ServiceError(
        'ActionTypeAlreadyExistsException',
        `The action type ${key.name} belongs to another account`,
      )
    }
    const document: IntegrationDocument = {
      definition: actionType,
      clients: clients.map(({ account, clientId, clientToken }): IntegrationClient => ({
        account,
        clientId,
        token: seal(keys, tokenOwner(key), clientToken),
      })),
    }
    await resources.put(key, document)
    return document
  })
}

interface Body {
  readonly actionType: IntegrationType
  readonly clients: readonly Client[]
}

interface Client {
  readonly account: string
  readonly clientId: string
  readonly clientToken: string
}

/** @throws ValidationException */
function readBody(body: Uint8Array): Body {
  const given = parse(body)
  const problem = checkShape('UpdateActionType', { actionType: given['actionType'] })
  if (problem !== undefined) throw validation(problem)
  const actionType = given['actionType'] as IntegrationType
  const wrong = integrationTypeProblem(actionType)
  if (wrong !== undefined) throw validation(wrong)
  if (findActionType(actionType.id) !== undefined) throw validation('The action type is a built-in one')
  const clients = given['clients'] ?? []
  if (!Array.isArray(clients) || !clients.every(isClient)) {
    throw validation(
      'clients must be a list of { account, clientId, clientToken }: 12 digits or *, a lower-case UUID, 1 to 256 characters',
    )
  }
  return { actionType, clients }
}

function parse(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    if (isRecord(value)) return value
  } catch {
    // said below
  }
  throw validation('The body is not a JSON object')
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function isClient(value: unknown): value is Client {
  if (!isRecord(value)) return false
  const { account, clientId, clientToken } = value
  return (
    typeof account === 'string' &&
    /^(?:\d{12}|\*)$/.test(account) &&
    typeof clientId === 'string' &&
    UUID.test(clientId) &&
    typeof clientToken === 'string' &&
    clientToken.length >= 1 &&
    clientToken.length <= 256
  )
}
