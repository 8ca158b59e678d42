/** Integration-model action types as records: one for each type id and region, in its maker's account (`spec` 6.5). */
import { findActionType, actionTypeKey, type ActionType } from '../../core/catalog/action-types.ts'
import type { ActionTypeId } from '../../core/pipeline/declaration.ts'
import { integrationActionType, mayUse, type IntegrationType } from '../../core/pipeline/integration-type.ts'
import type { SealedSecret } from '../../auth/auth.ts'
import type { Resource, ResourceKey, ResourceReader } from '../../store/store.ts'
import type { Place } from './arns.ts'

export interface IntegrationDocument {
  readonly definition: IntegrationType
  /** one for each account that has connected the type */
  readonly clients: readonly IntegrationClient[]
}

export interface IntegrationClient {
  /** whose pipelines; `*`: everybody's */
  readonly account: string
  readonly clientId: string
  readonly token: SealedSecret
}

export type IntegrationRecord = Resource<IntegrationDocument>

const TYPE = { service: 'codepipeline', type: 'integration-type' } as const

export const integrationKey = ({ account, region }: Place, id: ActionTypeId): ResourceKey => ({
  account,
  region,
  ...TYPE,
  name: actionTypeKey(id),
})

/** Whoever made it and whoever may use it. */
export async function findIntegration(
  resources: ResourceReader,
  region: string,
  id: ActionTypeId,
): Promise<IntegrationRecord | undefined> {
  const records = await resources.findAll<IntegrationDocument>(TYPE.service, TYPE.type, actionTypeKey(id))
  return records.find((record) => record.region === region)
}

/**
 * Those among the ids that are of the integration model and open to the account. Nothing is read for built-in types.
 * @param forgotten also types that the account may not use any more, whose secrets are secrets still
 */
export async function integrationTypes(
  resources: ResourceReader,
  { account, region }: Place,
  ids: readonly ActionTypeId[],
  { forgotten = false } = {},
): Promise<ReadonlyMap<string, ActionType>> {
  const foreign = new Map(
    ids.filter((id) => id.owner !== 'Custom' && findActionType(id) === undefined).map((id) => [actionTypeKey(id), id]),
  )
  const found = new Map<string, ActionType>()
  for (const [key, id] of foreign) {
    const record = await findIntegration(resources, region, id)
    if (record === undefined) continue
    const { definition } = record.document
    if (forgotten || mayUse(definition, record.account, account)) found.set(key, integrationActionType(definition))
  }
  return found
}

/** All that the account may use in its region. */
export async function listIntegrations(
  resources: ResourceReader,
  { account, region }: Place,
): Promise<readonly ActionType[]> {
  const records = await resources.everywhere<IntegrationDocument>(TYPE.service, TYPE.type)
  return records
    .filter((record) => record.region === region && mayUse(record.document.definition, record.account, account))
    .map(({ document }) => integrationActionType(document.definition))
}

/** The pair that an account's pipelines use: its own, else the one for everybody. */
export const clientOf = ({ clients }: IntegrationDocument, account: string): IntegrationClient | undefined =>
  clients.find((client) => client.account === account) ?? clients.find((client) => client.account === '*')

export const integrationQueue = ({ account, region, name }: Pick<ResourceKey, 'account' | 'region' | 'name'>): string =>
  `thirdparty:${account}:${region}:${name}`
