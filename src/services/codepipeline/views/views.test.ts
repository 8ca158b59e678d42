import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { noCustomTypes } from '../../../core/catalog/action-types.ts'
import type { ActionExecution, PipelineExecution, PipelineState } from '../../../core/execution/execution.ts'
import type { ActionDeclaration } from '../../../core/pipeline/declaration.ts'
import { actionExecutionDetail } from './action-executions.ts'
import { executionSummary, executionView } from './executions.ts'
import { stageStates } from './pipeline-state.ts'

const GITHUB = { category: 'Source', owner: 'ThirdParty', provider: 'GitHub', version: '1' } as const
const configuration = { Owner: 'octo', Repo: 'shop', Branch: 'main', OAuthToken: 'ghp_secret' }

const fetch: ActionDeclaration = {
  name: 'Fetch',
  actionTypeId: GITHUB,
  runOrder: 1,
  configuration,
  inputArtifacts: [],
  outputArtifacts: [{ name: 'App' }],
}

const run: ActionExecution = {
  id: 'a1',
  executionId: 'e1',
  pipelineVersion: 3,
  stage: 'Source',
  action: 'Fetch',
  typeId: GITHUB,
  region: 'eu-west-1',
  status: 'Failed',
  startedAt: 1000,
  updatedAt: 2000,
  configuration,
  resolvedConfiguration: configuration,
  inputArtifacts: [],
  outputArtifacts: [{ name: 'App', bucket: 'artifacts', key: 'shop/App/abcdefg' }],
  error: { code: 'JobFailed', message: 'no' },
}

const execution: PipelineExecution = {
  id: 'e1',
  age: 1,
  pipelineVersion: 3,
  mode: 'QUEUED',
  type: 'ROLLBACK',
  status: 'Stopped',
  trigger: { type: 'Webhook' },
  variables: { v: '1' },
  sourceRevisions: [],
  startedAt: 1000,
  updatedAt: 2000,
  attempt: 1,
  stop: { abandon: false, at: 1500 },
  stages: { Source: { status: 'Failed', startedAt: 1000, actions: { Fetch: run } } },
  artifacts: {},
  artifactRevisions: [],
  outputs: {},
  rollback: { targetExecutionId: 'e0' },
}

const state: PipelineState = {
  key: { account: '000000000000', region: 'eu-west-1', name: 'shop' },
  declaration: {
    name: 'shop',
    roleArn: 'arn:aws:iam::000000000000:role/pipeline',
    stages: [
      { name: 'Source', actions: [fetch] },
      { name: 'Deploy', actions: [] },
    ],
    version: 3,
    executionMode: 'QUEUED',
    pipelineType: 'V2',
  },
  version: 3,
  createdAt: 0,
  updatedAt: 0,
  nextAge: 2,
  transitions: { Deploy: { enabled: true, reason: 'was closed', changedBy: 'ana', changedAt: 7 } },
  stages: { Source: { waiting: [], latest: 'e1' }, Deploy: { waiting: [], stoppedInbound: 'gone' } },
  executions: { e1: execution },
  latestActions: { 'Source/Fetch': run },
  olderVersions: {},
  seenRevisions: {},
  startTokens: {},
}

describe('an action execution', () => {
  test('given a secret in its configuration, then both configurations are masked', () => {
    const detail = actionExecutionDetail(run, noCustomTypes)
    const masked = { ...configuration, OAuthToken: '****' }
    assert.deepEqual([detail.input?.configuration, detail.input?.resolvedConfiguration], [masked, masked])
    assert.deepEqual(detail.output, {
      outputArtifacts: [{ name: 'App', s3location: { bucket: 'artifacts', key: 'shop/App/abcdefg' } }],
      executionResult: { errorDetails: { code: 'JobFailed', message: 'no' } },
      outputVariables: {},
    })
  })
})

describe('a pipeline execution', () => {
  test('given a rollback that was stopped without a reason, then its target is shown and no stop trigger', () => {
    const summary = executionSummary(execution)
    assert.equal('stopTrigger' in summary, false)
    assert.deepEqual(summary.rollbackMetadata, { rollbackTargetPipelineExecutionId: 'e0' })
    assert.deepEqual([summary.startTime, summary.lastUpdateTime], [new Date(1000), new Date(2000)])
  })

  test('given one in detail, then it has variables and no times', () => {
    const view = executionView('shop', execution)
    assert.deepEqual(view.variables, [{ name: 'v', resolvedValue: '1' }])
    assert.deepEqual(view.trigger, { triggerType: 'Webhook' })
    assert.ok(!Object.keys(view).some((member) => /time/i.test(member)))
  })
})

describe('the pipeline state', () => {
  test('given a stage that was entered, then its latest execution and action runs are shown', () => {
    const [source] = stageStates(state, noCustomTypes)
    assert.deepEqual(source?.latestExecution, { pipelineExecutionId: 'e1', status: 'Failed', type: 'ROLLBACK' })
    assert.deepEqual(source.inboundExecutions, [])
    assert.deepEqual(source.inboundTransitionState, { enabled: true })
    assert.deepEqual(source.actionStates?.[0]?.latestExecution?.errorDetails, { code: 'JobFailed', message: 'no' })
  })

  test('given a stopped inbound that history has taken away, then it is still shown as Stopped; an open transition has no reason', () => {
    const deploy = stageStates(state, noCustomTypes)[1]
    assert.deepEqual(deploy?.inboundExecution, { pipelineExecutionId: 'gone', status: 'Stopped', type: 'STANDARD' })
    assert.deepEqual(deploy.inboundTransitionState, {
      enabled: true,
      lastChangedBy: 'ana',
      lastChangedAt: new Date(7),
    })
    assert.equal('latestExecution' in deploy, false)
  })

  test('given PARALLEL mode, then stages show their transitions only', () => {
    const parallel = { ...state, declaration: { ...state.declaration, executionMode: 'PARALLEL' as const } }
    assert.deepEqual(stageStates(parallel, noCustomTypes)[0], {
      stageName: 'Source',
      inboundTransitionState: { enabled: true },
      actionStates: [],
    })
  })
})
