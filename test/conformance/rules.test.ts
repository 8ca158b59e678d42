/** Rules that run builds, on a whole server: what passes and what does not decides about the stage. */
import {
  GetPipelineStateCommand,
  ListRuleExecutionsCommand,
  OverrideStageConditionCommand,
  type RuleDeclaration,
  type StageDeclaration,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startTestServer, type TestServer } from '../support/server.ts'
import { action, checkout, stage, worldOf, type World } from '../support/world.ts'

let server: TestServer
let world: World
before(async () => {
  server = await startTestServer()
  world = worldOf(server)
  await Promise.all([
    world.bucket('artifacts'),
    world.bucket('web'),
    world.project('check', 'version: 0.2\nphases: { build: { commands: [grep hello index.html] } }'),
    world.repository('app', { 'index.html': '<h1>hello</h1>' }),
  ])
})
after(async () => await server[Symbol.asyncDispose]())

const rule = (name: string, provider: string, more: Partial<RuleDeclaration>): RuleDeclaration => ({
  name,
  ruleTypeId: { category: 'Rule', owner: 'AWS', provider, version: '1' },
  inputArtifacts: [{ name: 'Code' }],
  ...more,
})

const shell = (name: string, command: string) => rule(name, 'Commands', { commands: [command] })

/** An upload, if the rules let it happen. @returns the execution's id */
const guarded = async (name: string, ...rules: RuleDeclaration[]): Promise<string> => {
  const upload = action('Upload', 'Deploy/S3', { BucketName: 'web', Extract: 'true' }, { input: ['Code'] })
  const deploy: StageDeclaration = {
    ...stage('Deploy', upload),
    beforeEntry: { conditions: [{ result: 'FAIL', rules }] },
  }
  return await world.pipeline(name, [stage('Source', checkout('app')), deploy])
}

const rulesOf = async (pipelineName: string) =>
  (await world.codepipeline.send(new ListRuleExecutionsCommand({ pipelineName }))).ruleExecutionDetails ?? []

/** Of the newest rule. That a rule has begun its work is no event: ask until it has. */
async function buildOf(pipeline: string): Promise<string> {
  for (let asks = 0; asks < 10_000; asks += 1) {
    const [found] = await rulesOf(pipeline)
    const id = found?.output?.executionResult?.externalExecutionId
    if (id !== undefined) return id
  }
  throw new Error(`no rule of ${pipeline} started a build`)
}

describe('rules that run builds', () => {
  test('given a build and commands that succeed, then the stage is entered, and the rules tell which builds they were', async () => {
    const id = await guarded(
      'good',
      rule('Project', 'CodeBuild', { configuration: { ProjectName: 'check' } }),
      shell('Shell', 'test -f index.html'),
    )
    const run = await world.ended('good', id)
    assert.equal(run.execution.status, 'Succeeded')
    const rules = await rulesOf('good')
    assert.deepEqual(rules.map(({ ruleName, status }) => `${ruleName} ${status}`).sort(), [
      'Project Succeeded',
      'Shell Succeeded',
    ])
    const project = rules.find(({ ruleName }) => ruleName === 'Project')
    const build = await world.getBuild(project?.output?.executionResult?.externalExecutionId)
    assert.deepEqual([build.projectName, build.buildStatus], ['check', 'SUCCEEDED'])
  })

  test('given commands that fail, then the condition is Failed, and so is the stage, without its action', async () => {
    const run = await world.ended('bad', await guarded('bad', shell('Shell', 'exit 3')))
    assert.equal(run.execution.status, 'Failed')
    assert.deepEqual(
      run.actions.map(({ actionName }) => actionName),
      ['Checkout'],
    )
    const [failed] = await rulesOf('bad')
    const { errorDetails } = failed?.output?.executionResult ?? {}
    assert.deepEqual([failed?.status, errorDetails?.code], ['Failed', 'JobFailed'])
    assert.match(errorDetails?.message ?? '', /^Build terminated with state: FAILED/)
  })

  test('given a project that does not exist, then the rule cannot be evaluated, and the condition is Errored', async () => {
    const missing = rule('Project', 'CodeBuild', { configuration: { ProjectName: 'nowhere' } })
    const run = await world.ended('missing', await guarded('missing', missing))
    assert.equal(run.execution.status, 'Failed')
    const { stageStates = [] } = await world.codepipeline.send(new GetPipelineStateCommand({ name: 'missing' }))
    assert.equal(stageStates[1]?.beforeEntryConditionState?.latestExecution?.status, 'Errored')
  })

  test('given commands that take for ever, when the condition is overridden, then the stage is entered and the build is stopped', async () => {
    const pipelineExecutionId = await guarded('slow', shell('Shell', 'sleep 600'))
    const build = await buildOf('slow')
    await world.codepipeline.send(
      new OverrideStageConditionCommand({
        pipelineName: 'slow',
        stageName: 'Deploy',
        pipelineExecutionId,
        conditionType: 'BEFORE_ENTRY',
      }),
    )
    const run = await world.ended('slow', pipelineExecutionId)
    assert.equal(run.execution.status, 'Succeeded')
    const [abandoned] = await rulesOf('slow')
    assert.equal(abandoned?.status, 'Abandoned')
    const { buildStatus } = await world.getBuild(build)
    assert.notEqual(buildStatus, 'SUCCEEDED')
  })
})
