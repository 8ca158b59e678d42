/**
 * Custom action types: what CreateCustomActionType accepts, and the `ActionType` it becomes.
 *
 * Source: specification, "Custom action types".
 */
import {
  CUSTOM_TIMEOUT_MINUTES,
  type ActionType,
  type ActionTypeSettings,
  type PropertyType,
} from '../catalog/action-types.ts'
import type { ActionCategory } from './declaration.ts'

/** Input of CreateCustomActionType after the shape check; also what is stored. */
export interface CustomActionType {
  readonly category: ActionCategory
  readonly provider: string
  readonly version: string
  readonly settings?: ActionTypeSettings | undefined
  readonly configurationProperties?: readonly CustomProperty[] | undefined
  readonly inputArtifactDetails: ArtifactDetails
  readonly outputArtifactDetails: ArtifactDetails
}

export interface CustomProperty {
  readonly name: string
  readonly required: boolean
  readonly key: boolean
  readonly secret: boolean
  readonly queryable?: boolean | undefined
  readonly description?: string | undefined
  readonly type?: PropertyType | undefined
}

export interface ArtifactDetails {
  readonly minimumCount: number
  readonly maximumCount: number
}

/** @returns messages of the `ValidationException`, most important first; empty when the type may be created */
export function customActionTypeProblems(type: CustomActionType): readonly string[] {
  const properties = type.configurationProperties ?? []
  const names = properties.map(({ name }) => name)
  return [
    ...(type.category === 'Compute' ? ['Custom action types of category Compute are not supported'] : []),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `Configuration property names must be unique. ${name} has been used more than once.`),
    ...queryableProblems(properties.filter(({ queryable }) => queryable === true)),
    ...artifactProblems('input', type.inputArtifactDetails),
    ...artifactProblems('output', type.outputArtifactDetails),
    ...settingsProblems(type.settings ?? {}, properties),
  ]
}

/** The type as validation and the engine see it. */
export const toActionType = (type: CustomActionType): ActionType => ({
  category: type.category,
  owner: 'Custom',
  provider: type.provider,
  version: type.version,
  inputs: [type.inputArtifactDetails.minimumCount, type.inputArtifactDetails.maximumCount],
  outputs: [type.outputArtifactDetails.minimumCount, type.outputArtifactDetails.maximumCount],
  configuration: (type.configurationProperties ?? []).map((property) => ({
    name: property.name,
    required: property.required,
    key: property.key,
    secret: property.secret,
    queryable: property.queryable ?? false,
    type: property.type ?? 'String',
    ...(property.description === undefined ? {} : { description: property.description }),
  })),
  v2Only: false,
  timeoutMinutes: CUSTOM_TIMEOUT_MINUTES,
  accepts: [],
  codeBuildBased: false,
  revisionTypes: type.category === 'Source' ? ['COMMIT_ID'] : [],
  variables: 'any',
  ...(type.settings === undefined ? {} : { settings: type.settings }),
})

/** Creating a type again is fine as long as it says the same. */
export const sameDefinition = (one: CustomActionType, other: CustomActionType): boolean =>
  JSON.stringify(canonical(one)) === JSON.stringify(canonical(other))

const canonical = (type: CustomActionType): unknown => {
  const { settings, ...rest } = toActionType(type)
  const urls = settings ?? {}
  return [
    rest,
    urls.thirdPartyConfigurationUrl,
    urls.entityUrlTemplate,
    urls.executionUrlTemplate,
    urls.revisionUrlTemplate,
  ]
}

/** Fills a URL template; placeholders without a value stay as they are. */
export const fillUrlTemplate = (template: string, values: UrlValues): string =>
  template.replaceAll(/\{[^{}]*\}/g, (placeholder) => {
    const value = placeholderValue(placeholder.slice(1, -1), values)
    // Slashes stay: branch names and external ids are often paths.
    return value === undefined ? placeholder : encodeURIComponent(value).replaceAll('%2F', '/')
  })

interface UrlValues {
  /** resolved values of the action */
  readonly configuration: Readonly<Record<string, string>>
  readonly externalExecutionId?: string | undefined
  readonly revisionId?: string | undefined
}

function placeholderValue(name: string, values: UrlValues): string | undefined {
  if (name === 'ExternalExecutionId') return values.externalExecutionId
  if (name === 'RevisionId') return values.revisionId
  const key = name.startsWith(CONFIG) ? name.slice(CONFIG.length) : undefined
  return key !== undefined && Object.hasOwn(values.configuration, key) ? values.configuration[key] : undefined
}

const CONFIG = 'Config:'

function queryableProblems(queryable: readonly CustomProperty[]): readonly string[] {
  const [first] = queryable
  if (first === undefined) return []
  return [
    ...(queryable.length > 1 ? ['At most one configuration property may be queryable'] : []),
    ...queryable
      .filter(({ required, secret }) => !required || secret)
      .map(({ name }) => `The queryable configuration property ${name} must be required and must not be secret`),
  ]
}

const artifactProblems = (direction: 'input' | 'output', { minimumCount, maximumCount }: ArtifactDetails) =>
  minimumCount <= maximumCount
    ? []
    : [`The minimum count (${minimumCount}) of ${direction} artifacts is more than the maximum count (${maximumCount})`]

const PLACEHOLDERS: Readonly<Record<keyof ActionTypeSettings, readonly string[]>> = {
  thirdPartyConfigurationUrl: [],
  entityUrlTemplate: [],
  executionUrlTemplate: ['ExternalExecutionId'],
  revisionUrlTemplate: ['RevisionId'],
}

function settingsProblems(settings: ActionTypeSettings, properties: readonly CustomProperty[]): readonly string[] {
  const usable = properties.filter(({ required, secret }) => required && !secret).map(({ name }) => `${CONFIG}${name}`)
  return (Object.keys(PLACEHOLDERS) as (keyof ActionTypeSettings)[]).flatMap((setting) => {
    const allowed = new Set([...usable, ...PLACEHOLDERS[setting]])
    return [...(settings[setting] ?? '').matchAll(/\{([^{}]*)\}/g)]
      .map(([, placeholder = '']) => placeholder)
      .filter((placeholder) => !allowed.has(placeholder))
      .map(
        (placeholder) =>
          `The placeholder {${placeholder}} in ${setting} does not name a required configuration property that is not secret`,
      )
  })
}
