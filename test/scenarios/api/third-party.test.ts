/** Third-party actions and the integration model (`spec` 6.4, 6.5) through the API: the tester is the partner. */
import {
  AcknowledgeThirdPartyJobCommand,
  GetActionTypeCommand,
  GetJobDetailsCommand,
  GetPipelineCommand,
  GetThirdPartyJobDetailsCommand,
  ListActionTypesCommand,
  ListDeployActionExecutionTargetsCommand,
  PollForJobsCommand,
  PollForThirdPartyJobsCommand,
  PutThirdPartyJobFailureResultCommand,
  PutThirdPartyJobSuccessResultCommand,
  StopPipelineExecutionCommand,
  UpdateActionTypeCommand,
  type ActionTypeDeclaration,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { job, named, p3, source, stage, startP3, startTester, type Tester } from '../../support/worker.ts'

const PLACE = { account: '000000000000', region: 'eu-west-1' }
const PARTNER = { account: '111122223333', region: 'eu-west-1' }
const ID = { category: 'Test', owner: 'ThirdParty', provider: 'Probe', version: '1' } as const
const CLIENT = { account: '000000000000', clientId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee', clientToken: 'open sesame' }
const { clientToken } = CLIENT
const UNKNOWN = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'

const probe = (changes: Partial<ActionTypeDeclaration> = {}): ActionTypeDeclaration => ({
  id: ID,
  description: 'probes',
  executor: {
    type: 'JobWorker',
    configuration: { jobWorkerExecutorConfiguration: { pollingAccounts: [PLACE.account] } },
  },
  inputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
  outputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
  permissions: { allowedAccounts: ['*'] },
  properties: [
    { name: 'Target', optional: false, key: true, noEcho: false },
    { name: 'Password', optional: true, key: false, noEcho: true },
  ],
  urls: { executionUrlTemplate: 'https://probe.example/{Config:Target}/{ExternalExecutionId}' },
  ...changes,
})

const put = async ({ actionTypeAdmin }: Tester, body: unknown, place = PARTNER) =>
  await actionTypeAdmin.put(place, Buffer.from(JSON.stringify(body)))

const probing = () =>
  p3({
    stages: [
      stage('Src', source()),
      stage('Test', { name: 'T', actionTypeId: ID, configuration: { Target: 'shop', Password: 'hidden' } }),
    ],
  })

/** The partner's type is known, connected by our account, and its action waits for a worker. */
async function given() {
  const tester = await startTester()
  const { statusCode, body } = await put(tester, { actionType: probe(), clients: [CLIENT] })
  assert.equal(statusCode, 200, JSON.stringify(body))
  await tester.create(probing())
  await tester.ok('S')
  return tester
}

const poll = async ({ codepipeline }: Tester) =>
  (await codepipeline.send(new PollForThirdPartyJobsCommand({ actionTypeId: ID }))).jobs ?? []

async function take(tester: Tester) {
  const [found] = await poll(tester)
  const { jobId } = found ?? {}
  const { jobDetails } = await tester.codepipeline.send(new GetThirdPartyJobDetailsCommand({ jobId, clientToken }))
  const { status } = await tester.codepipeline.send(
    new AcknowledgeThirdPartyJobCommand({ jobId, clientToken, nonce: jobDetails?.nonce }),
  )
  assert.equal(status, 'InProgress')
  return { jobId, details: jobDetails }
}

const runOf = async (tester: Tester) => {
  const [newest] = await tester.actionRuns()
  assert.equal(newest?.actionName, 'T')
  return newest
}

describe('a third-party job', () => {
  test('given a client and its token, then the job is seen, taken and ended', async () => {
    await using tester = await given()
    const [found, ...others] = await poll(tester)
    assert.deepEqual([found, others], [{ clientId: CLIENT.clientId, jobId: found?.jobId }, []])
    assert.deepEqual(await poll(tester), [], 'it is with somebody')
    await tester.advance(61_000)

    const { jobId, details } = await take(tester)
    assert.equal(jobId, found?.jobId)
    const { data } = details ?? {}
    assert.deepEqual(data?.actionTypeId, ID)
    assert.deepEqual(data.actionConfiguration, { configuration: { Target: 'shop', Password: 'hidden' } })
    assert.deepEqual(Object.keys(data.pipelineContext ?? {}).sort(), ['action', 'pipelineName', 'stage'])

    const executionDetails = { summary: 'sound', externalExecutionId: '7' }
    await tester.codepipeline.send(new PutThirdPartyJobSuccessResultCommand({ jobId, clientToken, executionDetails }))
    const run = await runOf(tester)
    assert.equal(run.status, 'Succeeded')
    assert.equal(run.input?.configuration?.['Password'], '****')
    assert.equal(run.output?.executionResult?.externalExecutionUrl, 'https://probe.example/shop/7')
    const { pipeline } = await tester.codepipeline.send(new GetPipelineCommand({ name: 'P3' }))
    assert.equal(pipeline?.stages?.[1]?.actions?.[0]?.configuration?.['Password'], '****')
  })

  test('given a continuation token, then a new job carries it; given a failure, then the action shows it', async () => {
    await using tester = await given()
    const first = await take(tester)
    await tester.codepipeline.send(
      new PutThirdPartyJobSuccessResultCommand({ jobId: first.jobId, clientToken, continuationToken: 'half way' }),
    )
    await tester.engine.idle()
    const { jobId, details } = await take(tester)
    assert.notEqual(jobId, first.jobId)
    assert.equal(details?.data?.continuationToken, 'half way')
    const failureDetails = { type: 'ConfigurationError', message: 'no such target' } as const
    await tester.codepipeline.send(new PutThirdPartyJobFailureResultCommand({ jobId, clientToken, failureDetails }))
    assert.deepEqual((await runOf(tester)).output?.executionResult?.errorDetails, {
      code: 'ConfigurationError',
      message: 'no such target',
    })
  })

  test('given a wrong token, a wrong nonce or a job of another kind, then it is refused', async () => {
    await using tester = await given()
    const { codepipeline } = tester
    const details = (jobId: string | undefined, token = clientToken) =>
      codepipeline.send(new GetThirdPartyJobDetailsCommand({ jobId, clientToken: token }))
    const success = (jobId: string | undefined, token = clientToken) =>
      codepipeline.send(new PutThirdPartyJobSuccessResultCommand({ jobId, clientToken: token }))
    const { actionExecutionId: waiting } = await runOf(tester)
    await assert.rejects(details(waiting), named('InvalidJobException'))
    const [{ jobId } = assert.fail()] = await poll(tester)
    await assert.rejects(details(jobId, 'guessed'), named('InvalidClientTokenException'))
    await assert.rejects(details('no uuid'), named('JobNotFoundException'))
    await assert.rejects(details(UNKNOWN), named('JobNotFoundException'))
    await assert.rejects(
      codepipeline.send(new AcknowledgeThirdPartyJobCommand({ jobId, clientToken, nonce: 'wrong' })),
      named('InvalidNonceException'),
    )
    await assert.rejects(success(jobId), named('InvalidJobStateException'))
    await assert.rejects(success(jobId, 'guessed'), named('InvalidClientTokenException'))
    await assert.rejects(codepipeline.send(new GetJobDetailsCommand({ jobId })), named('JobNotFoundException'))
    await assert.rejects(codepipeline.send(new PollForJobsCommand({ actionTypeId: ID })), named('ValidationException'))
    await assert.rejects(
      codepipeline.send(new PollForThirdPartyJobsCommand({ actionTypeId: { ...ID, version: '2' } })),
      named('ActionTypeNotFoundException'),
    )
  })

  test('given an execution that is abandoned, then the job is over', async () => {
    await using tester = await given()
    const { jobId } = await take(tester)
    const [newest] = await tester.executions()
    const { pipelineExecutionId } = newest ?? {}
    await tester.codepipeline.send(
      new StopPipelineExecutionCommand({ pipelineName: 'P3', pipelineExecutionId, abandon: true }),
    )
    await tester.engine.idle()
    await assert.rejects(
      tester.codepipeline.send(new GetThirdPartyJobDetailsCommand({ jobId, clientToken })),
      named('JobNotFoundException'),
    )
    await assert.rejects(
      tester.codepipeline.send(new PutThirdPartyJobSuccessResultCommand({ jobId, clientToken })),
      named('InvalidJobStateException'),
    )
  })

  test('given a type that the account has not connected, then the action fails and says so', async () => {
    await using tester = await startTester()
    await put(tester, { actionType: probe() })
    await tester.create(probing())
    await tester.ok('S')
    const { errorDetails } = (await runOf(tester)).output?.executionResult ?? {}
    assert.equal(errorDetails?.code, 'ConfigurationError')
    assert.match(
      errorDetails.message ?? '',
      /000000000000 has not connected the action type ThirdParty\/Test\/Probe\/1/,
    )
  })
})

describe('an integration-model type', () => {
  const get = (client: Tester['codepipeline'], changes: object = {}) =>
    client.send(new GetActionTypeCommand({ ...ID, ...changes }))

  test('is shown to those who may use it; built-in and unknown types are not', async () => {
    await using tester = await given()
    assert.deepEqual((await get(tester.codepipeline)).actionType, probe())
    await assert.rejects(get(tester.codepipeline, { version: '2' }), named('ActionTypeNotFoundException'))
    await assert.rejects(
      get(tester.codepipeline, { category: 'Source', provider: 'GitHub' }),
      named('ActionTypeNotFoundException'),
    )
    const { actionTypes = [] } = await tester.codepipeline.send(
      new ListActionTypesCommand({ actionOwnerFilter: 'ThirdParty' }),
    )
    assert.ok(actionTypes.some(({ id }) => id?.provider === 'Probe'))

    await put(tester, { actionType: probe({ permissions: { allowedAccounts: ['999999999999'] } }) })
    await assert.rejects(get(tester.codepipeline), named('ActionTypeNotFoundException'))
    await assert.rejects(tester.update(probing()), named('InvalidActionDeclarationException', /is not available/))
    assert.deepEqual((await get(tester.stranger)).actionType?.id, ID, 'its maker sees it')
  })

  test('is updated by its maker alone, and a public one never stricter than it was', async () => {
    await using tester = await given()
    const update = (client: Tester['codepipeline'], changes: Partial<ActionTypeDeclaration> = {}) =>
      client.send(new UpdateActionTypeCommand({ actionType: probe(changes) }))
    await update(tester.stranger, { description: 'probes twice' })
    assert.equal((await get(tester.codepipeline)).actionType?.description, 'probes twice')
    await assert.rejects(update(tester.codepipeline), named('ActionTypeNotFoundException'))
    await assert.rejects(
      update(tester.stranger, { id: { ...ID, version: '2' } }),
      named('ActionTypeNotFoundException'),
      'an update creates nothing',
    )
    await assert.rejects(
      update(tester.stranger, { properties: [{ name: 'Password', optional: false, key: false, noEcho: true }] }),
      named('RequestFailedException', /Password/),
    )
    const lambdaFunctionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:probe'
    for (const executor of [
      { type: 'JobWorker', configuration: {} },
      { type: 'JobWorker', configuration: { lambdaExecutorConfiguration: { lambdaFunctionArn } } },
      { type: 'Lambda', configuration: { lambdaExecutorConfiguration: { lambdaFunctionArn } } },
    ] as const) {
      await assert.rejects(update(tester.stranger, { executor }), named('ValidationException', /executor/))
    }
  })

  const refused: readonly [string, unknown][] = [
    ['no object', 7],
    ['no type', {}],
    ['a built-in type', { actionType: probe({ id: { ...ID, category: 'Source', provider: 'GitHub' } }) }],
    ['a client without a token', { actionType: probe(), clients: [{ ...CLIENT, clientToken: '' }] }],
    ['a client whose id is no UUID', { actionType: probe(), clients: [{ ...CLIENT, clientId: 'me' }] }],
  ]
  for (const [what, body] of refused) {
    test(`is not made, given ${what}`, async () => {
      await using tester = await startTester()
      assert.equal((await put(tester, body)).statusCode, 400)
    })
  }

  test('stays its maker’s, given another account that makes it', async () => {
    await using tester = await given()
    const { statusCode, body } = await put(tester, { actionType: probe() }, PLACE)
    assert.deepEqual([statusCode, '__type' in body && body.__type], [400, 'ActionTypeAlreadyExistsException'])
  })
})

describe('ListDeployActionExecutionTargets', () => {
  test('given an action that was run, then it has no targets; given none, then it is not found', async () => {
    await using tester = await startP3({ stages: [stage('Src', source()), stage('Build', job('B'))] })
    const [run] = await tester.actionRuns()
    const { actionExecutionId } = run ?? {}
    const list = (input: object) =>
      tester.codepipeline.send(new ListDeployActionExecutionTargetsCommand({ actionExecutionId, ...input }))
    assert.deepEqual((await list({})).targets, [])
    assert.deepEqual((await list({ pipelineName: 'P3' })).targets, [])
    await assert.rejects(list({ pipelineName: 'none' }), named('PipelineNotFoundException'))
    await assert.rejects(list({ actionExecutionId: UNKNOWN }), named('ActionExecutionNotFoundException'))
    await assert.rejects(list({ nextToken: 'more' }), named('InvalidNextTokenException'))
  })
})
