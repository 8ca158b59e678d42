/**
 * Every exception that the SDK documents for an operation is either reached here, through the real client, or has a reason why
 * it cannot happen. A new operation or exception of the SDK fails the first test until it has its row.
 */
import * as sdk from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { commandOf, documentedExceptions } from '../support/operations.ts'
import { approval, job, p3, source, stage, startTester, type Tester } from '../support/worker.ts'
import { fails } from './support.ts'

const documented = documentedExceptions()

/** What is sent; a function prepares something first. */
type Given = object | ((world: World) => object | Promise<object>)

const UNKNOWN = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
const ACCOUNT_ARN = 'arn:aws:codepipeline:eu-west-1:000000000000'
const NO_PIPELINE = { name: 'None', pipelineName: 'None', stageName: 'Deploy' }
const NO_STAGE = { pipelineName: 'P3', stageName: 'None' }
const NO_TOKEN = { nextToken: 'not one of ours', NextToken: 'not one of ours' }
const DEPLOY = { pipelineName: 'P3', stageName: 'Deploy' }
const SYSTEM_TAG = [{ key: 'aws:x', value: '' }]
const TOO_MANY_TAGS = Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: '' }))
const UNKNOWN_TYPE = { category: 'Build', owner: 'Custom', provider: 'None', version: '1' }
const FAILURE = { failureDetails: { type: 'JobFailed', message: 'it broke' } }
const DISABLE = { transitionType: 'Inbound', reason: 'closed' }
const RETRY = { retryMode: 'FAILED_ACTIONS' }
const REVISION = { actionRevision: { revisionId: '1', revisionChangeId: '1', created: new Date(0) } }
const ANSWER = { result: { status: 'Approved', summary: '' }, token: UNKNOWN }
const CLIENT = { account: '000000000000', clientId: UNKNOWN, clientToken: 'open sesame' }
const TAGGED = { resourceArn: `${ACCOUNT_ARN}:P3` }
const NO_TAGGABLE = { resourceArn: `${ACCOUNT_ARN}:P3/Deploy`, tags: [], tagKeys: [] }
const NO_RESOURCE = { resourceArn: `${ACCOUNT_ARN}:None`, tags: [], tagKeys: [] }

const PROBE = {
  id: { category: 'Test', owner: 'ThirdParty', provider: 'Probe', version: '1' },
  executor: {
    type: 'JobWorker',
    configuration: { jobWorkerExecutorConfiguration: { pollingAccounts: ['000000000000'] } },
  },
  inputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
  outputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
  permissions: { allowedAccounts: ['*'] },
  properties: [{ name: 'Target', optional: true, key: false, noEcho: false }],
}
const customType = (provider: string) => ({
  category: 'Build',
  provider,
  version: '1',
  inputArtifactDetails: { minimumCount: 0, maximumCount: 0 },
  outputArtifactDetails: { minimumCount: 0, maximumCount: 0 },
})
const webhook = (changes: object = {}) => ({
  webhook: {
    name: 'hook',
    targetPipeline: 'P3',
    targetAction: 'S',
    filters: [{ jsonPath: '$.ref' }],
    authentication: 'UNAUTHENTICATED',
    authenticationConfiguration: {},
    ...changes,
  },
})
const without = { stages: [stage('Src', source()), stage('Build')] }
const broken = {
  InvalidStructure: { pipeline: p3({ stages: [stage('Src', source())] }) },
  InvalidStageDeclaration: { pipeline: p3(without) },
  InvalidActionDeclaration: {
    pipeline: p3({ stages: [stage('Src', source()), stage('Build', job('B', { configuration: {} }))] }),
  },
  InvalidBlockerDeclaration: {
    pipeline: p3({
      stages: [stage('Src', source()), { ...stage('Build', job('B')), blockers: [{ name: 'b', type: 'Schedule' }] }],
    }),
  },
}
const named = (name: string, { pipeline }: { pipeline: object }) => ({ pipeline: { ...pipeline, name } })

const REACHED: Readonly<Record<string, Readonly<Record<string, Given>>>> = {
  AcknowledgeJob: {
    Validation: {},
    JobNotFound: { jobId: UNKNOWN, nonce: '1' },
    InvalidNonce: ({ waits }) => ({ jobId: waits, nonce: 'wrong' }),
  },
  AcknowledgeThirdPartyJob: {
    Validation: {},
    JobNotFound: { jobId: UNKNOWN, nonce: '1', clientToken: CLIENT.clientToken },
    InvalidNonce: ({ partner }) => ({ jobId: partner, nonce: 'wrong', clientToken: CLIENT.clientToken }),
    InvalidClientToken: ({ partner }) => ({ jobId: partner, nonce: '1', clientToken: 'guessed' }),
  },
  CreateCustomActionType: {
    Validation: {},
    InvalidTags: { ...customType('Tagged'), tags: SYSTEM_TAG },
    TooManyTags: { ...customType('Tagged'), tags: TOO_MANY_TAGS },
    LimitExceeded: customType('OneMore'),
  },
  CreatePipeline: {
    Validation: {},
    PipelineNameInUse: { pipeline: p3() },
    InvalidStructure: named('New', broken.InvalidStructure),
    InvalidStageDeclaration: named('New', broken.InvalidStageDeclaration),
    InvalidActionDeclaration: named('New', broken.InvalidActionDeclaration),
    InvalidBlockerDeclaration: named('New', broken.InvalidBlockerDeclaration),
    InvalidTags: { ...named('New', { pipeline: p3() }), tags: SYSTEM_TAG },
    TooManyTags: { ...named('New', { pipeline: p3() }), tags: TOO_MANY_TAGS },
    LimitExceeded: named('New', { pipeline: p3() }),
  },
  DeleteCustomActionType: { Validation: {} },
  DeletePipeline: { Validation: {} },
  DeleteWebhook: { Validation: {} },
  DeregisterWebhookWithThirdParty: { Validation: { webhookName: 'x y' }, WebhookNotFound: { webhookName: 'none' } },
  DisableStageTransition: {
    Validation: {},
    PipelineNotFound: { ...NO_PIPELINE, ...DISABLE },
    StageNotFound: { ...NO_STAGE, ...DISABLE },
  },
  EnableStageTransition: {
    Validation: {},
    PipelineNotFound: { ...NO_PIPELINE, ...DISABLE },
    StageNotFound: { ...NO_STAGE, ...DISABLE },
  },
  GetActionType: { Validation: {}, ActionTypeNotFound: { ...UNKNOWN_TYPE, owner: 'AWS' } },
  GetJobDetails: { Validation: {}, JobNotFound: { jobId: UNKNOWN } },
  GetPipeline: {
    Validation: {},
    PipelineNotFound: NO_PIPELINE,
    PipelineVersionNotFound: { name: 'P3', version: 99 },
  },
  GetPipelineExecution: {
    Validation: {},
    PipelineNotFound: { ...NO_PIPELINE, pipelineExecutionId: UNKNOWN },
    PipelineExecutionNotFound: { pipelineName: 'P3', pipelineExecutionId: UNKNOWN },
  },
  GetPipelineState: { Validation: {}, PipelineNotFound: NO_PIPELINE },
  GetThirdPartyJobDetails: {
    Validation: {},
    JobNotFound: { jobId: UNKNOWN, clientToken: CLIENT.clientToken },
    InvalidClientToken: ({ partner }) => ({ jobId: partner, clientToken: 'guessed' }),
    InvalidJob: ({ unseen }) => ({ jobId: unseen, clientToken: CLIENT.clientToken }),
  },
  ListActionExecutions: {
    Validation: {},
    PipelineNotFound: NO_PIPELINE,
    InvalidNextToken: { pipelineName: 'P3', ...NO_TOKEN },
    PipelineExecutionNotFound: { pipelineName: 'P3', filter: { pipelineExecutionId: UNKNOWN } },
  },
  ListActionTypes: { Validation: { regionFilter: 'x' }, InvalidNextToken: NO_TOKEN },
  ListDeployActionExecutionTargets: {
    Validation: {},
    PipelineNotFound: { ...NO_PIPELINE, actionExecutionId: UNKNOWN },
    ActionExecutionNotFound: { actionExecutionId: UNKNOWN },
    InvalidNextToken: ({ run }) => ({ actionExecutionId: run, ...NO_TOKEN }),
  },
  ListPipelineExecutions: {
    Validation: {},
    PipelineNotFound: NO_PIPELINE,
    InvalidNextToken: { pipelineName: 'P3', ...NO_TOKEN },
  },
  ListPipelines: { Validation: { maxResults: 1001 }, InvalidNextToken: NO_TOKEN },
  ListRuleExecutions: {
    Validation: {},
    PipelineNotFound: NO_PIPELINE,
    InvalidNextToken: { pipelineName: 'P3', ...NO_TOKEN },
    PipelineExecutionNotFound: { pipelineName: 'P3', filter: { pipelineExecutionId: UNKNOWN } },
  },
  ListRuleTypes: { Validation: { regionFilter: 'x' } },
  ListTagsForResource: {
    Validation: {},
    ResourceNotFound: NO_RESOURCE,
    InvalidArn: NO_TAGGABLE,
    InvalidNextToken: { ...TAGGED, ...NO_TOKEN },
  },
  ListWebhooks: { Validation: { MaxResults: 101 }, InvalidNextToken: NO_TOKEN },
  OverrideStageCondition: {
    Validation: {},
    PipelineNotFound: { ...NO_PIPELINE, pipelineExecutionId: UNKNOWN, conditionType: 'BEFORE_ENTRY' },
    StageNotFound: { ...NO_STAGE, pipelineExecutionId: UNKNOWN, conditionType: 'BEFORE_ENTRY' },
    ConditionNotOverridable: ({ current }) => ({
      ...DEPLOY,
      pipelineExecutionId: current,
      conditionType: 'BEFORE_ENTRY',
    }),
    NotLatestPipelineExecution: { ...DEPLOY, pipelineExecutionId: UNKNOWN, conditionType: 'BEFORE_ENTRY' },
    ConcurrentPipelineExecutionsLimitExceeded: ({ turnedAway: pipelineExecutionId }) => ({
      pipelineName: 'Full',
      stageName: 'Gate',
      pipelineExecutionId,
      conditionType: 'BEFORE_ENTRY',
    }),
  },
  PollForJobs: { Validation: {}, ActionTypeNotFound: { actionTypeId: UNKNOWN_TYPE } },
  PollForThirdPartyJobs: {
    Validation: {},
    ActionTypeNotFound: { actionTypeId: { ...UNKNOWN_TYPE, owner: 'ThirdParty' } },
  },
  PutActionRevision: {
    Validation: {},
    PipelineNotFound: { ...NO_PIPELINE, actionName: 'S', ...REVISION },
    StageNotFound: { ...NO_STAGE, actionName: 'S', ...REVISION },
    ActionNotFound: { pipelineName: 'P3', stageName: 'Src', actionName: 'None', ...REVISION },
    ConcurrentPipelineExecutionsLimitExceeded: {
      pipelineName: 'Full',
      stageName: 'Src',
      actionName: 'Pull',
      ...REVISION,
    },
  },
  PutApprovalResult: {
    Validation: {},
    PipelineNotFound: { ...NO_PIPELINE, actionName: 'Ask', ...ANSWER },
    StageNotFound: { pipelineName: 'Asks', stageName: 'None', actionName: 'Ask', ...ANSWER },
    ActionNotFound: { pipelineName: 'Asks', stageName: 'Ask', actionName: 'None', ...ANSWER },
    InvalidApprovalToken: { pipelineName: 'Asks', stageName: 'Ask', actionName: 'Ask', ...ANSWER },
    ApprovalAlreadyCompleted: ({ answered: token }) => ({
      pipelineName: 'Asks',
      stageName: 'Ask',
      actionName: 'Ask',
      ...ANSWER,
      token,
    }),
  },
  PutJobFailureResult: {
    Validation: {},
    JobNotFound: { jobId: UNKNOWN, ...FAILURE },
    InvalidJobState: ({ waits: jobId }) => ({ jobId, ...FAILURE }),
  },
  PutJobSuccessResult: {
    Validation: {},
    JobNotFound: { jobId: UNKNOWN },
    InvalidJobState: ({ waits: jobId }) => ({ jobId }),
    OutputVariablesSizeExceeded: ({ works: jobId }) => ({ jobId, outputVariables: { k: 'x'.repeat(122_880) } }),
  },
  PutThirdPartyJobFailureResult: {
    Validation: {},
    JobNotFound: { jobId: UNKNOWN, clientToken: CLIENT.clientToken, ...FAILURE },
    InvalidClientToken: ({ partner: jobId }) => ({ jobId, clientToken: 'guessed', ...FAILURE }),
    InvalidJobState: ({ partner: jobId }) => ({ jobId, clientToken: CLIENT.clientToken, ...FAILURE }),
  },
  PutThirdPartyJobSuccessResult: {
    Validation: {},
    JobNotFound: { jobId: UNKNOWN, clientToken: CLIENT.clientToken },
    InvalidClientToken: ({ partner: jobId }) => ({ jobId, clientToken: 'guessed' }),
    InvalidJobState: ({ partner: jobId }) => ({ jobId, clientToken: CLIENT.clientToken }),
  },
  PutWebhook: {
    Validation: {},
    PipelineNotFound: webhook({ targetPipeline: 'None' }),
    InvalidWebhookAuthenticationParameters: webhook({ authentication: 'GITHUB_HMAC' }),
    InvalidWebhookFilterPattern: webhook({ filters: [{ jsonPath: '$[' }] }),
    InvalidTags: { ...webhook(), tags: SYSTEM_TAG },
    TooManyTags: { ...webhook(), tags: TOO_MANY_TAGS },
    LimitExceeded: webhook(),
  },
  RegisterWebhookWithThirdParty: { Validation: { webhookName: 'x y' }, WebhookNotFound: { webhookName: 'none' } },
  RetryStageExecution: {
    Validation: {},
    PipelineNotFound: { ...NO_PIPELINE, pipelineExecutionId: UNKNOWN, ...RETRY },
    StageNotFound: { ...NO_STAGE, pipelineExecutionId: UNKNOWN, ...RETRY },
    StageNotRetryable: ({ current }) => ({ ...DEPLOY, pipelineExecutionId: current, ...RETRY }),
    NotLatestPipelineExecution: ({ outdated }) => ({ ...DEPLOY, pipelineExecutionId: outdated, ...RETRY }),
    ConcurrentPipelineExecutionsLimitExceeded: ({ turnedAway: pipelineExecutionId }) => ({
      pipelineName: 'Full',
      stageName: 'Gate',
      pipelineExecutionId,
      ...RETRY,
    }),
  },
  RollbackStage: {
    Validation: {},
    PipelineNotFound: { ...NO_PIPELINE, targetPipelineExecutionId: UNKNOWN },
    StageNotFound: { ...NO_STAGE, targetPipelineExecutionId: UNKNOWN },
    PipelineExecutionNotFound: { ...DEPLOY, targetPipelineExecutionId: UNKNOWN },
    PipelineExecutionOutdated: ({ outdated }) => ({ ...DEPLOY, targetPipelineExecutionId: outdated }),
    UnableToRollbackStage: ({ current }) => ({
      pipelineName: 'P3',
      stageName: 'Src',
      targetPipelineExecutionId: current,
    }),
  },
  StartPipelineExecution: {
    Validation: {},
    PipelineNotFound: NO_PIPELINE,
    ConcurrentPipelineExecutionsLimitExceeded: { name: 'Full' },
  },
  StopPipelineExecution: {
    Validation: {},
    PipelineNotFound: { ...NO_PIPELINE, pipelineExecutionId: UNKNOWN },
    PipelineExecutionNotStoppable: ({ current: pipelineExecutionId }) => ({ pipelineName: 'P3', pipelineExecutionId }),
    DuplicatedStopRequest: ({ stopping: pipelineExecutionId }) => ({ pipelineName: 'Held', pipelineExecutionId }),
  },
  TagResource: {
    Validation: {},
    ResourceNotFound: NO_RESOURCE,
    InvalidArn: NO_TAGGABLE,
    InvalidTags: { ...TAGGED, tags: SYSTEM_TAG },
    TooManyTags: { ...TAGGED, tags: TOO_MANY_TAGS },
  },
  UntagResource: {
    Validation: {},
    ResourceNotFound: NO_RESOURCE,
    InvalidArn: NO_TAGGABLE,
    InvalidTags: { ...TAGGED, tagKeys: ['aws:x'] },
  },
  UpdateActionType: {
    Validation: {},
    ActionTypeNotFound: { actionType: { ...PROBE, id: { ...PROBE.id, version: '2' } } },
    RequestFailed: {
      actionType: { ...PROBE, properties: [{ name: 'Target', optional: false, key: false, noEcho: false }] },
    },
  },
  UpdatePipeline: { Validation: {}, ...broken },
}

/** Answers that no document names, for what must be answered somehow (`spec` 1.4 P-02, 6.1). */
const UNDOCUMENTED: typeof REACHED = {
  UpdatePipeline: { PipelineNotFound: named('None', { pipeline: p3() }) },
  CreateCustomActionType: {
    ActionTypeAlreadyExists: { ...customType('TJob'), settings: { entityUrlTemplate: 'https://x' } },
  },
}

const ACCOUNT = "Account '000000000000' does not have"

/** What each exception says, whichever operation answers with it. */
const SAYS: Readonly<Record<string, RegExp>> = {
  ActionExecutionNotFound: /^Could not find an action execution with id 'aaaaaaaa-/,
  ActionNotFound: new RegExp(`^${ACCOUNT} an action with name 'None' in stage '\\w+' of pipeline '\\w+'$`),
  ActionTypeAlreadyExists: /Build.*TJob.*1/,
  ActionTypeNotFound: /^ActionType \(Category: '\w+', Provider: '\w+', Owner: '\w+', Version: '\d'\) is not available$/,
  ApprovalAlreadyCompleted: /^The approval with token '[0-9a-f-]{36}' has already been answered$/,
  ConcurrentPipelineExecutionsLimitExceeded: /^The pipeline has reached the limit of 50 concurrent executions\.$/,
  ConditionNotOverridable:
    /^The beforeEntry condition of stage 'Deploy' cannot be overridden: it has not been evaluated$/,
  DuplicatedStopRequest: /^A request to stop execution '[0-9a-f-]{36}' has already been made$/,
  InvalidActionDeclaration: /^Action configuration for action 'B' is missing required configuration 'Key'$/,
  InvalidApprovalToken: /^The approval token is not the one of an open approval of this action$/,
  InvalidArn: /^The resource ARN 'arn:.*:P3\/Deploy' is not that of a taggable resource$/,
  InvalidBlockerDeclaration: /^Blockers are reserved for future use$/,
  InvalidClientToken: /^The client token is not that of the job with id '[0-9a-f-]{36}'$/,
  InvalidJob: /^The job with id '[0-9a-f-]{36}' has not been handed out$/,
  InvalidJobState: /^The job with id '[0-9a-f-]{36}' is not in progress: it was not acknowledged or has already ended$/,
  InvalidNextToken: /^The next token is invalid$/,
  InvalidNonce: /^The nonce is outdated or the job has been claimed by another job worker$/,
  InvalidStageDeclaration: /^Stage Build must have at least one action$/,
  InvalidStructure: /^Pipeline has only 1 stage\(s\)\. There should be a minimum of 2 stages in a pipeline$/,
  InvalidTags:
    /^Not allowed to modify system tags\. System tags start with 'aws:'\. msg=\[Caller is an end user and not allowed to mutate system tags\]$/,
  InvalidWebhookAuthenticationParameters: /GITHUB_HMAC/,
  InvalidWebhookFilterPattern: /^The JsonPath '\$\[' is not valid: /,
  JobNotFound: /^Could not find a job with id 'aaaaaaaa-/,
  LimitExceeded: /^The limit of \d+ [a-z ]+ in this account and region has been reached$/,
  NotLatestPipelineExecution: /^Execution '[0-9a-f-]{36}' is not the latest execution of stage 'Deploy'$/,
  OutputVariablesSizeExceeded: /^The output variables exceed 122880 bytes$/,
  PipelineExecutionNotFound: new RegExp(`^${ACCOUNT} an execution with id 'aaaaaaaa-.*' for pipeline 'P3'$`),
  PipelineExecutionNotStoppable: /^Execution '[0-9a-f-]{36}' is not in progress$/,
  PipelineExecutionOutdated: /ran on version 1 of the pipeline, which is at version 2 now$/,
  PipelineNameInUse: /^A pipeline with the name 'P3' already exists in account '000000000000'$/,
  PipelineNotFound: new RegExp(`^${ACCOUNT} a pipeline with name 'None'$`),
  PipelineVersionNotFound: new RegExp(`^${ACCOUNT} a pipeline with name 'P3' and version '99'$`),
  RequestFailed: /^The property Target of a public action type cannot become required$/,
  ResourceNotFound: /^The resource with ARN 'arn:.*:None' does not exist$/,
  StageNotFound: new RegExp(`^${ACCOUNT} a stage with name 'None' in pipeline '\\w+'$`),
  StageNotRetryable: /^Stage 'Deploy' of execution '[0-9a-f-]{36}' cannot be retried: /,
  TooManyTags: /^Tag limit exceeded for resource \[arn:aws:codepipeline:eu-west-1:000000000000:.*\]\.$/,
  UnableToRollbackStage: /^Stage 'Src' cannot be rolled back: it is the source stage$/,
  Validation: /^\d validation errors? detected: Value .* at '\w+' failed to satisfy constraint: Member must /,
  WebhookNotFound: /^Could not find a webhook with name 'none'$/,
}

const TURNS = 'writes take turns here: a second one waits instead of being refused'
const TURNS_OF_PIPELINE =
  'what is asked of one pipeline takes turns, updates included, and waits instead of being refused'

const CANNOT_HAPPEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CreateCustomActionType: { ConcurrentModification: TURNS },
  CreatePipeline: { ConcurrentModification: TURNS },
  DeleteCustomActionType: { ConcurrentModification: TURNS },
  DeletePipeline: { ConcurrentModification: TURNS },
  DeleteWebhook: { ConcurrentModification: TURNS },
  PutWebhook: { ConcurrentModification: TURNS },
  TagResource: { ConcurrentModification: TURNS },
  UntagResource: { ConcurrentModification: TURNS },
  OverrideStageCondition: { Conflict: TURNS_OF_PIPELINE },
  RetryStageExecution: { Conflict: TURNS_OF_PIPELINE },
  RollbackStage: { Conflict: TURNS_OF_PIPELINE },
  StartPipelineExecution: { Conflict: TURNS_OF_PIPELINE },
  StopPipelineExecution: { Conflict: TURNS_OF_PIPELINE },
  ListRuleTypes: { InvalidNextToken: 'the operation takes no token' },
  UpdatePipeline: { LimitExceeded: 'an update makes no pipeline; it would count sources that poll, and none polls' },
}

/** What there is before anything is asked: nothing below changes it. */
interface World {
  readonly tester: Tester
  /** a server where nothing more may be made */
  readonly crowded: Tester
  /** executions of P3: of its first version, and of its current one; both succeeded */
  readonly outdated: string
  readonly current: string
  /** of the PARALLEL pipeline Full: failed at its gate; fifty others run */
  readonly turnedAway: string
  /** of the pipeline Held */
  readonly stopping: string
  /** jobs: nobody has taken this one, this one is being worked on */
  readonly waits: string
  readonly works: string
  /** third-party jobs: handed out, never handed out */
  readonly partner: string
  readonly unseen: string
  /** token of an approval that has its answer */
  readonly answered: string
  /** an action execution of P3 */
  readonly run: string
}

async function createWorld(): Promise<World> {
  const crowded = await startTester({
    limits: { pipelinesPerRegion: 1, customActionTypesPerRegion: 2, webhooksPerRegion: 0 },
  })
  await crowded.create(p3())
  const tester = await startTester()
  const { codepipeline, actionTypeAdmin } = tester
  const make = async (name: string, ...stages: ReturnType<typeof stage>[]) => await tester.create(p3({ name, stages }))
  const latest = async (name: string) => (await tester.executions(name))[0]?.pipelineExecutionId ?? assert.fail(name)

  await make('P3', ...(p3().stages ?? []))
  for (const action of ['S', 'B', 'D']) await tester.ok(action)
  const outdated = await latest('P3')
  await tester.update(p3())
  const current = await tester.run()
  for (const action of ['S', 'B', 'D']) await tester.ok(action)

  await make('Held', stage('Src', source('Waits'), source('Works')), stage('Build', job('B')))
  const { id: works = '' } = await tester.acknowledge('Works')
  const { id: waits = '' } = await tester.take('Waits')
  const stopping = await latest('Held')
  await codepipeline.send(new sdk.StopPipelineExecutionCommand({ pipelineName: 'Held', pipelineExecutionId: stopping }))

  await make('Asks', stage('Src', source('Start')), stage('Ask', approval('Ask')))
  await tester.ok('Start')
  const asked = await tester.state('Ask', 'Asks')
  const answered = asked.actionStates?.[0]?.latestExecution?.token ?? assert.fail('no token')
  await codepipeline.send(
    new sdk.PutApprovalResultCommand({
      pipelineName: 'Asks',
      stageName: 'Ask',
      actionName: 'Ask',
      result: { status: 'Approved', summary: 'fine' },
      token: answered,
    }),
  )

  const body = Buffer.from(JSON.stringify({ actionType: PROBE, clients: [CLIENT] }))
  const made = await actionTypeAdmin.put({ account: '000000000000', region: 'eu-west-1' }, body)
  assert.equal(made.statusCode, 200, JSON.stringify(made.body))
  const probe = (name: string) => ({ name, actionTypeId: PROBE.id as sdk.ActionTypeId })
  await make('Probed', stage('Src', source('Begin')), stage('Test', probe('One'), probe('Other')))
  await tester.ok('Begin')
  const { jobs = [] } = await codepipeline.send(
    new sdk.PollForThirdPartyJobsCommand({ actionTypeId: PROBE.id as sdk.ActionTypeId, maxBatchSize: 1 }),
  )
  const partner = jobs[0]?.jobId ?? assert.fail('no third-party job')
  const probes = await tester.actionRuns(undefined, 'Probed')
  const unseen = probes.find(
    ({ stageName, actionExecutionId }) => stageName === 'Test' && actionExecutionId !== partner,
  )?.actionExecutionId

  const turnedAway = await fill(tester)
  const [run] = await tester.actionRuns()
  return {
    tester,
    crowded,
    outdated,
    current,
    turnedAway,
    stopping,
    waits,
    works,
    partner,
    unseen: unseen ?? assert.fail('no second third-party job'),
    answered,
    run: run?.actionExecutionId ?? assert.fail('nothing has run'),
  }
}

/** A PARALLEL pipeline with fifty executions in progress. @returns one more, which failed at the entry of its second stage */
async function fill(tester: Tester): Promise<string> {
  const never = {
    name: 'Never',
    ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' } as const,
    configuration: { Variable: '#{codepipeline.PipelineExecutionId}', Value: 'x', Operator: 'EQ' },
  }
  const gate = {
    ...stage('Gate', job('B')),
    beforeEntry: { conditions: [{ result: 'FAIL' as const, rules: [never] }] },
  }
  await tester.create(p3({ name: 'Full', executionMode: 'PARALLEL', stages: [stage('Src', source('Pull')), gate] }))
  const [{ pipelineExecutionId: failed = '' } = {}] = await tester.executions('Full')
  await tester.ok('Pull')
  assert.equal((await tester.execution(failed, 'Full')).status, 'Failed')
  for (let started = 0; started < 50; started += 1) {
    await tester.codepipeline.send(new sdk.StartPipelineExecutionCommand({ name: 'Full' }))
  }
  return failed
}

let world: World
before(async () => {
  world = await createWorld()
})
after(async () => {
  await world.tester[Symbol.asyncDispose]()
  await world.crowded[Symbol.asyncDispose]()
})

test('every exception the SDK documents is reached below, or has a reason why it cannot happen', () => {
  assert.equal(documented.size, 44)
  for (const [operation, exceptions] of documented) {
    const rows = [...Object.keys(REACHED[operation] ?? {}), ...Object.keys(CANNOT_HAPPEN[operation] ?? {})]
    assert.deepEqual(rows.toSorted(), exceptions.toSorted(), operation)
  }
})

for (const [operation, exceptions] of [...Object.entries(REACHED), ...Object.entries(UNDOCUMENTED)]) {
  describe(operation, () => {
    for (const [exception, given] of Object.entries(exceptions)) {
      test(`answers with ${exception}Exception`, async () => {
        const input = typeof given === 'function' ? await given(world) : given
        const { codepipeline } = exception === 'LimitExceeded' ? world.crowded : world.tester
        const says = SAYS[exception]
        assert.ok(says)
        await assert.rejects(codepipeline.send(commandOf(operation, input)), fails(`${exception}Exception`, 400, says))
      })
    }
  })
}
