/**
 * Every constrained simple shape of the CodePipeline API in one table: strings with length and pattern, enums, numbers,
 * and the lists and maps that have a size of their own. Lengths are in characters, ranges inclusive; a missing bound is
 * unbounded. `checkShape` reads it together with `operation-inputs.ts`.
 *
 * Source: CodePipeline API model 2015-07-09 (the SDK's runtime schemas carry none of these constraints).
 */
export type SimpleShape =
  | {
      readonly kind: 'string'
      readonly min?: number
      readonly max?: number
      readonly pattern?: string
      readonly sensitive?: true
    }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'integer'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'list'; readonly of: string; readonly min?: number; readonly max?: number }
  | {
      readonly kind: 'map'
      readonly keys: string
      readonly values: string
      readonly min?: number
      readonly max?: number
    }

interface Range {
  readonly min?: number
  readonly max?: number
}

const text = (min?: number, max?: number, pattern?: string): SimpleShape => ({
  kind: 'string',
  ...range(min, max),
  ...(pattern === undefined ? {} : { pattern }),
})
const secret = (min: number, max: number): SimpleShape => ({ kind: 'string', min, max, sensitive: true })
const oneOf = (...values: readonly string[]): SimpleShape => ({ kind: 'enum', values })
const integer = (min?: number, max?: number): SimpleShape => ({ kind: 'integer', ...range(min, max) })
const list = (of: string, min?: number, max?: number): SimpleShape => ({ kind: 'list', of, ...range(min, max) })
const map = (keys: string, values: string, min?: number, max?: number): SimpleShape => ({
  kind: 'map',
  keys,
  values,
  ...range(min, max),
})

function range(min?: number, max?: number): Range {
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const NAME = String.raw`[A-Za-z0-9.@\-_]+`
const WORD = '[0-9A-Za-z_-]+'
const VARIABLE = String.raw`[A-Za-z0-9@\-_]+`
const CODEPIPELINE_ARN = String.raw`arn:aws(-[\w]+)*:codepipeline:.+:[0-9]{12}:.+`

export const SHAPES: Readonly<Record<string, SimpleShape>> = {
  AWSRegionName: text(4, 30),
  AccountId: text(undefined, undefined, '[0-9]{12}'),
  ActionConfigurationKey: text(1, 50),
  ActionConfigurationMap: map('ActionConfigurationKey', 'ActionConfigurationValue'),
  ActionConfigurationPropertyList: list('ActionConfigurationProperty', undefined, 10),
  ActionConfigurationQueryableValue: text(1, 50, '[a-zA-Z0-9_-]+'),
  ActionConfigurationValue: text(1, 1000),
  ActionExecutionId: text(),
  ActionName: text(1, 100, NAME),
  ActionNamespace: text(1, 100, VARIABLE),
  ActionProvider: text(1, 35, WORD),
  ActionRunOrder: integer(1, 999),
  ActionTimeout: integer(5, 86_400),
  ActionTypeDescription: text(1, 1024),
  ActionTypeOwner: text(undefined, undefined, 'AWS|ThirdParty'),
  ActionTypeProperties: list('ActionTypeProperty', undefined, 10),
  AllowedAccount: text(undefined, undefined, String.raw`[0-9]{12}|\*`),
  AllowedAccounts: list('AllowedAccount', 1, 1000),
  ApprovalSummary: text(0, 512),
  ApprovalToken: text(undefined, undefined, UUID),
  ArtifactName: text(1, 100, String.raw`[a-zA-Z0-9_\-]+`),
  ArtifactStoreLocation: text(3, 63, String.raw`[a-zA-Z0-9\-\.]+`),
  ArtifactStoreMap: map('AWSRegionName', 'ArtifactStore'),
  BlockerName: text(1, 100),
  Boolean: { kind: 'boolean' },
  ClientId: text(undefined, undefined, UUID),
  ClientRequestToken: text(1, 128, '^[a-zA-Z0-9-]+$'),
  ClientToken: secret(1, 256),
  Command: text(1, 1000),
  CommandList: list('Command', 1, 50),
  ConditionList: list('Condition', 1, 1),
  ContinuationToken: text(1, 2048),
  Description: text(1, 160),
  DisabledReason: text(1, 300, String.raw`[a-zA-Z0-9!@ \(\)\.\*\?\-]+`),
  EncryptionKeyId: text(1, 400),
  EnvironmentVariableList: list('EnvironmentVariable', 1, 10),
  EnvironmentVariableName: text(1, 128, '[A-Za-z0-9_]+'),
  EnvironmentVariableValue: text(1, 2000, '.*'),
  ExecutionId: text(1, 1500),
  ExecutionSummary: text(1, 2048),
  FilePath: text(1, 128),
  FilePathList: list('FilePath', 1, 10),
  GitBranchNamePattern: text(1, 255, '.*'),
  GitBranchPatternList: list('GitBranchNamePattern', 1, 8),
  GitFilePathPattern: text(1, 255, '.*'),
  GitFilePathPatternList: list('GitFilePathPattern', 1, 8),
  GitPullRequestEventTypeList: list('GitPullRequestEventType', 1, 3),
  GitPullRequestFilterList: list('GitPullRequestFilter', 1, 3),
  GitPushFilterList: list('GitPushFilter', 1, 3),
  GitTagNamePattern: text(1, 255),
  GitTagPatternList: list('GitTagNamePattern', 1, 8),
  InputArtifactList: list('InputArtifact'),
  JobId: text(undefined, undefined, UUID),
  JobTimeout: integer(60, 43_200),
  JsonPath: text(1, 150),
  LambdaFunctionArn: text(1, 140, String.raw`arn:aws(-[\w]+)*:lambda:.+:[0-9]{12}:function:.+`),
  MatchEquals: text(1, 150),
  MaxBatchSize: integer(1),
  MaxPipelines: integer(1, 1000),
  MaxResults: integer(1, 100),
  MaximumActionTypeArtifactCount: integer(0, 10),
  MaximumArtifactCount: integer(0, 5),
  Message: text(1, 5000),
  MinimumActionTypeArtifactCount: integer(0, 10),
  MinimumArtifactCount: integer(0, 5),
  NextToken: text(1, 2048),
  Nonce: text(1, 50),
  OutputArtifactList: list('OutputArtifact'),
  OutputVariable: text(1, 128),
  OutputVariableList: list('OutputVariable', 1, 15),
  OutputVariablesKey: text(undefined, undefined, VARIABLE),
  OutputVariablesMap: map('OutputVariablesKey', 'OutputVariablesValue'),
  OutputVariablesValue: text(),
  Percentage: integer(0, 100),
  PipelineExecutionId: text(undefined, undefined, UUID),
  PipelineName: text(1, 100, NAME),
  PipelineStageDeclarationList: list('StageDeclaration'),
  PipelineTriggerDeclarationList: list('PipelineTriggerDeclaration', undefined, 50),
  PipelineVariableDeclarationList: list('PipelineVariableDeclaration', undefined, 50),
  PipelineVariableDescription: text(0, 200, '.*'),
  PipelineVariableList: list('PipelineVariable', 1, 50),
  PipelineVariableName: text(1, 128, VARIABLE),
  PipelineVariableValue: text(1, 1000, '.*'),
  PipelineVersion: integer(1),
  PolicyStatementsTemplate: text(1, 2048),
  PollingAccountList: list('AccountId', 1, 1000),
  PollingServicePrincipalList: list('ServicePrincipal', 1, 10),
  PropertyDescription: text(1, 250),
  QueryParamMap: map('ActionConfigurationKey', 'ActionConfigurationQueryableValue', 0, 1),
  ResourceArn: text(undefined, undefined, CODEPIPELINE_ARN),
  Revision: text(1, 1500),
  RevisionChangeIdentifier: text(1, 100),
  RevisionSummary: text(1, 2048),
  RoleArn: text(undefined, 1024, String.raw`arn:aws(-[\w]+)*:iam::[0-9]{12}:role/.*`),
  RuleConfigurationKey: text(1, 50),
  RuleConfigurationMap: map('RuleConfigurationKey', 'RuleConfigurationValue', 0, 200),
  RuleConfigurationValue: text(1, 10_000),
  RuleDeclarationList: list('RuleDeclaration', 1, 5),
  RuleName: text(1, 100, NAME),
  RuleProvider: text(1, 35, WORD),
  RuleTimeout: integer(5, 86_400),
  ServicePrincipal: text(1, 128),
  SourceRevisionOverrideList: list('SourceRevisionOverride', 0, 50),
  StageActionDeclarationList: list('ActionDeclaration'),
  StageBlockerDeclarationList: list('BlockerDeclaration'),
  StageName: text(1, 100, NAME),
  StopPipelineExecutionReason: text(undefined, 200),
  TagKey: text(1, 128),
  TagKeyList: list('TagKey'),
  TagList: list('Tag'),
  TagValue: text(0, 256),
  TargetFilterList: list('TargetFilter'),
  TargetFilterValue: text(1),
  TargetFilterValueList: list('TargetFilterValue'),
  ThirdPartyJobId: text(1, 512),
  Timestamp: { kind: 'timestamp' },
  Url: text(1, 2048),
  UrlTemplate: text(1, 2048),
  Version: text(1, 9, WORD),
  WebhookAuthConfigurationAllowedIPRange: text(1, 100),
  WebhookAuthConfigurationSecretToken: secret(1, 100),
  WebhookFilters: list('WebhookFilterRule', undefined, 5),
  WebhookName: text(1, 100, NAME),

  ActionCategory: oneOf('Source', 'Build', 'Deploy', 'Test', 'Invoke', 'Approval', 'Compute'),
  ActionConfigurationPropertyType: oneOf('String', 'Number', 'Boolean'),
  ActionOwner: oneOf('AWS', 'ThirdParty', 'Custom'),
  ApprovalStatus: oneOf('Approved', 'Rejected'),
  ArtifactStoreType: oneOf('S3'),
  BlockerType: oneOf('Schedule'),
  ConditionType: oneOf('BEFORE_ENTRY', 'ON_SUCCESS'),
  EncryptionKeyType: oneOf('KMS'),
  EnvironmentVariableType: oneOf('PLAINTEXT', 'SECRETS_MANAGER'),
  ExecutionMode: oneOf('QUEUED', 'SUPERSEDED', 'PARALLEL'),
  ExecutorType: oneOf('JobWorker', 'Lambda'),
  FailureType: oneOf(
    'JobFailed',
    'ConfigurationError',
    'PermissionError',
    'RevisionOutOfSync',
    'RevisionUnavailable',
    'SystemUnavailable',
  ),
  GitPullRequestEventType: oneOf('OPEN', 'UPDATED', 'CLOSED'),
  PipelineTriggerProviderType: oneOf('CodeStarSourceConnection'),
  PipelineType: oneOf('V1', 'V2'),
  Result: oneOf('ROLLBACK', 'FAIL', 'RETRY', 'SKIP'),
  RuleCategory: oneOf('Rule'),
  RuleOwner: oneOf('AWS'),
  SourceRevisionType: oneOf('COMMIT_ID', 'IMAGE_DIGEST', 'S3_OBJECT_VERSION_ID', 'S3_OBJECT_KEY'),
  StageRetryMode: oneOf('FAILED_ACTIONS', 'ALL_ACTIONS'),
  StageTransitionType: oneOf('Inbound', 'Outbound'),
  StartTimeRange: oneOf('Latest', 'All'),
  TargetFilterName: oneOf('TARGET_STATUS'),
  WebhookAuthenticationType: oneOf('GITHUB_HMAC', 'IP', 'UNAUTHENTICATED'),
}
