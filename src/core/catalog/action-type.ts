import type { ActionCategory, ActionOwner } from '../pipeline/declaration.ts'

/** What validation, ListActionTypes and the engine must know about an action type, built-in or custom. */
export interface ActionType {
  readonly category: ActionCategory
  readonly owner: ActionOwner
  readonly provider: string
  readonly version: string
  /** how many artifacts an action of this type takes and makes: [min, max] */
  readonly inputs: Range
  readonly outputs: Range
  readonly configuration: readonly ConfigurationProperty[]
  /** the vendor's keys are not published: any key is accepted */
  readonly openConfiguration?: true
  /** refused in V1 pipelines */
  readonly v2Only: boolean
  /** runs from the moment the action starts; the action's own `timeoutInMinutes` replaces it */
  readonly timeoutMinutes: number
  /** the declaration members that only some types accept */
  readonly accepts: readonly OptionalMember[]
  /** may read a `CODEBUILD_CLONE_REF` artifact */
  readonly codeBuildBased: boolean
  /** sources: the override types StartPipelineExecution may carry for it */
  readonly revisionTypes: readonly SourceRevisionType[]
  readonly variables: OutputVariables
  readonly settings?: ActionTypeSettings
}

export interface ConfigurationProperty {
  readonly name: string
  readonly required: boolean
  /** names the thing the action works on */
  readonly key: boolean
  /** reads return `****` */
  readonly secret: boolean
  readonly queryable: boolean
  readonly type: PropertyType
  readonly description?: string
  /** the only values the provider understands; not checked by the API, the linter warns */
  readonly values?: readonly string[]
  /** conditions under which the provider cannot work without it; where the API does not check them, the linter warns */
  readonly neededWhen?: Need
}

/** A property is needed when another one has one of these values, or when the action has this many inputs. */
export type Need =
  | { readonly property: string; readonly is: readonly string[]; /** by the API too */ readonly refused?: true }
  | { readonly inputsMoreThan: number }
  | { readonly without: string }

export interface ActionTypeSettings {
  readonly thirdPartyConfigurationUrl?: string
  readonly entityUrlTemplate?: string
  readonly executionUrlTemplate?: string
  readonly revisionUrlTemplate?: string
}

/**
 * The keys an action of this type may put out: a fixed list (of which some may be left out), the names its own
 * declaration lists in `outputVariables`, or any, because what it runs decides.
 */
export type OutputVariables = readonly string[] | 'declared' | 'any'

export type Range = readonly [min: number, max: number]
export type PropertyType = 'String' | 'Number' | 'Boolean'
export type OptionalMember = 'commands' | 'outputVariables' | 'files' | 'environmentVariables' | 'secretVariables'
export type SourceRevisionType = 'COMMIT_ID' | 'IMAGE_DIGEST' | 'S3_OBJECT_VERSION_ID' | 'S3_OBJECT_KEY'

/** A built-in type before its defaults are filled in. */
export type BuiltIn = Pick<ActionType, 'category' | 'provider' | 'inputs' | 'outputs' | 'configuration'> &
  Partial<Omit<ActionType, 'version'>>

/** Minutes of "everything else" in the published list of action timeouts. */
export const DEFAULT_TIMEOUT_MINUTES = 60

export const builtIn = (type: BuiltIn): ActionType => ({
  owner: 'AWS',
  version: '1',
  v2Only: false,
  timeoutMinutes: DEFAULT_TIMEOUT_MINUTES,
  accepts: [],
  codeBuildBased: false,
  revisionTypes: [],
  variables: [],
  ...type,
})

type PropertyDetails = Partial<Pick<ConfigurationProperty, 'type' | 'values' | 'neededWhen' | 'secret'>>

/** A property the action cannot do without. */
export const required = (name: string, description: string, details: PropertyDetails = {}): ConfigurationProperty =>
  property(name, description, { required: true, key: details.secret !== true, ...details })

export const optional = (name: string, description: string, details: PropertyDetails = {}): ConfigurationProperty =>
  property(name, description, { required: false, key: false, ...details })

/** An optional property with the values `true` and `false`. */
export const flag = (name: string, description: string): ConfigurationProperty =>
  optional(name, description, { type: 'Boolean', values: ['true', 'false'] })

const property = (
  name: string,
  description: string,
  details: PropertyDetails & Pick<ConfigurationProperty, 'required' | 'key'>,
): ConfigurationProperty => ({ name, description, secret: false, queryable: false, type: 'String', ...details })
