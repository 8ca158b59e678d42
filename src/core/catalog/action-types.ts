/**
 * All built-in action types. Read by validation, ListActionTypes, the engine's timeouts and secret masking.
 *
 * Source: CodePipeline user guide, "Number of input and output artifacts for each action type" and the action structure
 * reference.
 */
import type { ActionTypeId } from '../pipeline/declaration.ts'
import type { ActionType } from './action-type.ts'
import { BUILDS } from './action-types/builds.ts'
import { DEPLOYS } from './action-types/deploys.ts'
import { INVOKES } from './action-types/invokes.ts'
import { SOURCES } from './action-types/sources.ts'

export type * from './action-type.ts'

export const ACTION_TYPES: readonly ActionType[] = [...SOURCES, ...BUILDS, ...DEPLOYS, ...INVOKES]

/** Finds custom types; the caller knows which account and region it asks for. */
export type CustomTypes = (id: ActionTypeId) => ActionType | undefined

export const noCustomTypes: CustomTypes = () => undefined

/** @returns the built-in type with this id, else what `customTypes` knows under it */
export const findActionType = (id: ActionTypeId, customTypes: CustomTypes = noCustomTypes): ActionType | undefined =>
  byId.get(actionTypeKey(id)) ?? customTypes(id)

/** `Owner/Category/Provider/Version`, as at the end of an action type's ARN. */
export const actionTypeKey = ({ owner, category, provider, version }: ActionTypeId): string =>
  `${owner}/${category}/${provider}/${version}`

const byId = new Map(ACTION_TYPES.map((type) => [actionTypeKey(type), type]))

/** Names of the configuration properties that reads must mask. */
export const secretProperties = (type: ActionType | undefined): ReadonlySet<string> =>
  new Set(type?.configuration.filter(({ secret }) => secret).map(({ name }) => name))

/** Minutes until an action of this type times out; custom types have 24 hours. */
export const defaultTimeoutMinutes = (id: ActionTypeId): number =>
  byId.get(actionTypeKey(id))?.timeoutMinutes ?? CUSTOM_TIMEOUT_MINUTES

export const CUSTOM_TIMEOUT_MINUTES = 24 * 60

/** A Lambda function that says nothing for this long has failed its action; every sign of life starts it anew. */
export const LAMBDA_SILENCE_MINUTES = 20
