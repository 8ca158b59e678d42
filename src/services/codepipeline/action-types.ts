/** Custom action types as records, and everything that a type's definition says about its actions. */
import type { ActionType as ApiActionType } from '@aws-sdk/client-codepipeline'
import { actionTypeKey, type ActionType, type CustomTypes } from '../../core/catalog/action-types.ts'
import type { ActionOrder } from '../../core/execution/execution.ts'
import { toActionType, type CustomActionType } from '../../core/pipeline/custom-action-type.ts'
import type { ActionTypeId } from '../../core/pipeline/declaration.ts'
import type { WorkerType } from '../../engine/engine.ts'
import type { Resource, ResourceKey, ResourceReader, Store } from '../../store/store.ts'
import type { Place } from './arns.ts'
import { clientOf, findIntegration, integrationQueue, integrationTypes } from './integration-types.ts'
import type { Tags } from './tags.ts'

export interface CustomType {
  readonly definition: CustomActionType
  readonly tags: Tags
  /** deleted types stay known: only the identical definition brings one back */
  readonly deleted: boolean
}

type TypeName = Pick<ActionTypeId, 'category' | 'provider' | 'version'>

export const customTypeName = ({ category, provider, version }: TypeName): string =>
  `${category}/${provider}/${version}`

/** @param name `Category/Provider/Version` */
export const customTypeKey = ({ account, region }: Place, name: string): ResourceKey => ({
  account,
  region,
  service: 'codepipeline',
  type: 'actiontype',
  name,
})

/** The queue that the engine puts the jobs of a custom type's actions on. */
export const queueOf = ({ account, region }: Place, type: TypeName): string =>
  `custom:${account}:${region}:${customTypeName(type)}`

/** In the order of their names, deleted ones included. */
export const listCustomTypes = (
  resources: ResourceReader,
  { account, region }: Place,
): Promise<readonly Resource<CustomType>[]> =>
  resources.list<CustomType>({ account, region, service: 'codepipeline', type: 'actiontype' })

/**
 * Custom types and those of the integration model.
 * @param ids the types somebody will ask for; nothing is read when all of them are built in
 * @returns what validation and masking ask; with `deleted` also types that are gone, whose secrets are secrets still
 */
export async function customTypes(
  resources: ResourceReader,
  place: Place,
  ids: readonly ActionTypeId[],
  { deleted = false } = {},
): Promise<CustomTypes> {
  const names = new Set(ids.filter(({ owner }) => owner === 'Custom').map(customTypeName))
  const found = await Promise.all([...names].map((name) => resources.get<CustomType>(customTypeKey(place, name))))
  const known = new Map(
    found
      .filter((record) => record !== undefined)
      .filter(({ document }) => deleted || !document.deleted)
      .map(({ document, name }) => [name, toActionType(document.definition)]),
  )
  const integrated = await integrationTypes(resources, place, ids, { forgotten: deleted })
  return (id) => (id.owner === 'Custom' ? known.get(customTypeName(id)) : integrated.get(actionTypeKey(id)))
}

/**
 * Tells the engine whether workers run the action, on which queue, and what they look for: the value of the queryable property.
 * @returns undefined when the type is gone or of a kind that no worker runs
 */
export async function customTypeOf(
  { read }: Pick<Store, 'read'>,
  { pipeline, action }: ActionOrder,
): Promise<WorkerType | undefined> {
  const { typeId } = action
  const type = (await customTypes(read.resources, pipeline, [typeId]))(typeId)
  if (type === undefined) return undefined
  const property = type.configuration.find(({ queryable }) => queryable)?.name
  const query = property === undefined ? undefined : action.resolvedConfiguration[property]
  const found: WorkerType = query === undefined ? {} : { query }
  if (typeId.owner === 'Custom') return found
  const record = await findIntegration(read.resources, action.region, typeId)
  if (record === undefined) return undefined
  if (clientOf(record.document, pipeline.account) === undefined) {
    return { problem: `The account ${pipeline.account} has not connected the action type ${record.name}.` }
  }
  return { queue: integrationQueue(record) }
}

/** As CreateCustomActionType and ListActionTypes show a type. */
export const actionTypeView = (type: ActionType): ApiActionType => ({
  id: { category: type.category, owner: type.owner, provider: type.provider, version: type.version },
  ...(type.settings && { settings: type.settings }),
  actionConfigurationProperties: type.configuration.map(
    ({ name, required, key, secret, queryable, description, type }) => ({
      name,
      required,
      key,
      secret,
      queryable,
      type,
      ...(description !== undefined && { description }),
    }),
  ),
  inputArtifactDetails: { minimumCount: type.inputs[0], maximumCount: type.inputs[1] },
  outputArtifactDetails: { minimumCount: type.outputs[0], maximumCount: type.outputs[1] },
})
