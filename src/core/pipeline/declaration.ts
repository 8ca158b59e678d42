/**
 * The pipeline declaration as it is stored and as the API returns it: lower camel case, defaults filled in.
 * What a caller sends is a `PipelineInput` (anything) until `checkShape`, `validatePipeline` and `normalisePipeline`
 * have dealt with it.
 *
 * Source: CodePipeline API model, `PipelineDeclaration` and below.
 */

export interface PipelineDeclaration {
  readonly name: string
  readonly roleArn: string
  /** exactly one of `artifactStore` and `artifactStores` is present */
  readonly artifactStore?: ArtifactStore
  /** by region; holds at least the pipeline's own region */
  readonly artifactStores?: Readonly<Record<string, ArtifactStore>>
  readonly stages: readonly StageDeclaration[]
  /** 1 at creation, +1 with every successful update */
  readonly version: number
  readonly executionMode: ExecutionMode
  readonly pipelineType: PipelineType
  readonly variables?: readonly PipelineVariableDeclaration[]
  readonly triggers?: readonly TriggerDeclaration[]
}

export interface StageDeclaration {
  readonly name: string
  readonly actions: readonly ActionDeclaration[]
  /** reserved by the API: never anything but empty */
  readonly blockers?: readonly BlockerDeclaration[]
  readonly beforeEntry?: StageConditions
  readonly onSuccess?: StageConditions
  readonly onFailure?: FailureConditions
}

export interface ActionDeclaration {
  readonly name: string
  readonly actionTypeId: ActionTypeId
  /** 1..999; equal numbers start together */
  readonly runOrder: number
  readonly configuration: Readonly<Record<string, string>>
  readonly inputArtifacts: readonly InputArtifact[]
  readonly outputArtifacts: readonly OutputArtifact[]
  /** absent: the pipeline's own region */
  readonly region?: string
  readonly namespace?: string
  readonly roleArn?: string
  readonly timeoutInMinutes?: number
  /** single-line shell commands; Compute actions only */
  readonly commands?: readonly string[]
  /** names the Compute action exports */
  readonly outputVariables?: readonly string[]
  readonly environmentVariables?: readonly EnvironmentVariable[]
}

export interface ActionTypeId {
  readonly category: ActionCategory
  readonly owner: ActionOwner
  readonly provider: string
  readonly version: string
}

export interface InputArtifact {
  readonly name: string
}

export interface OutputArtifact {
  readonly name: string
  /** file patterns; Compute actions only */
  readonly files?: readonly string[]
}

export interface EnvironmentVariable {
  readonly name: string
  readonly value: string
  /** absent means `PLAINTEXT` */
  readonly type?: EnvironmentVariableType
}

export interface ArtifactStore {
  readonly type: 'S3'
  /** bucket name */
  readonly location: string
  readonly encryptionKey?: EncryptionKey
}

export interface EncryptionKey {
  readonly id: string
  readonly type: 'KMS'
}

export interface BlockerDeclaration {
  readonly name: string
  readonly type: 'Schedule'
}

/** `beforeEntry` and `onSuccess` of a stage. */
export interface StageConditions {
  /** exactly one */
  readonly conditions: readonly Condition[]
}

export interface FailureConditions {
  /** applies without any condition */
  readonly result?: ConditionResult
  readonly retryConfiguration?: { readonly retryMode?: StageRetryMode }
  readonly conditions?: readonly Condition[]
}

export interface Condition {
  readonly result?: ConditionResult
  /** 1..5, names unique inside the condition */
  readonly rules: readonly RuleDeclaration[]
}

export interface RuleDeclaration {
  readonly name: string
  readonly ruleTypeId: RuleTypeId
  readonly configuration: Readonly<Record<string, string>>
  readonly inputArtifacts: readonly InputArtifact[]
  readonly commands?: readonly string[]
  readonly roleArn?: string
  readonly region?: string
  readonly timeoutInMinutes?: number
}

export interface RuleTypeId {
  readonly category: 'Rule'
  readonly owner: 'AWS'
  readonly provider: string
  readonly version: string
}

export interface PipelineVariableDeclaration {
  readonly name: string
  /** absent: a value must be given at every start */
  readonly defaultValue?: string
  readonly description?: string
}

export interface TriggerDeclaration {
  readonly providerType: 'CodeStarSourceConnection'
  readonly gitConfiguration: GitConfiguration
}

export interface GitConfiguration {
  readonly sourceActionName: string
  readonly push?: readonly GitPushFilter[]
  readonly pullRequest?: readonly GitPullRequestFilter[]
}

export interface GitPushFilter {
  readonly tags?: IncludesExcludes
  readonly branches?: IncludesExcludes
  readonly filePaths?: IncludesExcludes
}

export interface GitPullRequestFilter {
  readonly events?: readonly GitPullRequestEventType[]
  readonly branches?: IncludesExcludes
  readonly filePaths?: IncludesExcludes
}

export interface IncludesExcludes {
  readonly includes?: readonly string[]
  readonly excludes?: readonly string[]
}

export type ActionCategory = 'Source' | 'Build' | 'Deploy' | 'Test' | 'Invoke' | 'Approval' | 'Compute'
export type ActionOwner = 'AWS' | 'ThirdParty' | 'Custom'
export type EnvironmentVariableType = 'PLAINTEXT' | 'SECRETS_MANAGER'
export type ExecutionMode = 'SUPERSEDED' | 'QUEUED' | 'PARALLEL'
export type PipelineType = 'V1' | 'V2'
export type ConditionResult = 'ROLLBACK' | 'FAIL' | 'RETRY' | 'SKIP'
export type StageRetryMode = 'FAILED_ACTIONS' | 'ALL_ACTIONS'
export type GitPullRequestEventType = 'OPEN' | 'UPDATED' | 'CLOSED'

/** The key of a stage's condition set, as it is written in the declaration. */
export type StageConditionKey = 'beforeEntry' | 'onSuccess' | 'onFailure'

/**
 * A declaration as a caller sends it: any JSON, or an SDK's `PipelineDeclaration`. Only `checkShape` may be trusted to
 * say that its members have the types they should have.
 */
export interface PipelineInput {
  readonly name?: unknown
  readonly roleArn?: unknown
  readonly artifactStore?: unknown
  readonly artifactStores?: unknown
  readonly stages?: unknown
  readonly version?: unknown
  readonly executionMode?: unknown
  readonly pipelineType?: unknown
  readonly variables?: unknown
  readonly triggers?: unknown
}
