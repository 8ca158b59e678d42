import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toActionType } from './custom-action-type.ts'
import {
  ALARM,
  BUILD,
  COMMANDS,
  conditioned,
  deploying,
  GITHUB,
  pipeline,
  SOURCE,
  stage,
  type Json,
} from './fixtures.ts'
import { normalisePipeline } from './normalise.ts'
import { maskSecrets } from './secrets.ts'

describe('normalisePipeline', () => {
  it('S18: fills in the defaults that every answer shows', () => {
    const stored = normalisePipeline(
      pipeline({ stages: [stage('Source', SOURCE), stage('Build', { ...BUILD, outputArtifacts: undefined })] }),
      { version: 1 },
    )
    assert.equal(stored.version, 1)
    assert.equal(stored.executionMode, 'SUPERSEDED')
    assert.equal(stored.pipelineType, 'V1')
    assert.deepEqual(stored.stages[1]?.actions[0], {
      ...BUILD,
      runOrder: 1,
      configuration: { ProjectName: 'site' },
      inputArtifacts: [{ name: 'Source' }],
      outputArtifacts: [],
    })
  })

  it('does not make up what was not given', () => {
    const [action] = normalisePipeline(pipeline(), { version: 1 }).stages[0]?.actions ?? []
    assert.ok(action !== undefined)
    for (const member of ['region', 'namespace', 'roleArn', 'timeoutInMinutes']) assert.ok(!(member in action))
  })

  it('drops unknown members and the version that was sent', () => {
    const stored = normalisePipeline(pipeline({ version: 9, metadata: {}, variables: null }), { version: 3 })
    assert.equal(stored.version, 3)
    assert.ok(!('metadata' in stored) && !('variables' in stored))
  })

  it('S14: makes a pipeline with V2-only members a V2 pipeline', () => {
    for (const input of [
      pipeline({ executionMode: 'QUEUED' }),
      pipeline({ variables: [{ name: 'v' }] }),
      conditioned({ onFailure: { result: 'ROLLBACK' } }),
      deploying(COMMANDS),
    ]) {
      assert.equal(normalisePipeline(input, { version: 1 }).pipelineType, 'V2')
    }
  })

  it('keeps the stored type on update when none is given', () => {
    const previous = normalisePipeline(pipeline({ pipelineType: 'V2' }), { version: 1 })
    assert.equal(normalisePipeline(pipeline(), { version: 2, previous }).pipelineType, 'V2')
    assert.equal(normalisePipeline(pipeline({ pipelineType: 'V1' }), { version: 2, previous }).pipelineType, 'V1')
  })

  it('completes the rules of conditions', () => {
    const input = conditioned({
      onSuccess: {
        conditions: [
          { result: 'FAIL', rules: [{ ...ALARM, ruleTypeId: { category: 'Rule', provider: 'CloudWatchAlarm' } }] },
        ],
      },
    })
    assert.deepEqual(normalisePipeline(input, { version: 1 }).stages[1]?.onSuccess?.conditions[0]?.rules[0], {
      ...ALARM,
      inputArtifacts: [],
    })
  })
})

describe('secrets', () => {
  const withToken = (token: string, stageName = 'Source') =>
    pipeline({
      stages: [
        stage(stageName, { ...GITHUB, configuration: { ...(GITHUB['configuration'] as Json), OAuthToken: token } }),
        stage('Build', BUILD),
      ],
    })
  const stored = normalisePipeline(withToken('clear'), { version: 1 })
  const tokenOf = (declaration: typeof stored) => declaration.stages[0]?.actions[0]?.configuration['OAuthToken']

  it('are masked with four asterisks', () => {
    assert.equal(tokenOf(maskSecrets(stored)), '****')
    assert.equal(maskSecrets(stored).stages[0]?.actions[0]?.configuration['Owner'], 'owner')
  })

  it('S20: are kept when the mask is sent back', () => {
    assert.equal(tokenOf(normalisePipeline(withToken('****'), { version: 2, previous: stored })), 'clear')
    assert.equal(tokenOf(normalisePipeline(withToken('fresh'), { version: 2, previous: stored })), 'fresh')
  })

  it('are lost when the stage is renamed', () => {
    assert.equal(tokenOf(normalisePipeline(withToken('****', 'Fetch'), { version: 2, previous: stored })), '****')
  })

  it('of custom types are masked and kept alike', () => {
    const type = toActionType({
      category: 'Deploy',
      provider: 'Ours',
      version: '1',
      configurationProperties: [{ name: 'Password', required: true, key: false, secret: true }],
      inputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
      outputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
    })
    const customTypes = () => type
    const action = (Password: string) =>
      deploying({
        name: 'Ours',
        actionTypeId: { category: 'Deploy', owner: 'Custom', provider: 'Ours', version: '1' },
        configuration: { Password },
      })
    const previous = normalisePipeline(action('clear'), { version: 1, customTypes })
    const updated = normalisePipeline(action('****'), { version: 2, previous, customTypes })
    assert.deepEqual(updated.stages[2]?.actions[0]?.configuration, { Password: 'clear' })
    assert.deepEqual(maskSecrets(updated, customTypes).stages[2]?.actions[0]?.configuration, { Password: '****' })
  })
})
