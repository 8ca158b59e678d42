import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConditionResult } from '../../../src/core/pipeline/declaration.ts'
import { action, ANA, details, ordered, orders, pipeline, published, world, type World } from './harness.ts'

/** what Deploy does when D fails */
const onFailure = (result: ConditionResult) =>
  pipeline({
    stages: { Src: ['S'], Build: ['B'], Deploy: { actions: [action({ name: 'D' })], onFailure: { result } } },
  })

const onlyRollback = (w: World) => {
  const [rollback, ...others] = w.executionsOf('ROLLBACK')
  assert.ok(rollback && others.length === 0, `${others.length + 1} rollbacks`)
  return rollback
}

test('S55 given E1 and E2 succeeded, when Deploy is rolled back to E1, then only D runs, in a new execution that names E1', () => {
  const w = world()
  w.pass('E1', 'S', 'B', 'D')
  w.pass('E2', 'S', 'B', 'D')
  assert.deepEqual(ordered(w.rollback('R', 'Deploy', 'E1')), ['R/D'])
  assert.equal(w.reply?.executionId, 'R')
  assert.equal(w.stage('Deploy').latest, 'R')
  w.ok('D', 'R')
  const { type, status, rollback, trigger, stages } = w.execution('R')
  assert.deepEqual(
    { type, status, rollback, trigger, stages: Object.keys(stages) },
    {
      type: 'ROLLBACK',
      status: 'Succeeded',
      rollback: { targetExecutionId: 'E1' },
      trigger: { type: 'ManualRollback', detail: ANA },
      stages: ['Deploy'],
    },
  )
})

test('S55 given a rollback, when it runs, then its events are those of any execution of one stage', () => {
  const w = world()
  w.pass('E1', 'S', 'B', 'D')
  const commands = [...w.rollback('R', 'Deploy', 'E1'), ...w.ok('D', 'R')]
  assert.deepEqual(published(commands), [
    'pipeline R STARTED',
    'stage R Deploy STARTED',
    'action R D STARTED',
    'action R D SUCCEEDED',
    'stage R Deploy SUCCEEDED',
    'pipeline R SUCCEEDED',
  ])
  assert.deepEqual(details(commands)[0]?.['execution-trigger'], {
    'trigger-type': 'ManualRollback',
    'trigger-detail': ANA,
  })
})

test('S56 given the source stage, a rollback, an unknown execution, a busy stage or one that did not succeed, then no', () => {
  const w = world()
  w.pass('E1', 'S', 'B', 'D')
  w.rollback('R', 'Deploy', 'E1')
  w.refuses('UnableToRollbackStageException', () => w.rollback('R2', 'Deploy', 'E1'))
  w.ok('D', 'R')
  w.refuses('UnableToRollbackStageException', () => w.rollback('R2', 'Src', 'E1'))
  w.refuses('UnableToRollbackStageException', () => w.rollback('R2', 'Deploy', 'R'))
  w.refuses('PipelineExecutionNotFoundException', () => w.rollback('R2', 'Deploy', 'E9'))
  w.refuses('StageNotFoundException', () => w.rollback('R2', 'Nowhere', 'E1'))
  w.pass('E2', 'S', 'B')
  w.refuses('UnableToRollbackStageException', () => w.rollback('R2', 'Deploy', 'E1'))
  w.fail('D', 'E2')
  w.refuses('UnableToRollbackStageException', () => w.rollback('R2', 'Deploy', 'E2'))
  w.rollback('R2', 'Build', 'E2')
})

test('S57 given the pipeline was updated, when it is rolled back to an execution of before, then it is outdated', () => {
  const w = world(onFailure('ROLLBACK'))
  w.pass('E1', 'S', 'B', 'D')
  w.update()
  w.refuses('PipelineExecutionOutdatedException', () => w.rollback('R', 'Deploy', 'E1'))
})

test('S36 given a PARALLEL or a V1 pipeline, when a stage is rolled back, then it cannot be', () => {
  for (const changes of [{ mode: 'PARALLEL' }, { pipelineType: 'V1' }] as const) {
    const w = world(pipeline(changes))
    w.pass('E1', 'S', 'B', 'D')
    w.refuses('UnableToRollbackStageException', () => w.rollback('R', 'Deploy', 'E1'))
  }
})

test('S58 given onFailure ROLLBACK and E1 succeeded, when D of E2 fails, then E2 is Failed and Deploy goes back to E1', () => {
  const w = world(onFailure('ROLLBACK'))
  w.pass('E1', 'S', 'B', 'D')
  w.pass('E2', 'S', 'B')
  const commands = w.fail('D', 'E2')
  const { id, trigger, rollback } = onlyRollback(w)
  assert.deepEqual(ordered(commands), [`${id}/D`])
  assert.deepEqual(
    { status: w.statuses('E2', id), trigger, rollback },
    {
      status: ['Failed', 'InProgress'],
      trigger: { type: 'AutomatedRollback', detail: 'E2' },
      rollback: { targetExecutionId: 'E1' },
    },
  )
  w.ok('D', id)
  assert.equal(w.execution(id).status, 'Succeeded')
})

test('S58 given onFailure ROLLBACK and no success yet, or none in this version, when D fails, then nothing is rolled back', () => {
  const w = world(onFailure('ROLLBACK'))
  w.pass('E1', 'S', 'B')
  assert.deepEqual(ordered(w.fail('D', 'E1')), [])
  w.pass('E2', 'S', 'B', 'D')
  w.send({ type: 'PipelineUpdated', declaration: { ...onFailure('ROLLBACK'), version: 2 } })
  w.pass('E3', 'S', 'B')
  assert.deepEqual(ordered(w.fail('D', 'E3')), [])
  assert.deepEqual(w.executionsOf('ROLLBACK'), [])
})

test('S58 given many executions since, when D fails, then the target is the last success, and the state kept no other', () => {
  const w = world(onFailure('ROLLBACK'))
  for (const id of ['E1', 'E2', 'E3']) w.pass(id, 'S', 'B', 'D')
  w.pass('E4', 'S', 'B')
  assert.deepEqual(Object.keys(w.state.executions), ['E3', 'E4'])
  w.fail('D', 'E4')
  assert.equal(onlyRollback(w).rollback?.targetExecutionId, 'E3')
})

test('S58 given a rollback succeeded, when the next execution fails, then the target is still an execution that was no rollback', () => {
  const w = world(onFailure('ROLLBACK'))
  w.pass('E1', 'S', 'B', 'D')
  w.pass('E2', 'S', 'B', 'D')
  w.rollback('R', 'Deploy', 'E1')
  w.ok('D', 'R')
  w.pass('E3', 'S', 'B')
  w.fail('D', 'E3')
  assert.deepEqual(
    w.executionsOf('ROLLBACK').map(({ rollback }) => rollback?.targetExecutionId),
    ['E1', 'E2'],
  )
})

test('S59 given a rollback, when its D fails, then it is Failed and nothing more is rolled back or retried by itself', () => {
  for (const result of ['ROLLBACK', 'RETRY'] as const) {
    const w = world(onFailure(result))
    w.pass('E1', 'S', 'B', 'D')
    w.rollback('R', 'Deploy', 'E1')
    assert.deepEqual(ordered(w.fail('D', 'R')), [])
    assert.deepEqual(w.statuses('R'), ['Failed'])
    assert.equal(w.executionsOf('ROLLBACK').length, 1)
  }
})

test('S61 given v was 1 in E1 and 2 in E2, when Deploy is rolled back to E1, then D gets 1, and the artifact of E1', () => {
  const artifact = [{ name: 'App' }]
  const w = world(
    pipeline({
      variables: [{ name: 'v', defaultValue: '0' }],
      stages: {
        Src: ['S'],
        Build: [{ name: 'B', namespace: 'BV', outputArtifacts: artifact }],
        Deploy: [{ name: 'D', inputArtifacts: artifact, configuration: { Key: '#{variables.v} #{BV.k}' } }],
      },
    }),
  )
  const keys = new Map<string, string | undefined>()
  for (const [id, v] of [
    ['E1', '1'],
    ['E2', '2'],
  ] as const) {
    w.start(id, { variables: { v } })
    w.ok('S', id)
    w.ok('B', id, { outputVariables: { k: `of ${id}` } })
    w.ok('D', id)
    keys.set(id, w.execution(id).artifacts['App']?.key)
  }
  const [order] = orders(w.rollback('R', 'Deploy', 'E1'))
  assert.equal(order?.action.resolvedConfiguration['Key'], '1 of E1')
  assert.equal(order?.action.inputArtifacts[0]?.key, keys.get('E1'))
})

test('given somebody waits at a disabled transition, when the stage is rolled back, then the rollback goes ahead and nobody is superseded', () => {
  const w = world()
  w.pass('E1', 'S', 'B', 'D')
  w.disable('Deploy')
  w.pass('E2', 'S', 'B')
  assert.deepEqual(ordered(w.rollback('R', 'Deploy', 'E1')), ['R/D'])
  w.enable('Deploy')
  assert.deepEqual(w.stage('Deploy').waiting, ['E2'])
  assert.deepEqual(ordered(w.ok('D', 'R')), ['E2/D'])
})

test('given E3 waits behind E2, when E2 fails and is rolled back, then E3 enters after the rollback', () => {
  const w = world(onFailure('ROLLBACK'))
  w.pass('E1', 'S', 'B', 'D')
  w.pass('E2', 'S', 'B')
  w.pass('E3', 'S', 'B')
  w.fail('D', 'E2')
  const { id } = onlyRollback(w)
  assert.deepEqual([w.stage('Deploy').holder, w.stage('Deploy').waiting], [id, ['E3']])
  assert.deepEqual(ordered(w.ok('D', id)), ['E3/D'])
})

test('given a rollback that failed, when its stage is retried by hand, then D runs again in it, and the execution it replaced stays as it was', () => {
  const w = world()
  w.pass('E1', 'S', 'B', 'D')
  w.pass('E2', 'S', 'B')
  w.fail('D', 'E2')
  w.rollback('R', 'Deploy', 'E1')
  w.refuses('NotLatestPipelineExecutionException', () => w.retry('E2', 'Deploy'))
  w.fail('D', 'R')
  assert.deepEqual(ordered(w.retry('R', 'Deploy')), ['R/D'])
  w.ok('D', 'R')
  assert.deepEqual(w.statuses('E2', 'R'), ['Failed', 'Succeeded'])
})

test('given a rollback runs, when the pipeline is updated, then the rollback is cancelled like any other execution', () => {
  const w = world()
  w.pass('E1', 'S', 'B', 'D')
  w.rollback('R', 'Deploy', 'E1')
  w.update()
  assert.deepEqual(w.statuses('R'), ['Cancelled'])
})

test('given a new revision was fetched before a rollback, when change detection comes upon it, then it is no news', () => {
  const w = world()
  w.pass('E1', 'S', 'B', 'D')
  w.start('E2')
  w.rollback('R', 'Deploy', 'E1')
  w.ok('S', 'E2', { revision: { revisionId: 'abc' } })
  assert.equal(w.state.seenRevisions['S'], 'abc')
})
