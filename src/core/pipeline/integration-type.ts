/**
 * Action types of the integration model: made by partners, run by their job workers. What may be stored, how one may change,
 * and the `ActionType` it becomes.
 *
 * Source: specification, "Integration-model action types".
 */
import { CUSTOM_TIMEOUT_MINUTES, type ActionType } from '../catalog/action-types.ts'
import type { ArtifactDetails } from './custom-action-type.ts'
import type { ActionTypeId } from './declaration.ts'

/** Input of UpdateActionType after the shape check; also what is stored. */
export interface IntegrationType {
  readonly id: ActionTypeId
  readonly description?: string | undefined
  readonly executor: {
    readonly type: 'JobWorker' | 'Lambda'
    readonly configuration: {
      readonly jobWorkerExecutorConfiguration?: { readonly pollingAccounts?: readonly string[] | undefined } | undefined
      readonly lambdaExecutorConfiguration?: object | undefined
    }
    readonly policyStatementsTemplate?: string | undefined
    readonly jobTimeout?: number | undefined
  }
  readonly inputArtifactDetails: ArtifactDetails
  readonly outputArtifactDetails: ArtifactDetails
  readonly permissions?: { readonly allowedAccounts: readonly string[] } | undefined
  readonly properties?: readonly IntegrationProperty[] | undefined
  readonly urls?:
    | {
        readonly configurationUrl?: string | undefined
        readonly entityUrlTemplate?: string | undefined
        readonly executionUrlTemplate?: string | undefined
        readonly revisionUrlTemplate?: string | undefined
      }
    | undefined
}

export interface IntegrationProperty {
  readonly name: string
  readonly optional: boolean
  readonly key: boolean
  readonly noEcho: boolean
  readonly queryable?: boolean | undefined
  readonly description?: string | undefined
}

/** @returns the message of the `ValidationException`, if the type may not be stored */
export function integrationTypeProblem(type: IntegrationType): string | undefined {
  const { configuration, type: executor } = type.executor
  const given = {
    JobWorker: configuration.jobWorkerExecutorConfiguration !== undefined,
    Lambda: configuration.lambdaExecutorConfiguration !== undefined,
  }
  if (!given[executor] || (given.JobWorker && given.Lambda)) {
    return `The executor configuration must be that of the executor type ${executor} and no other`
  }
  if (executor === 'Lambda') return 'Pipewright runs action types with the executor type JobWorker only'
  const names = (type.properties ?? []).map(({ name }) => name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) return `Property names must be unique. ${repeated} has been used more than once.`
  for (const details of [type.inputArtifactDetails, type.outputArtifactDetails]) {
    const { minimumCount, maximumCount } = details
    if (minimumCount > maximumCount)
      return `The minimum count (${minimumCount}) is more than the maximum (${maximumCount})`
  }
  return undefined
}

/** @returns why this update would break pipelines of strangers: those of a type that everybody may use */
export function breaksPipelines(before: IntegrationType, after: IntegrationType): string | undefined {
  if (before.permissions?.allowedAccounts.includes('*') !== true) return undefined
  const required = new Set((before.properties ?? []).filter(({ optional }) => !optional).map(({ name }) => name))
  const stricter = (after.properties ?? []).find(({ name, optional }) => !optional && !required.has(name))
  return stricter && `The property ${stricter.name} of a public action type cannot become required`
}

/** The owner's account may always use its type. */
export const mayUse = ({ permissions }: IntegrationType, owner: string, account: string): boolean =>
  account === owner || permissions?.allowedAccounts.some((one) => one === '*' || one === account) === true

/** The type as validation and the engine see it. */
export const integrationActionType = ({ id, properties = [], urls, ...type }: IntegrationType): ActionType => ({
  category: id.category,
  owner: id.owner,
  provider: id.provider,
  version: id.version,
  inputs: [type.inputArtifactDetails.minimumCount, type.inputArtifactDetails.maximumCount],
  outputs: [type.outputArtifactDetails.minimumCount, type.outputArtifactDetails.maximumCount],
  configuration: properties.map(({ name, optional, key, noEcho, queryable = false, description }) => ({
    name,
    required: !optional,
    key,
    secret: noEcho,
    queryable,
    type: 'String',
    ...(description !== undefined && { description }),
  })),
  v2Only: false,
  timeoutMinutes: CUSTOM_TIMEOUT_MINUTES,
  accepts: [],
  codeBuildBased: false,
  revisionTypes: id.category === 'Source' ? ['COMMIT_ID'] : [],
  variables: 'any',
  ...(urls && {
    settings: {
      ...(urls.configurationUrl !== undefined && { thirdPartyConfigurationUrl: urls.configurationUrl }),
      ...(urls.entityUrlTemplate !== undefined && { entityUrlTemplate: urls.entityUrlTemplate }),
      ...(urls.executionUrlTemplate !== undefined && { executionUrlTemplate: urls.executionUrlTemplate }),
      ...(urls.revisionUrlTemplate !== undefined && { revisionUrlTemplate: urls.revisionUrlTemplate }),
    },
  }),
})
