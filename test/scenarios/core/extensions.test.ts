/** What AWS's CodePipeline cannot be asked for. None of it makes an execution claim something that did not happen. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { previewRollback } from '../../../src/core/execution/across-versions.ts'
import type { ExecutionMode } from '../../../src/core/execution/execution.ts'
import {
  action,
  ANA,
  approval,
  eventsOf,
  ordered,
  orders,
  pipeline,
  published,
  rule,
  world,
  type PipelineDetails,
  type World,
} from './harness.ts'

const MODES = ['SUPERSEDED', 'QUEUED', 'PARALLEL'] as const satisfies readonly ExecutionMode[]

/** S makes Source, B makes App of it and says which version that is, D takes App and the version. */
const STAGES: NonNullable<PipelineDetails['stages']> = {
  Src: [{ name: 'S', outputArtifacts: [{ name: 'Source' }] }],
  Build: [{ name: 'B', namespace: 'BV', inputArtifacts: [{ name: 'Source' }], outputArtifacts: [{ name: 'App' }] }],
  Test: ['T1', 'T2'],
  Deploy: [{ name: 'D', inputArtifacts: [{ name: 'App' }], configuration: { Version: '#{BV.version}' } }],
}

const shop = (details: PipelineDetails = {}) => world(pipeline({ stages: STAGES, ...details }))

/** an execution that gets as far as its tests */
function build(w: World, id: string, version: string, variables: Readonly<Record<string, string>> = {}): void {
  w.start(id, { variables })
  w.ok('S', id, { revision: { revisionId: `commit-of-${id}` } })
  w.ok('B', id, { outputVariables: { version } })
}

function passTests(w: World, id: string): void {
  w.ok('T1', id)
  w.ok('T2', id)
}

function deploy(w: World, id: string, version: string): void {
  build(w, id, version)
  passTests(w, id)
  w.ok('D', id)
}

describe('start from a stage', () => {
  for (const mode of MODES) {
    test(`given ${mode} and E1 failed in Deploy, when E2 starts from Deploy with what E1 has, then only D runs, with App and version of E1`, () => {
      const w = shop({ mode })
      build(w, 'E1', '1.0')
      passTests(w, 'E1')
      w.fail('D', 'E1')
      const commands = w.startFrom('E2', 'Deploy', 'E1')
      assert.deepEqual(ordered(commands), ['E2/D'])
      const [order] = orders(commands)
      assert.equal(order?.action.resolvedConfiguration['Version'], '1.0')
      assert.deepEqual(order.action.inputArtifacts, [w.execution('E1').artifacts['App']])
      w.ok('D', 'E2')
      assert.deepEqual(w.statuses('E1', 'E2'), ['Failed', 'Succeeded'])
      const { type, trigger, stages, extension, artifactRevisions } = w.execution('E2')
      assert.deepEqual(
        {
          type,
          trigger,
          stages: Object.keys(stages),
          extension,
          revisions: artifactRevisions.map((each) => each.revisionId),
        },
        {
          type: 'STANDARD',
          trigger: { type: 'StartPipelineExecution', detail: ANA },
          stages: ['Deploy'],
          extension: {
            type: 'StartFromStage',
            stage: 'Deploy',
            fromExecutionId: 'E1',
            by: ANA,
            reason: 'the build is fine',
          },
          revisions: ['commit-of-E1'],
        },
      )
    })
  }

  test('given a later stage follows, when the first one succeeds, then the execution goes on as any other', () => {
    const w = shop()
    deploy(w, 'E1', '1.0')
    assert.deepEqual(ordered(w.startFrom('E2', 'Test', 'E1')), ['E2/T1', 'E2/T2'])
    w.ok('T1', 'E2')
    assert.deepEqual(ordered(w.ok('T2', 'E2')), ['E2/D'])
  })

  test('given the stage is busy, when executions start from it, then they wait there as their mode says', () => {
    for (const [mode, waiting, superseded] of [
      ['SUPERSEDED', ['E4'], 'Superseded'],
      ['QUEUED', ['E3', 'E4'], 'InProgress'],
    ] as const) {
      const w = shop({ mode })
      deploy(w, 'E1', '1.0')
      build(w, 'E2', '2.0')
      passTests(w, 'E2')
      assert.deepEqual(ordered(w.startFrom('E3', 'Deploy', 'E1')), [])
      w.startFrom('E4', 'Deploy', 'E1')
      assert.deepEqual([w.stage('Deploy').waiting, w.execution('E3').status], [waiting, superseded])
      assert.deepEqual(ordered(w.ok('D', 'E2')), [`${waiting[0]}/D`])
    }
  })

  test('given a disabled transition and an entry condition, when an execution starts from the stage, then both hold it up', () => {
    const w = shop({
      stages: {
        ...STAGES,
        Deploy: {
          actions: [action({ name: 'D' })],
          beforeEntry: { conditions: [{ result: 'FAIL', rules: [rule('Open')] }] },
        },
      },
    })
    build(w, 'E1', '1.0')
    passTests(w, 'E1')
    w.unmet('Open', 'E1')
    w.disable('Deploy')
    assert.deepEqual(ordered(w.startFrom('E2', 'Deploy', 'E1')), [])
    w.enable('Deploy')
    assert.deepEqual(ordered(w.met('Open', 'E2')), ['E2/D'])
  })

  test('given only later stages were changed since, when it starts from there, then it runs what is declared today', () => {
    const w = shop()
    deploy(w, 'E1', '1.0')
    w.update({ stages: { ...STAGES, Deploy: [{ name: 'D', configuration: { Version: 'v#{BV.version}' } }] } })
    const [order] = orders(w.startFrom('E2', 'Deploy', 'E1'))
    assert.equal(order?.action.resolvedConfiguration['Version'], 'v1.0')
    assert.equal(w.execution('E2').pipelineVersion, 2)
  })

  test('given an execution that itself started from a later stage, when another starts from it, then the stages that one passed over count', () => {
    const w = shop()
    deploy(w, 'E1', '1.0')
    w.startFrom('E2', 'Test', 'E1')
    passTests(w, 'E2')
    w.fail('D', 'E2')
    assert.deepEqual(ordered(w.startFrom('E3', 'Deploy', 'E2')), ['E3/D'])
  })

  test('given a start token was used, when it is repeated, then nothing more starts', () => {
    const w = shop({ mode: 'QUEUED' })
    deploy(w, 'E1', '1.0')
    w.startFrom('E2', 'Deploy', 'E1', { clientRequestToken: 'once' })
    assert.deepEqual(ordered(w.startFrom('E3', 'Deploy', 'E1', { clientRequestToken: 'once' })), [])
    assert.deepEqual(w.reply, { executionId: 'E2', started: false })
  })

  test('given a variable, when it starts from a stage, then the value is the earlier one, or the default of one that is new', () => {
    const Deploy = [{ name: 'D', configuration: { Key: '#{variables.v} #{variables.n}' } }]
    const w = shop({ variables: [{ name: 'v' }], stages: { ...STAGES, Deploy: [{ name: 'D' }] } })
    build(w, 'E1', '1.0', { v: 'blue' })
    passTests(w, 'E1')
    w.fail('D', 'E1')
    w.update({ variables: [{ name: 'v' }, { name: 'n', defaultValue: 'new' }], stages: { ...STAGES, Deploy } })
    assert.equal(orders(w.startFrom('E2', 'Deploy', 'E1'))[0]?.action.resolvedConfiguration['Key'], 'blue new')
    w.update({ variables: [{ name: 'other' }], stages: { ...STAGES, Deploy: [{ name: 'D' }] } })
    w.refuses(UNABLE, () => w.startFrom('E3', 'Deploy', 'E1'), /no value for the pipeline variables other$/)
  })

  const UNABLE = 'UnableToStartFromStageException'

  test('given what cannot work, when somebody starts from a stage, then the answer says precisely why', () => {
    const w = shop()
    build(w, 'E1', '1.0')
    w.refuses('StageNotFoundException', () => w.startFrom('X', 'Nowhere', 'E1'))
    w.refuses('PipelineExecutionNotFoundException', () => w.startFrom('X', 'Deploy', 'E9'))
    w.refuses(
      UNABLE,
      () => w.startFrom('X', 'Src', 'E1'),
      /it is the first stage, which an ordinary start begins with$/,
    )
    w.refuses(UNABLE, () => w.startFrom('X', 'Deploy', 'E1'), /it did not succeed in stage 'Test'$/)
    passTests(w, 'E1')
    w.startFrom('X', 'Deploy', 'E1', { gone: ['App'] })
    w.stop('X', { abandon: true })
    const built = { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' } as const
    w.update({ stages: { ...STAGES, Deploy: [{ name: 'D', inputArtifacts: [{ name: 'App' }], actionTypeId: built }] } })
    w.refuses(
      UNABLE,
      () => w.startFrom('X', 'Deploy', 'E1', { gone: ['App'] }),
      /action 'D' of stage 'Deploy' needs artifact 'App', which no longer exists in the artifact store$/,
    )
    w.startFrom('E2', 'Deploy', 'E1', { gone: ['Source'] })
    w.ok('D', 'E2')
    w.rollback('R', 'Deploy', 'E2')
    w.refuses(UNABLE, () => w.startFrom('X', 'Deploy', 'R'), /that is a rollback, which ran a single stage$/)
  })

  test('given the stages before were changed, or the stage needs what nobody made, then no', () => {
    const w = shop()
    deploy(w, 'E1', '1.0')
    w.update({ stages: { ...STAGES, Test: ['T1', { name: 'T2', configuration: { Depth: '2' } }] } })
    w.refuses(UNABLE, () => w.startFrom('X', 'Deploy', 'E1'), /stage 'Test' has changed since version 1$/)
    const needy = (details: Parameters<typeof action>[0]) => w.update({ stages: { ...STAGES, Deploy: [details] } })
    needy({ name: 'D', inputArtifacts: [{ name: 'Docs' }] })
    w.refuses(
      UNABLE,
      () => w.startFrom('X', 'Deploy', 'E1'),
      /action 'D' of stage 'Deploy' needs artifact 'Docs', which that/,
    )
    needy({ name: 'D', configuration: { Key: '#{BV.digest}' } })
    w.refuses(
      UNABLE,
      () => w.startFrom('X', 'Deploy', 'E1'),
      /needs variable #\{BV\.digest\}, which that execution does not have$/,
    )
  })

  test('given a QUEUED or PARALLEL pipeline is full, when somebody starts from a stage, then it is full for him too', () => {
    for (const mode of ['QUEUED', 'PARALLEL'] as const) {
      const w = world(pipeline({ mode, stages: STAGES }), { limits: { concurrentExecutions: 1 } })
      deploy(w, 'E1', '1.0')
      w.start('E2')
      w.refuses('ConcurrentPipelineExecutionsLimitExceededException', () => w.startFrom('E3', 'Deploy', 'E1'))
    }
  })

  test('given E2 fetches a new revision meanwhile, when change detection comes upon it, then the start from a stage has not hidden it', () => {
    const w = shop()
    deploy(w, 'E1', '1.0')
    w.start('E2')
    w.startFrom('E3', 'Deploy', 'E1')
    w.ok('S', 'E2', { revision: { revisionId: 'abc' } })
    assert.equal(w.state.seenRevisions['S'], 'abc')
  })

  test('given onFailure ROLLBACK, when a start from a stage succeeded there, then later failures go back to it', () => {
    const w = world(
      pipeline({
        stages: { Src: ['S'], Deploy: { actions: [action({ name: 'D' })], onFailure: { result: 'ROLLBACK' } } },
      }),
    )
    w.pass('E1', 'S', 'D')
    w.startFrom('E2', 'Deploy', 'E1')
    w.ok('D', 'E2')
    w.pass('E3', 'S')
    w.fail('D', 'E3')
    assert.equal(w.executionsOf('ROLLBACK')[0]?.rollback?.targetExecutionId, 'E2')
  })
})

describe('retry one action', () => {
  for (const mode of MODES) {
    test(`given ${mode}, T1 and T2 failed, when T1 is retried, then T1 alone runs; the stage waits for T2 to be dealt with`, () => {
      const w = shop({ mode })
      build(w, 'E1', '1.0')
      w.fail('T1', 'E1')
      w.fail('T2', 'E1')
      const commands = w.retryAction('E1', 'Test', 'T1')
      assert.deepEqual(ordered(commands), ['E1/T1'])
      assert.equal(published(commands)[0], 'pipeline E1 RESUMED')
      w.ok('T1', 'E1')
      assert.deepEqual([w.statuses('E1')[0], w.lastRun('T2', 'E1').status], ['Failed', 'Failed'])
      w.retryAction('E1', 'Test', 'T2')
      assert.deepEqual(ordered(w.ok('T2', 'E1')), ['E1/D'])
      assert.deepEqual([w.execution('E1').attempt, w.stageRun('E1', 'Test').retry?.manual], [3, 2])
    })
  }

  test('given T1 is being retried, when T2 is retried too, then both run', () => {
    const w = shop()
    build(w, 'E1', '1.0')
    w.fail('T1', 'E1')
    w.fail('T2', 'E1')
    w.retryAction('E1', 'Test', 'T1')
    assert.deepEqual(ordered(w.retryAction('E1', 'Test', 'T2')), ['E1/T2'])
    w.ok('T1', 'E1')
    assert.deepEqual(ordered(w.ok('T2', 'E1')), ['E1/D'])
  })

  test('given what cannot be retried, when somebody tries, then the answer says why', () => {
    const NO = 'ActionNotRetryableException'
    const w = shop()
    build(w, 'E1', '1.0')
    w.ok('T1', 'E1')
    w.refuses('StageNotFoundException', () => w.retryAction('E1', 'Nowhere', 'T1'))
    w.refuses('ActionNotFoundException', () => w.retryAction('E1', 'Test', 'T9'))
    w.refuses('NotLatestPipelineExecutionException', () => w.retryAction('E1', 'Deploy', 'D'))
    w.refuses('NotLatestPipelineExecutionException', () => w.retryAction('E9', 'Test', 'T1'))
    w.refuses(NO, () => w.retryAction('E1', 'Test', 'T1'), /Action 'T1' of stage 'Test' .* 'E1': it has not failed$/)
    w.refuses(NO, () => w.retryAction('E1', 'Test', 'T2'), /it has not failed$/)
    w.fail('T2', 'E1')
    w.update({ stages: STAGES })
    w.refuses(NO, () => w.retryAction('E1', 'Test', 'T2'), /the pipeline has been updated since$/)
  })
})

describe('roll back across versions', () => {
  const onlyConfiguration: NonNullable<PipelineDetails['stages']> = {
    ...STAGES,
    Deploy: [
      { name: 'D', inputArtifacts: [{ name: 'App' }], configuration: { Version: '#{BV.version}', Slow: 'yes' } },
      { name: 'Warm', runOrder: 2 },
    ],
  }

  for (const mode of ['SUPERSEDED', 'QUEUED'] as const) {
    test(`given ${mode} and the pipeline was updated, when Deploy is rolled back to an execution of before, then today's Deploy runs with what that one had`, () => {
      const w = shop({ mode })
      deploy(w, 'E1', '1.0')
      w.update({ mode, stages: onlyConfiguration })
      w.refuses('PipelineExecutionOutdatedException', () => w.rollback('R', 'Deploy', 'E1'))
      const commands = w.rollbackAcross('R', 'Deploy', 'E1')
      assert.deepEqual(ordered(commands), ['R/D'])
      const [order] = orders(commands)
      assert.deepEqual(order?.action.resolvedConfiguration, { Version: '1.0', Slow: 'yes' })
      assert.deepEqual(order.action.inputArtifacts, [w.execution('E1').artifacts['App']])
      w.ok('D', 'R')
      w.ok('Warm', 'R')
      const { type, status, pipelineVersion, rollback, extension } = w.execution('R')
      assert.deepEqual(
        { type, status, pipelineVersion, rollback, extension },
        {
          type: 'ROLLBACK',
          status: 'Succeeded',
          pipelineVersion: 2,
          rollback: { targetExecutionId: 'E1' },
          extension: { type: 'RollbackAcrossVersions', targetVersion: 1, by: ANA },
        },
      )
    })
  }

  test('given the same version, when it is rolled back across versions, then that is an ordinary rollback', () => {
    const w = shop()
    deploy(w, 'E1', '1.0')
    w.rollbackAcross('R', 'Deploy', 'E1')
    assert.equal(w.execution('R').extension, undefined)
  })

  test('given what AWS asks of any rollback, when it does not hold, then it is refused across versions as well', () => {
    const NO = 'UnableToRollbackStageException'
    for (const details of [{ mode: 'PARALLEL' }, { pipelineType: 'V1' }] as const) {
      const w = shop(details)
      deploy(w, 'E1', '1.0')
      w.update({ stages: STAGES, ...details })
      w.refuses(NO, () => w.rollbackAcross('R', 'Deploy', 'E1'))
    }
    const w = shop()
    deploy(w, 'E1', '1.0')
    build(w, 'E2', '2.0')
    w.fail('T1', 'E2')
    w.fail('T2', 'E2')
    w.update({ stages: STAGES })
    w.refuses(NO, () => w.rollbackAcross('R', 'Src', 'E1'), /it is the source stage$/)
    w.refuses(NO, () => w.rollbackAcross('R', 'Test', 'E2'), /execution 'E2' did not succeed in it$/)
    w.refuses('StageNotFoundException', () => w.rollbackAcross('R', 'Nowhere', 'E1'))
    w.refuses('PipelineExecutionNotFoundException', () => w.rollbackAcross('R', 'Deploy', 'E9'))
    w.rollbackAcross('R', 'Deploy', 'E1')
    w.refuses(NO, () => w.rollbackAcross('R2', 'Deploy', 'E1'), /execution 'R' is in it$/)
  })

  test('given the stage needs today what the target never had, when it is rolled back, then the answer names it', () => {
    const NO = 'UnableToRollbackStageException'
    const w = shop()
    deploy(w, 'E1', '1.0')
    w.update({ stages: { ...STAGES, Deploy: [{ name: 'D', inputArtifacts: [{ name: 'Docs' }] }] } })
    w.refuses(
      NO,
      () => w.rollbackAcross('R', 'Deploy', 'E1'),
      /needs artifact 'Docs', which execution 'E1' does not have$/,
    )
    w.update({ stages: STAGES, variables: [{ name: 'colour' }] })
    w.refuses(NO, () => w.rollbackAcross('R', 'Deploy', 'E1'), /no value for the pipeline variables colour$/)
  })

  test('given a rollback across versions, when it is previewed, then it is told what would run with what, and what has changed', () => {
    const w = shop()
    deploy(w, 'E1', '1.0')
    const preview = (stage: string, id: string) =>
      previewRollback(w.state, stage, w.execution(id), w.declarationOf(w.execution(id).pipelineVersion))
    assert.deepEqual([preview('Deploy', 'E1').isAcrossVersions, preview('Deploy', 'E1').refusal], [false, undefined])
    w.update({ stages: onlyConfiguration })
    const { key = '', bucket = '' } = w.execution('E1').artifacts['App'] ?? {}
    assert.deepEqual(preview('Deploy', 'E1'), {
      stageName: 'Deploy',
      targetPipelineExecutionId: 'E1',
      pipelineVersion: 2,
      targetPipelineVersion: 1,
      isAcrossVersions: true,
      actions: [
        {
          actionName: 'D',
          runOrder: 1,
          actionTypeId: { category: 'Build', owner: 'Custom', provider: 'TJob', version: '1' },
          inputArtifacts: [{ name: 'App', s3location: { bucket, key } }],
          isNew: false,
          changes: ['configuration.Slow'],
        },
        {
          actionName: 'Warm',
          runOrder: 2,
          actionTypeId: { category: 'Build', owner: 'Custom', provider: 'TJob', version: '1' },
          inputArtifacts: [],
          isNew: true,
        },
      ],
      removedActions: [],
      artifactRevisions: [{ name: 'Source', revisionId: 'commit-of-E1' }],
      variables: [],
    })
    assert.equal(preview('Src', 'E1').refusal?.code, 'UnableToRollbackStageException')
    w.update({ stages: { ...STAGES, Deploy: ['Other'] } })
    assert.deepEqual(preview('Deploy', 'E1').removedActions, ['D'])
  })
})

describe('skip an action once', () => {
  for (const mode of MODES) {
    test(`given ${mode} and T1 has failed for good, when it is skipped, then the execution goes on, and T1 is on record as never having succeeded`, () => {
      const w = shop({ mode })
      build(w, 'E1', '1.0')
      w.fail('T1', 'E1')
      w.ok('T2', 'E1')
      assert.equal(w.execution('E1').status, 'Failed')
      const commands = w.skip('E1', 'Test', 'T1', 'known flake')
      assert.deepEqual(ordered(commands), ['E1/D'])
      assert.deepEqual(
        w.runsOf('T1', 'E1').map(({ status, skipped }) => [status, skipped]),
        [
          ['Failed', undefined],
          ['Abandoned', { by: ANA, reason: 'known flake' }],
        ],
      )
      w.ok('D', 'E1')
      assert.deepEqual([w.statuses('E1')[0], w.execution('E1').attempt], ['Succeeded', 1])
    })

    test(`given ${mode} and T1 has not begun, when it is to be skipped, then it never starts, and its skip is published as such`, () => {
      const w = shop({ mode })
      w.start('E1')
      assert.deepEqual(ordered(w.skip('E1', 'Test', 'T1', 'known flake')), [])
      w.ok('S', 'E1')
      const commands = w.ok('B', 'E1', { outputVariables: { version: '1.0' } })
      assert.deepEqual(ordered(commands), ['E1/T2'])
      assert.deepEqual(w.execution('E1').plannedSkips, undefined)
      const event = eventsOf(commands).find(({ detailType }) => detailType === 'CodePipeline Action Execution Skipped')
      assert.deepEqual(
        [event?.source, event?.detail['action'], event?.detail['reason'], event?.detail['skipped-by']],
        ['pipewright.codepipeline', 'T1', 'known flake', ANA],
      )
      assert.ok(!published(commands).some((line) => line.startsWith('action E1 T1')), 'AWS has no event for it')
      assert.deepEqual(ordered(w.ok('T2', 'E1')), ['E1/D'])
    })
  }

  test('given the whole stage is to be skipped action by action, when its turn comes, then the execution passes it', () => {
    const w = shop()
    w.start('E1')
    w.skip('E1', 'Test', 'T1')
    w.skip('E1', 'Test', 'T2')
    w.ok('S', 'E1')
    assert.deepEqual(ordered(w.ok('B', 'E1', { outputVariables: { version: '1.0' } })), ['E1/D'])
    assert.equal(w.stageRun('E1', 'Test').status, 'Succeeded')
  })

  test('given T1 and T2 failed, when T1 is skipped, then the stage stays failed until T2 is retried or skipped as well', () => {
    const w = shop()
    build(w, 'E1', '1.0')
    w.fail('T1', 'E1')
    w.fail('T2', 'E1')
    assert.deepEqual(ordered(w.skip('E1', 'Test', 'T1')), [])
    assert.equal(w.execution('E1').status, 'Failed')
    assert.deepEqual(
      ordered(w.retry('E1', 'Test')),
      ['E1/T2'],
      'a retry of what failed leaves the skipped action alone',
    )
    w.fail('T2', 'E1')
    assert.deepEqual(ordered(w.skip('E1', 'Test', 'T2')), ['E1/D'])
  })

  test('given T1 failed while T2 still runs, when T1 is skipped, then the stage ends with T2', () => {
    const w = shop()
    build(w, 'E1', '1.0')
    w.fail('T1', 'E1')
    assert.deepEqual(ordered(w.skip('E1', 'Test', 'T1')), [])
    assert.deepEqual(ordered(w.ok('T2', 'E1')), ['E1/D'])
  })

  test('given T1 was skipped, when the whole stage is retried, then T1 runs: it was skipped once', () => {
    const w = shop()
    build(w, 'E1', '1.0')
    w.fail('T1', 'E1')
    w.skip('E1', 'Test', 'T1')
    w.fail('T2', 'E1')
    assert.deepEqual(ordered(w.retry('E1', 'Test', 'ALL_ACTIONS')), ['E1/T1', 'E1/T2'])
  })

  test('given another execution, when its turn comes, then nothing is skipped in it', () => {
    const w = shop({ mode: 'QUEUED' })
    w.start('E1')
    w.skip('E1', 'Test', 'T1')
    w.ok('S', 'E1')
    w.ok('B', 'E1', { outputVariables: { version: '1.0' } })
    w.ok('T2', 'E1')
    w.ok('D', 'E1')
    build(w, 'E2', '2.0')
    assert.deepEqual(w.jobs(), ['E2/T1', 'E2/T2'])
  })

  test('given later actions need what an action makes, when it is to be skipped, then it is refused before anything happens', () => {
    const NO = 'ActionNotSkippableException'
    const w = shop()
    w.start('E1')
    w.refuses(
      NO,
      () => w.skip('E1', 'Build', 'B'),
      /Action 'B' of stage 'Build' cannot be skipped in execution 'E1': action 'D' of stage 'Deploy' needs artifact 'App', which nothing else provides$/,
    )
    w.skip('E1', 'Deploy', 'D')
    w.skip('E1', 'Build', 'B', 'D is skipped as well')
    w.ok('S', 'E1')
    passTests(w, 'E1')
    assert.deepEqual(w.statuses('E1'), ['Succeeded'])
  })

  test('given only variables are needed, or a rule needs them, then that is told too', () => {
    const NO = 'ActionNotSkippableException'
    const conditions = [
      { result: 'FAIL' as const, rules: [rule('Newer', { configuration: { Value: '#{BV.version}' } })] },
    ]
    const w = world(
      pipeline({
        stages: {
          Src: ['S'],
          Build: [{ name: 'B', namespace: 'BV' }],
          Deploy: {
            actions: [action({ name: 'D', configuration: { Key: '#{BV.k}' } })],
            beforeEntry: { conditions },
          },
        },
      }),
    )
    w.start('E1')
    w.refuses(NO, () => w.skip('E1', 'Build', 'B'), /action 'D' of stage 'Deploy' needs variable #\{BV\.k\}/)
    w.skip('E1', 'Deploy', 'D')
    w.refuses(NO, () => w.skip('E1', 'Build', 'B'), /rule 'Newer' of stage 'Deploy' needs variable #\{BV\.version\}/)
  })

  test('given what cannot be skipped, when somebody tries, then the answer says why', () => {
    const NO = 'ActionNotSkippableException'
    const w = shop({ stages: { ...STAGES, Gate: [approval('Ask'), 'Notify'] } })
    build(w, 'E1', '1.0')
    w.ok('T1', 'E1')
    w.refuses('StageNotFoundException', () => w.skip('E1', 'Nowhere', 'T1'))
    w.refuses('ActionNotFoundException', () => w.skip('E1', 'Test', 'T9'))
    w.refuses(NO, () => w.skip('E9', 'Test', 'T1'), /the execution is over$/)
    w.refuses(NO, () => w.skip('E1', 'Test', 'T1'), /it has succeeded$/)
    w.refuses(NO, () => w.skip('E1', 'Test', 'T2'), /it is in progress; stop the execution, or wait for its end$/)
    w.refuses(NO, () => w.skip('E1', 'Gate', 'Ask'), /an approval is answered, not skipped$/)
    w.skip('E1', 'Gate', 'Notify')
    w.refuses(NO, () => w.skip('E1', 'Gate', 'Notify'), /it is going to be skipped already$/)
    w.stop('E1')
    w.refuses(NO, () => w.skip('E1', 'Deploy', 'D'), /the execution is being stopped$/)
    w.ok('T2', 'E1')
    w.refuses(NO, () => w.skip('E1', 'Deploy', 'D'), /the execution is Stopped; retry the stage first$/)
    const later = shop()
    build(later, 'E1', '1.0')
    later.fail('T1', 'E1')
    later.fail('T2', 'E1')
    build(later, 'E2', '2.0')
    later.refuses(NO, () => later.skip('E1', 'Test', 'T1'), /the execution is over$/)
  })

  test('given the pipeline is updated while T2 runs, when T1 is skipped, then it is too late', () => {
    const w = shop()
    build(w, 'E1', '1.0')
    w.acknowledge('T2', 'E1')
    w.fail('T1', 'E1')
    w.update({ stages: STAGES })
    w.refuses('ActionNotSkippableException', () => w.skip('E1', 'Test', 'T1'), /the pipeline has been updated since$/)
  })

  test('given onFailure RETRY was used up, when the action is skipped, then its stage succeeds', () => {
    const w = world(
      pipeline({ stages: { Src: ['S'], Test: { actions: [action({ name: 'T' })], onFailure: { result: 'RETRY' } } } }),
    )
    w.pass('E1', 'S')
    w.fail('T', 'E1')
    w.fail('T', 'E1')
    w.skip('E1', 'Test', 'T')
    assert.deepEqual(w.statuses('E1'), ['Succeeded'])
  })
})

test('A-21 given an action with a timeout of its own, when limits are those of AWS, then only that of an approval is heard', () => {
  const declaration = pipeline({
    stages: { Src: ['S'], Build: [{ name: 'B', timeoutInMinutes: 7 }, approval('A', { timeoutInMinutes: 7 })] },
  })
  const minutes = (limits: { timeoutsOfApprovalsOnly: boolean }) => {
    const w = world(declaration, { limits })
    w.pass('E1', 'S')
    return orders(w.commands).map(({ action: { action: name, startedAt }, timeoutAt }) => [
      name,
      (timeoutAt - startedAt) / 60_000,
    ])
  }
  assert.deepEqual(minutes({ timeoutsOfApprovalsOnly: false }).slice(1), [
    ['B', 7],
    ['A', 7],
  ])
  const [[, ofB] = [], ofA] = minutes({ timeoutsOfApprovalsOnly: true }).slice(1)
  assert.notEqual(ofB, 7)
  assert.deepEqual(ofA, ['A', 7])
})
