/** `spec` 13, Conditions, through the API. */
import {
  ListRuleExecutionsCommand,
  ListRuleTypesCommand,
  OverrideStageConditionCommand,
  RetryStageExecutionCommand,
  RollbackStageCommand,
  type ConditionType,
  type PipelineDeclaration,
  type Result,
  type RuleDeclaration,
  type RuleExecutionFilter,
  type StageDeclaration,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ADMINISTRATOR } from '../../support/mini-server.ts'
import { job, named, p3, source, stage, startTester, type Tester } from '../../support/worker.ts'

const rule = (name: string, provider: string, configuration: Record<string, string>): RuleDeclaration => ({
  name,
  ruleTypeId: { category: 'Rule', owner: 'AWS', provider, version: '1' },
  configuration,
})

/** Is `#{variables.v}` good? */
const isGood = rule('Good', 'VariableCheck', { Variable: '#{variables.v}', Operator: 'EQ', Value: 'good' })
/** a window that is always open, and one that opens in the year 2199 */
const open = rule('Open', 'DeploymentWindow', { Cron: '* * * * * ?' })
const closed = rule('Closed', 'DeploymentWindow', { Cron: '0 0 0 1 1 ? 2199' })

const when = (result: Result, ...rules: RuleDeclaration[]) => ({ conditions: [{ result, rules }] })

const p3With = (conditions: Partial<StageDeclaration>): PipelineDeclaration =>
  p3({
    variables: [{ name: 'v', defaultValue: 'good' }],
    stages: [stage('Src', source()), stage('Build', job('B')), { ...stage('Deploy', job('D')), ...conditions }],
  })

/** Created, and in front of Deploy. @returns the execution's id */
async function reach(tester: Tester, pipeline: PipelineDeclaration): Promise<string> {
  await tester.create(pipeline)
  return await goTo(tester, (await tester.executions())[0]?.pipelineExecutionId ?? '')
}

async function goTo(tester: Tester, id: string): Promise<string> {
  await tester.ok('S')
  await tester.ok('B')
  await tester.engine.idle()
  return id
}

const start = async (tester: Tester, v: string) =>
  await goTo(tester, await tester.run({ variables: [{ name: 'v', value: v }] }))

const override = async (
  { codepipeline }: Tester,
  pipelineExecutionId: string,
  conditionType: ConditionType,
  stageName = 'Deploy',
) =>
  await codepipeline.send(
    new OverrideStageConditionCommand({ pipelineName: 'P3', stageName, pipelineExecutionId, conditionType }),
  )

const rules = async ({ codepipeline }: Tester, filter?: RuleExecutionFilter) =>
  (await codepipeline.send(new ListRuleExecutionsCommand({ pipelineName: 'P3', ...(filter && { filter }) })))
    .ruleExecutionDetails ?? []

describe('stage conditions', () => {
  test('S62 given an entry condition that is not met, then the stage fails without a job, and history has the rule', async () => {
    await using tester = await startTester()
    await tester.create(p3With({ beforeEntry: when('FAIL', isGood) }))
    await goTo(tester, '')
    assert.deepEqual(await tester.waiting(), ['D'], 'the default value is good')
    await tester.ok('D')
    const e1 = await start(tester, 'bad')
    assert.deepEqual(await tester.waiting(), [])
    const { status, statusSummary } = await tester.execution(e1)
    assert.equal(status, 'Failed')
    assert.match(statusSummary ?? '', /^Stage Deploy failed: Rule Good failed: 'bad' EQ 'good' does not hold\.$/)
    const [failed] = await rules(tester)
    assert.deepEqual(
      {
        execution: failed?.pipelineExecutionId,
        stage: failed?.stageName,
        rule: failed?.ruleName,
        status: failed?.status,
        configuration: failed?.input?.configuration,
        resolved: failed?.input?.resolvedConfiguration,
        error: failed?.output?.executionResult?.errorDetails?.code,
      },
      {
        execution: e1,
        stage: 'Deploy',
        rule: 'Good',
        status: 'Failed',
        configuration: { Variable: '#{variables.v}', Operator: 'EQ', Value: 'good' },
        resolved: { Variable: 'bad', Operator: 'EQ', Value: 'good' },
        error: 'JobFailed',
      },
    )
    const { beforeEntryConditionState, onSuccessConditionState } = await tester.state('Deploy')
    const [condition] = beforeEntryConditionState?.conditionStates ?? []
    assert.equal(beforeEntryConditionState?.latestExecution?.status, 'Failed')
    assert.equal(condition?.latestExecution?.status, 'Failed')
    assert.deepEqual(
      condition?.ruleStates?.map(({ ruleName, latestExecution }) => [ruleName, latestExecution?.ruleExecutionId]),
      [['Good', failed?.ruleExecutionId]],
    )
    assert.equal(onSuccessConditionState, undefined)
  })

  test('S63 given SKIP, then the stage is Skipped, and can be neither retried, gone back to, nor overridden', async () => {
    await using tester = await startTester()
    await tester.create(p3With({ beforeEntry: when('SKIP', isGood) }))
    await goTo(tester, '')
    await tester.ok('D')
    const e1 = await start(tester, 'bad')
    assert.equal(await tester.status(e1), 'Succeeded')
    assert.equal((await tester.state('Deploy')).latestExecution?.status, 'Skipped')
    const target = { pipelineName: 'P3', stageName: 'Deploy' }
    const { codepipeline } = tester
    await assert.rejects(
      codepipeline.send(
        new RetryStageExecutionCommand({ ...target, pipelineExecutionId: e1, retryMode: 'FAILED_ACTIONS' }),
      ),
      named('StageNotRetryableException'),
    )
    await assert.rejects(
      codepipeline.send(new RollbackStageCommand({ ...target, targetPipelineExecutionId: e1 })),
      named('UnableToRollbackStageException'),
    )
    await assert.rejects(override(tester, e1, 'BEFORE_ENTRY'), named('ConditionNotOverridableException', /SKIP/))
  })

  test('S64 given a closed deployment window, then the stage waits, and an override lets the execution in', async () => {
    await using tester = await startTester()
    const e0 = await reach(tester, p3With({ beforeEntry: when('FAIL', closed) }))
    const before = await tester.state('Deploy')
    assert.deepEqual(
      [before.latestExecution?.status, before.beforeEntryConditionState?.latestExecution?.status],
      ['InProgress', 'InProgress'],
    )
    assert.deepEqual(await tester.waiting(), [])
    await override(tester, e0, 'BEFORE_ENTRY')
    assert.deepEqual(await tester.waiting(), ['D'])
    const after = (await tester.state('Deploy')).beforeEntryConditionState
    const [run] = after?.conditionStates?.[0]?.ruleStates ?? []
    assert.deepEqual(
      [after?.latestExecution?.status, run?.latestExecution?.status, run?.latestExecution?.lastUpdatedBy],
      ['Overridden', 'Abandoned', ADMINISTRATOR],
    )
    await assert.rejects(override(tester, e0, 'BEFORE_ENTRY'), named('ConditionNotOverridableException'))
  })

  test('S64 given a window that opens soon, when it does, then the actions start by themselves', async () => {
    await using tester = await startTester()
    // of every hour, the ten minutes that begin in half an hour
    const minute = (later: number) => (new Date().getUTCMinutes() + later) % 60
    const soon = rule('Soon', 'DeploymentWindow', { Cron: `0 ${minute(30)}-${minute(40)} * * * ?`, TimeZone: 'UTC' })
    await reach(tester, p3With({ beforeEntry: when('FAIL', soon, open) }))
    assert.deepEqual(await tester.waiting(), [])
    await tester.advance(32 * 60_000)
    assert.deepEqual(await tester.waiting(), ['D'])
  })

  test('S64 given a window that stays closed, when the rule times out, then the stage has failed', async () => {
    await using tester = await startTester()
    const e0 = await reach(tester, p3With({ beforeEntry: when('FAIL', { ...closed, timeoutInMinutes: 5 }) }))
    await tester.advance(5 * 60_000 + 1000)
    assert.match((await tester.execution(e0)).statusSummary ?? '', /The rule timed out after 5 minutes\./)
  })

  test('S65 given onSuccess ROLLBACK, when an execution is not good, then the stage goes back to the last good one', async () => {
    await using tester = await startTester()
    const e0 = await reach(tester, p3With({ onSuccess: when('ROLLBACK', isGood) }))
    await tester.ok('D')
    assert.equal(await tester.status(e0), 'Succeeded')
    const e1 = await start(tester, 'bad')
    await tester.ok('D')
    assert.equal(await tester.status(e1), 'Failed')
    const [newest] = await tester.executions()
    assert.deepEqual(
      [newest?.executionType, newest?.trigger, newest?.rollbackMetadata?.rollbackTargetPipelineExecutionId],
      ['ROLLBACK', { triggerType: 'AutomatedRollback', triggerDetail: e1 }, e0],
    )
    assert.deepEqual(await tester.waiting(), ['D'])
  })

  test('S66 given two rules of which one fails, then the condition is Failed', async () => {
    await using tester = await startTester()
    await tester.create(p3With({ beforeEntry: when('FAIL', closed, isGood) }))
    await goTo(tester, '')
    await override(tester, (await tester.executions())[0]?.pipelineExecutionId ?? '', 'BEFORE_ENTRY')
    await tester.ok('D')
    const e1 = await start(tester, 'bad')
    const { beforeEntryConditionState } = await tester.state('Deploy')
    assert.equal(beforeEntryConditionState?.latestExecution?.status, 'Failed')
    assert.deepEqual(
      (await rules(tester, { pipelineExecutionId: e1 })).map(({ ruleName, status }) => [ruleName, status]).sort(),
      [
        ['Closed', 'Abandoned'],
        ['Good', 'Failed'],
      ],
    )
  })

  test('S67 given an older execution, when its condition is overridden, then it is not the latest', async () => {
    await using tester = await startTester()
    await tester.create(p3With({ beforeEntry: when('FAIL', isGood) }))
    await goTo(tester, '')
    await tester.ok('D')
    const e1 = await start(tester, 'bad')
    await start(tester, 'good')
    await assert.rejects(override(tester, e1, 'BEFORE_ENTRY'), named('NotLatestPipelineExecutionException'))
    await assert.rejects(override(tester, e1, 'BEFORE_ENTRY', 'Nowhere'), named('StageNotFoundException'))
  })

  test('given a rule type that is not there yet, then the rule says so and the condition is Errored', async () => {
    await using tester = await startTester()
    const alarm = rule('Alarm', 'CloudWatchAlarm', { AlarmName: 'errors' })
    const e0 = await reach(tester, p3With({ beforeEntry: when('FAIL', alarm) }))
    assert.match((await tester.execution(e0)).statusSummary ?? '', /cannot evaluate the rule type CloudWatchAlarm yet/)
    assert.equal((await tester.state('Deploy')).beforeEntryConditionState?.latestExecution?.status, 'Errored')
  })
})

describe('the history of rules', () => {
  test('given a retried condition, then All shows both runs, Latest the second, and pages go through all', async () => {
    await using tester = await startTester()
    await tester.create(p3With({ beforeEntry: when('FAIL', isGood) }))
    await goTo(tester, '')
    await tester.ok('D')
    const e1 = await start(tester, 'bad')
    const { codepipeline } = tester
    const retryMode = 'FAILED_ACTIONS'
    await codepipeline.send(
      new RetryStageExecutionCommand({ pipelineName: 'P3', stageName: 'Deploy', pipelineExecutionId: e1, retryMode }),
    )
    await tester.engine.idle()
    const all = await rules(tester, { pipelineExecutionId: e1 })
    assert.equal(all.length, 2)
    const latestInPipelineExecution = { pipelineExecutionId: e1, startTimeRange: 'Latest' } as const
    assert.deepEqual(await rules(tester, { latestInPipelineExecution }), all.slice(0, 1))
    const first = await codepipeline.send(new ListRuleExecutionsCommand({ pipelineName: 'P3', maxResults: 2 }))
    assert.deepEqual(first.ruleExecutionDetails, all)
    const { nextToken } = first
    const second = await codepipeline.send(new ListRuleExecutionsCommand({ pipelineName: 'P3', nextToken }))
    assert.deepEqual([second.ruleExecutionDetails?.length, second.nextToken], [1, undefined])
    await assert.rejects(
      codepipeline.send(new ListRuleExecutionsCommand({ pipelineName: 'P3', nextToken: 'x' })),
      named('InvalidNextTokenException'),
    )
    await assert.rejects(
      rules(tester, { pipelineExecutionId: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' }),
      named('PipelineExecutionNotFoundException'),
    )
  })

  test('given the rule types are listed, then all six are there', async () => {
    await using tester = await startTester()
    const { ruleTypes = [] } = await tester.codepipeline.send(new ListRuleTypesCommand({}))
    assert.deepEqual(ruleTypes.map(({ id }) => id?.provider).sort(), [
      'CloudWatchAlarm',
      'CodeBuild',
      'Commands',
      'DeploymentWindow',
      'LambdaInvoke',
      'VariableCheck',
    ])
    const check = ruleTypes.find(({ id }) => id?.provider === 'VariableCheck')
    assert.deepEqual(check?.inputArtifactDetails, { minimumCount: 0, maximumCount: 0 })
    assert.deepEqual(
      check?.ruleConfigurationProperties?.map(({ name }) => name),
      ['Variable', 'Value', 'Operator'],
    )
  })
})
