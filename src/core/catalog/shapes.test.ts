import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkShape, printPath, type Path } from '../pipeline/shape.ts'
import { OPERATION_INPUTS, STRUCTURES, type Members } from './operation-inputs.ts'
import { SHAPES, type SimpleShape } from './shapes.ts'

/** CodePipeline API model 2015-07-09: name, type, range, pattern. */
const MODEL = String.raw`
  AWSRegionName string 4..30
  AccountId string - [0-9]{12}
  ActionConfigurationKey string 1..50
  ActionConfigurationPropertyList list ..10
  ActionConfigurationQueryableValue string 1..50 [a-zA-Z0-9_-]+
  ActionConfigurationValue string 1..1000
  ActionName string 1..100 [A-Za-z0-9.@\-_]+
  ActionNamespace string 1..100 [A-Za-z0-9@\-_]+
  ActionProvider string 1..35 [0-9A-Za-z_-]+
  ActionRunOrder integer 1..999
  ActionTimeout integer 5..86400
  ActionTypeDescription string 1..1024
  ActionTypeOwner string - AWS|ThirdParty
  ActionTypeProperties list ..10
  AllowedAccount string - [0-9]{12}|\*
  AllowedAccounts list 1..1000
  ApprovalSummary string 0..512
  ApprovalToken string - [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
  ArtifactName string 1..100 [a-zA-Z0-9_\-]+
  ArtifactStoreLocation string 3..63 [a-zA-Z0-9\-\.]+
  BlockerName string 1..100
  ClientId string - [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
  ClientRequestToken string 1..128 ^[a-zA-Z0-9-]+$
  ClientToken string 1..256
  Command string 1..1000
  CommandList list 1..50
  ConditionList list 1..1
  ContinuationToken string 1..2048
  Description string 1..160
  DisabledReason string 1..300 [a-zA-Z0-9!@ \(\)\.\*\?\-]+
  EncryptionKeyId string 1..400
  EnvironmentVariableList list 1..10
  EnvironmentVariableName string 1..128 [A-Za-z0-9_]+
  EnvironmentVariableValue string 1..2000 .*
  ExecutionId string 1..1500
  ExecutionSummary string 1..2048
  FilePath string 1..128
  FilePathList list 1..10
  GitBranchNamePattern string 1..255 .*
  GitBranchPatternList list 1..8
  GitFilePathPattern string 1..255 .*
  GitFilePathPatternList list 1..8
  GitPullRequestEventTypeList list 1..3
  GitPullRequestFilterList list 1..3
  GitPushFilterList list 1..3
  GitTagNamePattern string 1..255
  GitTagPatternList list 1..8
  JobId string - [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
  JobTimeout integer 60..43200
  JsonPath string 1..150
  LambdaFunctionArn string 1..140 arn:aws(-[\w]+)*:lambda:.+:[0-9]{12}:function:.+
  LogStreamARN string 1..250
  MatchEquals string 1..150
  MaxBatchSize integer 1..
  MaxPipelines integer 1..1000
  MaxResults integer 1..100
  MaximumActionTypeArtifactCount integer 0..10
  MaximumArtifactCount integer 0..5
  Message string 1..5000
  MinimumActionTypeArtifactCount integer 0..10
  MinimumArtifactCount integer 0..5
  NextToken string 1..2048
  Nonce string 1..50
  OutputVariable string 1..128
  OutputVariableList list 1..15
  OutputVariablesKey string - [A-Za-z0-9@\-_]+
  Percentage integer 0..100
  PipelineArn string - arn:aws(-[\w]+)*:codepipeline:.+:[0-9]{12}:.+
  PipelineExecutionId string - [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
  PipelineName string 1..100 [A-Za-z0-9.@\-_]+
  PipelineTriggerDeclarationList list ..50
  PipelineVariableDeclarationList list ..50
  PipelineVariableDescription string 0..200 .*
  PipelineVariableList list 1..50
  PipelineVariableName string 1..128 [A-Za-z0-9@\-_]+
  PipelineVariableValue string 1..1000 .*
  PipelineVersion integer 1..
  PolicyStatementsTemplate string 1..2048
  PollingAccountList list 1..1000
  PollingServicePrincipalList list 1..10
  PropertyDescription string 1..250
  QueryParamMap map 0..1
  ResourceArn string - arn:aws(-[\w]+)*:codepipeline:.+:[0-9]{12}:.+
  RetryAttempt integer 1..
  Revision string 1..1500
  RevisionChangeIdentifier string 1..100
  RevisionSummary string 1..2048
  RoleArn string ..1024 arn:aws(-[\w]+)*:iam::[0-9]{12}:role/.*
  RuleConfigurationKey string 1..50
  RuleConfigurationMap map 0..200
  RuleConfigurationPropertyList list ..10
  RuleConfigurationValue string 1..10000
  RuleDeclarationList list 1..5
  RuleExecutionId string 1..200
  RuleExecutionToken string 1..200 [a-zA-Z0-9\-\.]+
  RuleName string 1..100 [A-Za-z0-9.@\-_]+
  RuleProvider string 1..35 [0-9A-Za-z_-]+
  RuleTimeout integer 5..86400
  S3Bucket string 3..63
  S3Key string 1..100
  ServicePrincipal string 1..128
  SourceRevisionOverrideList list 0..50
  StageName string 1..100 [A-Za-z0-9.@\-_]+
  StopPipelineExecutionReason string ..200
  TagKey string 1..128
  TagValue string 0..256
  TargetFilterValue string 1..
  ThirdPartyJobId string 1..512
  TriggerDetail string 0..1024
  Url string 1..2048
  UrlTemplate string 1..2048
  Version string 1..9 [0-9A-Za-z_-]+
  WebhookAuthConfigurationAllowedIPRange string 1..100
  WebhookAuthConfigurationSecretToken string 1..100
  WebhookFilters list ..5
  WebhookName string 1..100 [A-Za-z0-9.@\-_]+
  WebhookUrl string 1..1000
`

/** The same model's enums: name, values. */
const ENUMS = `
  ActionCategory Source Build Deploy Test Invoke Approval Compute
  ActionConfigurationPropertyType String Number Boolean
  ActionExecutionStatus InProgress Abandoned Succeeded Failed
  ActionOwner AWS ThirdParty Custom
  ApprovalStatus Approved Rejected
  ArtifactLocationType S3
  ArtifactStoreType S3
  BlockerType Schedule
  ConditionExecutionStatus InProgress Failed Errored Succeeded Cancelled Abandoned Overridden
  ConditionType BEFORE_ENTRY ON_SUCCESS
  EncryptionKeyType KMS
  EnvironmentVariableType PLAINTEXT SECRETS_MANAGER
  ExecutionMode QUEUED SUPERSEDED PARALLEL
  ExecutionType STANDARD ROLLBACK
  ExecutorType JobWorker Lambda
  FailureType JobFailed ConfigurationError PermissionError RevisionOutOfSync RevisionUnavailable SystemUnavailable
  GitPullRequestEventType OPEN UPDATED CLOSED
  JobStatus Created Queued Dispatched InProgress TimedOut Succeeded Failed
  PipelineExecutionStatus Cancelled InProgress Stopped Stopping Succeeded Superseded Failed
  PipelineTriggerProviderType CodeStarSourceConnection
  PipelineType V1 V2
  Result ROLLBACK FAIL RETRY SKIP
  RetryTrigger AutomatedStageRetry ManualStageRetry
  RuleCategory Rule
  RuleConfigurationPropertyType String Number Boolean
  RuleExecutionStatus InProgress Abandoned Succeeded Failed
  RuleOwner AWS
  SourceRevisionType COMMIT_ID IMAGE_DIGEST S3_OBJECT_VERSION_ID S3_OBJECT_KEY
  StageExecutionStatus Cancelled InProgress Failed Stopped Stopping Succeeded Skipped
  StageRetryMode FAILED_ACTIONS ALL_ACTIONS
  StageTransitionType Inbound Outbound
  StartTimeRange Latest All
  TargetFilterName TARGET_STATUS
  TriggerType CreatePipeline StartPipelineExecution PollForSourceChanges Webhook CloudWatchEvent PutActionRevision WebhookV2 ManualRollback AutomatedRollback
  WebhookAuthenticationType GITHUB_HMAC IP UNAUTHENTICATED
`

/** Only answers hold them, so nobody can send one. */
const IN_ANSWERS_ONLY: ReadonlySet<string> = new Set([
  'LogStreamARN',
  'PipelineArn',
  'RetryAttempt',
  'RuleConfigurationPropertyList',
  'RuleExecutionId',
  'RuleExecutionToken',
  'S3Bucket',
  'S3Key',
  'TriggerDetail',
  'WebhookUrl',
  'ActionExecutionStatus',
  'ArtifactLocationType',
  'ConditionExecutionStatus',
  'ExecutionType',
  'JobStatus',
  'PipelineExecutionStatus',
  'RetryTrigger',
  'RuleConfigurationPropertyType',
  'RuleExecutionStatus',
  'StageExecutionStatus',
  'TriggerType',
])

const rows = (table: string) =>
  table
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/ +/u))

describe('the shape table', () => {
  const constrained = rows(MODEL).map(([name = '', kind = '', range = '', ...pattern]) => {
    const [min, max] = range === '-' ? [] : range.split('..')
    return {
      name,
      kind,
      ...(min ? { min: Number(min) } : {}),
      ...(max ? { max: Number(max) } : {}),
      ...(pattern.length > 0 ? { pattern: pattern.join(' ') } : {}),
    }
  })
  for (const { name, ...expected } of constrained) {
    if (IN_ANSWERS_ONLY.has(name)) continue
    it(`has ${name} with the constraints of the API model`, () => {
      const shape = SHAPES[name]
      assert.ok(shape !== undefined, 'the table does not have it')
      assert.deepEqual(constraintsOf(shape), expected)
    })
  }
  for (const [name = '', ...values] of rows(ENUMS)) {
    if (IN_ANSWERS_ONLY.has(name)) continue
    it(`has ${name} with the values of the API model`, () => {
      const shape = SHAPES[name]
      assert.ok(shape?.kind === 'enum')
      assert.deepEqual(shape.values.toSorted(), values.toSorted())
    })
  }

  it('holds no constraint that the model does not have', () => {
    const known = new Set([...constrained, ...rows(ENUMS).map(([name = '']) => ({ name }))].map(({ name }) => name))
    const more = Object.entries(SHAPES).filter(
      ([name, shape]) => !known.has(name) && Object.keys(constraintsOf(shape)).length > 1,
    )
    assert.deepEqual(
      more.map(([name]) => name),
      [],
    )
  })
})

type Constraints = { kind: string; min?: number; max?: number; pattern?: string; values?: readonly string[] }

function constraintsOf(shape: SimpleShape): Constraints {
  const { kind } = shape
  return {
    kind,
    ...('min' in shape && shape.min !== undefined && { min: shape.min }),
    ...('max' in shape && shape.max !== undefined && { max: shape.max }),
    ...('pattern' in shape && shape.pattern !== undefined && { pattern: shape.pattern }),
    ...(shape.kind === 'enum' && { values: shape.values }),
  }
}

/** A value with exactly one thing wrong in it, where that is, and what the message must say. */
interface Fault {
  readonly value: unknown
  readonly path: Path
  readonly constraint: string
}

const ID = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
const ARN = 'arn:aws:codepipeline:eu-west-1:000000000000:p'
/** Right values for patterns that a row of `a` does not match. */
const SAMPLES: Readonly<Record<string, string>> = {
  AccountId: '000000000000',
  ActionTypeOwner: 'AWS',
  AllowedAccount: '*',
  ApprovalToken: ID,
  JobId: ID,
  LambdaFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:f',
  PipelineExecutionId: ID,
  ResourceArn: ARN,
  RoleArn: 'arn:aws:iam::000000000000:role/r',
}

function sample(name: string): unknown {
  const members = STRUCTURES[name]
  if (members !== undefined) return minimal(members)
  const shape = SHAPES[name]
  switch (shape?.kind) {
    case 'string':
      return SAMPLES[name] ?? 'a'.repeat(Math.max(shape.min ?? 1, 1))
    case 'enum':
      return shape.values[0]
    case 'integer':
      return shape.min ?? 0
    case 'boolean':
      return true
    case 'timestamp':
      return 0
    case 'list':
      return items(shape.of, shape.min ?? 0)
    case 'map':
      return {}
    default:
      return assert.fail(`there is no shape ${name}`)
  }
}

const items = (of: string, count: number): readonly unknown[] => Array.from({ length: count }, () => sample(of))

const split = (marked: string) => ({ member: marked.replace('!', ''), required: marked.endsWith('!') })

const minimal = (members: Members): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(members).flatMap(([marked, shape]) => {
      const { member, required } = split(marked)
      return required ? [[member, sample(shape)]] : []
    }),
  )

const within = (
  part: string | number,
  { value, path, constraint }: Fault,
  hold: (value: unknown) => unknown,
): Fault => ({
  value: hold(value),
  path: [part, ...path],
  constraint,
})

const here = (value: unknown, constraint: string): Fault => ({ value, path: [], constraint })

const bounds = (
  what: string,
  { min = 0, max = Infinity }: { min?: number; max?: number },
  of: (size: number) => unknown,
) => [
  ...(min > 0 ? [here(of(min - 1), `Member must have ${what} greater than or equal to ${min}`)] : []),
  ...(max < Infinity ? [here(of(max + 1), `Member must have ${what} less than or equal to ${max}`)] : []),
]

function faultsOf(name: string): readonly Fault[] {
  const members = STRUCTURES[name]
  if (members !== undefined) return memberFaults(members)
  const shape = SHAPES[name]
  switch (shape?.kind) {
    case 'string': {
      const sized = (length: number) => (SAMPLES[name] ?? '').padEnd(length, 'a').slice(0, length)
      const odd = shape.pattern === undefined || shape.pattern === '.*' ? [] : ['ä"']
      return [
        ...bounds('length', shape, sized),
        ...odd.map((value) => here(value, `Member must satisfy regular expression pattern: ${shape.pattern}`)),
      ]
    }
    case 'enum':
      return [here('Other', `Member must satisfy enum value set: [${shape.values.join(', ')}]`)]
    case 'integer':
      return [...bounds('value', shape, (size) => size), here(1.5, 'Member must be of type integer')]
    case 'boolean':
    case 'timestamp':
      return [here('text', `Member must be of type ${shape.kind}`)]
    case 'list':
      return [
        ...bounds('length', shape, (size) => items(shape.of, size)),
        here([null], 'Member must not be null'),
        ...faultsOf(shape.of).map((fault) => within(0, fault, (value) => [value])),
      ].map((fault) =>
        fault.constraint === 'Member must not be null' && fault.path.length === 0 ? { ...fault, path: [0] } : fault,
      )
    case 'map':
      return [
        ...(shape.max === undefined
          ? []
          : [here(entries(shape.max + 1), `Member must have length less than or equal to ${shape.max}`)]),
        ...faultsOf(shape.keys).map(({ value }) =>
          here({ [String(value)]: 'a' }, 'Map keys must satisfy constraint: ['),
        ),
        ...faultsOf(shape.values).map((fault) =>
          SHAPES[shape.values]?.kind === 'string'
            ? here({ [keySample(shape.keys)]: fault.value }, 'Map value must satisfy constraint: [')
            : within(keySample(shape.keys), fault, (value) => ({ [keySample(shape.keys)]: value })),
        ),
      ]
    default:
      return assert.fail(`there is no shape ${name}`)
  }
}

const entries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'a']))
const keySample = (keys: string): string => (keys === 'AWSRegionName' ? 'eu-west-1' : 'key')

function memberFaults(members: Members): readonly Fault[] {
  const whole = minimal(members)
  return Object.entries(members).flatMap(([marked, shape]) => {
    const { member, required } = split(marked)
    const { [member]: _, ...rest } = whole
    return [
      ...(required ? [{ value: rest, path: [member], constraint: 'Member must not be null' }] : []),
      ...faultsOf(shape).map((fault) => within(member, fault, (value) => ({ ...rest, [member]: value }))),
    ]
  })
}

describe('an input with one thing wrong is refused with the place and the constraint:', () => {
  for (const [operation, members] of Object.entries(OPERATION_INPUTS)) {
    it(operation, () => {
      assert.equal(checkShape(operation, minimal(members)), undefined)
      for (const { value, path, constraint } of memberFaults(members)) {
        const message = checkShape(operation, value) ?? `nothing is wrong at ${printPath(path)}: ${constraint}`
        assert.ok(
          message.includes(` at '${printPath(path)}' failed to satisfy constraint: ${constraint}`),
          `${printPath(path)}: ${constraint}\n${message}`,
        )
      }
    })
  }
})
