import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ordered, orders, pipeline, published, world } from './harness.ts'

test('S68 given the execution id in a configuration, when D starts, then it is resolved and the raw text is kept beside it', () => {
  const configuration = { Key: 'run #{codepipeline.PipelineExecutionId}!' }
  const w = world(pipeline({ stages: { Src: ['S'], Deploy: [{ name: 'D', configuration }] } }))
  w.pass('E1', 'S')
  assert.deepEqual(w.lastRun('D', 'E1').configuration, configuration)
  assert.deepEqual(w.lastRun('D', 'E1').resolvedConfiguration, { Key: 'run E1!' })
})

const consuming = () =>
  pipeline({
    stages: {
      Src: ['S'],
      Build: [{ name: 'B', namespace: 'BV' }],
      Deploy: [{ name: 'D', configuration: { Key: '#{BV.k}' } }],
    },
  })

test('S69 given B reports k, when D refers to it by B’s namespace, then D gets the value', () => {
  const w = world(consuming())
  w.pass('E1', 'S')
  w.ok('B', 'E1', { outputVariables: { k: 'v' } })
  assert.deepEqual(w.lastRun('D', 'E1').resolvedConfiguration, { Key: 'v' })
})

test('S70 given B did not report k, when D is to start, then D fails at once with ConfigurationError and is given to nobody', () => {
  const w = world(consuming())
  w.pass('E1', 'S')
  const commands = w.ok('B', 'E1', { outputVariables: { other: 'v' } })
  assert.deepEqual(ordered(commands), [])
  assert.ok(!commands.some(({ type }) => type === 'ScheduleTimeout'))
  const { status, error } = w.lastRun('D', 'E1')
  assert.deepEqual(
    { status, error },
    {
      status: 'Failed',
      error: { code: 'ConfigurationError', message: 'The variable reference #{BV.k} could not be resolved.' },
    },
  )
  assert.deepEqual(w.statuses('E1'), ['Failed'])
  assert.deepEqual(published(commands).slice(-4), [
    'action E1 D STARTED',
    'action E1 D FAILED',
    'stage E1 Deploy FAILED',
    'pipeline E1 FAILED',
  ])
})

test('S70 given values that make the configuration larger than 100 KB, when D is to start, then it fails and says so', () => {
  const w = world(consuming())
  w.pass('E1', 'S')
  w.ok('B', 'E1', { outputVariables: { k: 'x'.repeat(110_000) } })
  assert.deepEqual(w.lastRun('D', 'E1').error, {
    code: 'ConfigurationError',
    message: 'The resolved configuration of the action is larger than 102400 bytes.',
  })
})

test('S70 given an action that cannot start and onFailure RETRY, when it fails twice in one decision, then history has both runs', () => {
  const declaration = consuming()
  const w = world({
    ...declaration,
    stages: declaration.stages.map((stage) =>
      stage.name === 'Deploy' ? { ...stage, onFailure: { result: 'RETRY' } } : stage,
    ),
  })
  w.pass('E1', 'S', 'B')
  assert.deepEqual(
    w.runsOf('D', 'E1').map(({ status }) => status),
    ['Failed', 'Failed'],
  )
})

test('S71 given a variable without default, when a caller starts without a value, then no; with a value it is kept', () => {
  const w = world(pipeline({ variables: [{ name: 'v' }, { name: 'w', defaultValue: '1' }] }))
  w.refuses('ValidationException', () => w.start('E1', { variables: { w: '1' } }))
  w.start('E2', { variables: { v: 'x', w: '1' } })
  assert.deepEqual(w.execution('E2').variables, { v: 'x', w: '1' })
})

test('S71 given a variable without default, when a trigger starts the pipeline, then the execution is recorded as Failed and names it', () => {
  const w = world(pipeline({ variables: [{ name: 'v' }] }))
  w.start('E1', { automatic: true })
  assert.deepEqual(w.statuses('E1'), ['Failed'])
  assert.match(w.execution('E1').statusSummary ?? '', /: v\.$/)
  assert.deepEqual(w.jobs(), [])
})

test('S71 given a pipeline variable, when D starts, then #{variables.v} is its value', () => {
  const w = world(
    pipeline({
      variables: [{ name: 'v' }],
      stages: { Src: ['S'], Deploy: [{ name: 'D', configuration: { Key: '#{variables.v}' } }] },
    }),
  )
  w.start('E1', { variables: { v: 'x' } })
  w.ok('S', 'E1')
  assert.deepEqual(w.lastRun('D', 'E1').resolvedConfiguration, { Key: 'x' })
})

test('S72 given output variables over 122 880 bytes, when an action reports them, then it fails', () => {
  const w = world()
  w.pass('E1', 'S')
  w.ok('B', 'E1', { outputVariables: { k: 'x'.repeat(122_880) } })
  assert.equal(w.lastRun('B', 'E1').status, 'Failed')
})

test('given a retry reports another value, when a later action refers to it, then the newest value counts', () => {
  const w = world(
    pipeline({
      stages: {
        Src: ['S'],
        Build: [{ name: 'B', namespace: 'BV' }, 'C'],
        Deploy: [{ name: 'D', configuration: { Key: '#{BV.k}' } }],
      },
    }),
  )
  w.pass('E1', 'S')
  w.ok('B', 'E1', { outputVariables: { k: 'old' } })
  w.fail('C', 'E1')
  w.retry('E1', 'Build', 'ALL_ACTIONS')
  w.ok('C', 'E1')
  w.ok('B', 'E1', { outputVariables: { k: 'new' } })
  assert.deepEqual(w.lastRun('D', 'E1').resolvedConfiguration, { Key: 'new' })
})

test('given names that are also JavaScript’s own, when the pipeline runs, then they are names like any other', () => {
  const w = world(
    pipeline({
      stages: {
        constructor: ['toString'],
        ['__proto__']: [{ name: '__proto__', namespace: '__proto__', outputArtifacts: [{ name: '__proto__' }] }],
        valueOf: [
          { name: 'constructor', configuration: { Key: '#{__proto__.k}' }, inputArtifacts: [{ name: '__proto__' }] },
        ],
      },
    }),
  )
  w.pass('E1', 'toString')
  w.disable('valueOf')
  w.ok('__proto__', 'E1', { outputVariables: { k: 'v' } })
  assert.deepEqual(w.stage('valueOf').waiting, ['E1'])
  w.enable('valueOf')
  assert.deepEqual(w.lastRun('constructor', 'E1').resolvedConfiguration, { Key: 'v' })
  w.ok('constructor', 'E1')
  assert.deepEqual(w.statuses('E1'), ['Succeeded'])
})

const artifacts = () =>
  pipeline({
    name: 'a-pipeline-with-a-long-name',
    stages: {
      Src: [{ name: 'S', outputArtifacts: [{ name: 'SourceArtifact' }] }],
      Build: [{ name: 'B', inputArtifacts: [{ name: 'SourceArtifact' }], outputArtifacts: [{ name: 'App' }] }],
      Deploy: [{ name: 'D', inputArtifacts: [{ name: 'App' }] }],
    },
  })

test('given artifacts, when actions run, then each output has a fresh key and consumers get the newest', () => {
  const w = world(artifacts())
  w.start('E1')
  const [source] = w.lastRun('S', 'E1').outputArtifacts
  assert.match(source?.key ?? '', /^a-pipeline-with-a-lo\/SourceArti\/[A-Za-z0-9]{7}$/)
  assert.deepEqual([source?.name, source?.bucket], ['SourceArtifact', 'artifacts'])
  w.ok('S', 'E1')
  const first = w.lastRun('B', 'E1')
  assert.deepEqual(first.inputArtifacts, [source])
  w.fail('B', 'E1')
  w.retry('E1', 'Build')
  const second = w.lastRun('B', 'E1')
  assert.notEqual(second.outputArtifacts[0]?.key, first.outputArtifacts[0]?.key)
  w.ok('B', 'E1')
  assert.deepEqual(w.lastRun('D', 'E1').inputArtifacts, second.outputArtifacts)
})

test('given a source action succeeded once, when its stage is retried whole, then it is pinned to the revision it fetched', () => {
  const w = world(
    pipeline({
      stages: {
        Src: [
          { name: 'S1', outputArtifacts: [{ name: 'A1' }] },
          {
            name: 'S2',
            outputArtifacts: [{ name: 'A2' }],
            actionTypeId: { category: 'Source', owner: 'AWS', provider: 'S3', version: '1' },
          },
        ],
        Build: ['B'],
      },
    }),
  )
  const started = w.start('E1', {
    sourceRevisions: [{ actionName: 'S2', revisionType: 'S3_OBJECT_KEY', revisionValue: 'app.zip' }],
  })
  assert.deepEqual(
    orders(started).map(({ sourceRevisions }) => sourceRevisions),
    [[], [{ actionName: 'S2', revisionType: 'S3_OBJECT_KEY', revisionValue: 'app.zip' }]],
  )
  w.ok('S2', 'E1', { revision: { revisionId: 'v7' } })
  assert.deepEqual(w.execution('E1').artifactRevisions, [{ name: 'A2', revisionId: 'v7' }])
  w.fail('S1', 'E1')
  assert.deepEqual(
    orders(w.retry('E1', 'Src', 'ALL_ACTIONS')).map(({ sourceRevisions }) => sourceRevisions),
    [
      [],
      [
        { actionName: 'S2', revisionType: 'S3_OBJECT_KEY', revisionValue: 'app.zip' },
        { actionName: 'S2', revisionType: 'S3_OBJECT_VERSION_ID', revisionValue: 'v7' },
      ],
    ],
  )
})
