/** Updates, deletion, mode changes, closed transitions and limits while executions are at every place, in every mode (`spec` 1.8, 2.3–2.7). */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { approval, DAY, ordered, pipeline, world, type World } from './harness.ts'

const MODES = ['SUPERSEDED', 'QUEUED', 'PARALLEL'] as const
const LOCKING = ['SUPERSEDED', 'QUEUED'] as const

/** E1 waits in front of Deploy, E2's B is being worked on, E3 has just started. */
function busy(mode: (typeof MODES)[number]): World {
  const w = world(pipeline({ mode }))
  w.disable('Deploy')
  w.pass('E1', 'S', 'B')
  w.pass('E2', 'S')
  w.acknowledge('B', 'E2')
  w.start('E3')
  w.acknowledge('S', 'E3')
  return w
}

describe('an update', () => {
  for (const from of LOCKING) {
    for (const to of MODES) {
      test(`given ${from} executions, when it makes the mode ${to}, then who waits is cancelled at once, who runs after its action`, () => {
        const w = busy(from)
        w.update({ mode: to })
        assert.deepEqual(w.statuses('E1', 'E2', 'E3'), ['Cancelled', 'InProgress', 'InProgress'])
        assert.deepEqual(ordered([...w.ok('B', 'E2'), ...w.fail('S', 'E3')]), [])
        assert.deepEqual(w.statuses('E2', 'E3'), ['Cancelled', 'Cancelled'])
        w.start('E4')
        assert.deepEqual(w.jobs(), ['E4/S'], 'the new version starts afresh')
        assert.equal(w.execution('E4').mode, to)
      })
    }
  }

  for (const to of MODES) {
    test(`given PARALLEL executions, when it makes the mode ${to}, then all of them run to their end as they started`, () => {
      const w = busy('PARALLEL')
      w.update({ mode: to, stages: { Src: ['S'], Deploy: ['D2'] } })
      for (const [name, id] of [
        ['S', 'E3'],
        ['B', 'E2'],
        ['B', 'E3'],
      ] as const)
        w.ok(name, id)
      assert.deepEqual(w.jobs(), [], 'all three stand at the transition that is still closed')
      w.pass('E4', 'S')
      assert.deepEqual(ordered(w.enable('Deploy')).toSorted(), ['E1/D', 'E2/D', 'E3/D', 'E4/D2'])
      for (const id of ['E2', 'E3', 'E1']) w.ok('D', id)
      assert.deepEqual(w.statuses('E1', 'E2', 'E3'), ['Succeeded', 'Succeeded', 'Succeeded'])
      assert.deepEqual(w.state.olderVersions, {})
      assert.equal(w.stage('Deploy').latest, to === 'PARALLEL' ? undefined : 'E4', 'they leave no trace in the stages')
    })
  }

  test('given a PARALLEL execution at a closed transition, when it removes the stage, then nothing holds it any more', () => {
    const w = world(pipeline({ mode: 'PARALLEL' }))
    w.disable('Deploy')
    w.pass('E1', 'S', 'B')
    assert.deepEqual(ordered(w.update({ mode: 'PARALLEL', stages: { Src: ['S'], Build: ['B'] } })), ['E1/D'])
  })

  test('given an execution is being stopped, when it comes, then that ends Stopped and not Cancelled', () => {
    const w = world()
    w.pass('E1', 'S')
    w.acknowledge('B', 'E1')
    w.stop('E1', { reason: 'enough' })
    w.update()
    w.ok('B', 'E1')
    assert.deepEqual(w.statuses('E1'), ['Stopped'])
    assert.equal(w.execution('E1').statusSummary, 'The execution was stopped: enough')
    w.refuses('StageNotRetryableException', () => w.retry('E1', 'Build'))
  })

  test('given an execution drains after it, when that is stopped, then it ends Stopped; when it is abandoned, at once', () => {
    const w = busy('QUEUED')
    w.update({ mode: 'QUEUED' })
    w.stop('E2')
    w.ok('B', 'E2')
    w.stop('E3', { abandon: true })
    assert.deepEqual(w.statuses('E2', 'E3'), ['Stopped', 'Stopped'])
    assert.equal(w.lastRun('S', 'E3').status, 'Abandoned')
  })

  for (const result of ['RETRY', 'ROLLBACK'] as const) {
    test(`given onFailure ${result}, when an action fails after it, then the execution is Cancelled and nothing more follows`, () => {
      const [, build] = pipeline().stages
      assert.ok(build)
      const stages = { Src: ['S'], Build: { ...build, onFailure: { result } }, Deploy: ['D'] }
      const w = world(pipeline({ stages }))
      w.pass('E1', 'S', 'B', 'D')
      w.pass('E2', 'S')
      w.acknowledge('B', 'E2')
      w.update({ stages })
      assert.deepEqual(ordered(w.fail('B', 'E2')), [])
      assert.deepEqual(w.statuses('E2'), ['Cancelled'])
      assert.deepEqual(w.executionsOf('ROLLBACK'), [])
    })
  }

  test('given executions drain after it in several stages, when it comes again, then nobody is lost and all are Cancelled', () => {
    const w = busy('QUEUED')
    w.update({ mode: 'SUPERSEDED' })
    w.start('E4')
    w.update({ mode: 'QUEUED' })
    assert.deepEqual(w.statuses('E4'), ['Cancelled'], 'it waited behind E3')
    w.ok('S', 'E3')
    w.ok('B', 'E2')
    assert.deepEqual(w.statuses('E2', 'E3'), ['Cancelled', 'Cancelled'])
    assert.match(w.execution('E2').statusSummary ?? '', /version 2 /, 'the first one is the reason')
    assert.deepEqual(w.jobs(), [])
  })

  test('given 50 executions queue, when it comes, then there is room at once for as many as are not running', () => {
    const w = world(pipeline({ mode: 'QUEUED' }))
    for (let number = 1; number <= 50; number += 1) w.start(`E${number}`)
    w.acknowledge('S', 'E1')
    w.update({ mode: 'QUEUED' })
    for (let number = 51; number < 100; number += 1) w.start(`E${number}`)
    w.refuses('ConcurrentPipelineExecutionsLimitExceededException', () => w.start('E100'))
  })
})

describe('the deletion of the pipeline', () => {
  for (const mode of MODES) {
    test(`given ${mode} executions in every place, then all of them end at once and their providers are told`, () => {
      const w = busy(mode)
      const commands = w.send({ type: 'PipelineDeleted' })
      assert.deepEqual(w.statuses('E1', 'E2', 'E3'), ['Cancelled', 'Cancelled', 'Cancelled'])
      assert.deepEqual(w.jobs(), [])
      const told = commands.filter(({ type }) => type === 'AbandonAction')
      assert.equal(told.length, 2)
      assert.deepEqual(ordered(commands), [])
    })
  }
})

describe('a closed transition', () => {
  for (const mode of MODES) {
    test(`given ${mode}, when it is closed in front of Src, then new executions wait there as the mode says`, () => {
      const w = world(pipeline({ mode }))
      w.disable('Src')
      for (const id of ['E1', 'E2', 'E3']) w.start(id)
      assert.deepEqual(w.jobs(), [])
      const waiting = w.statuses('E1', 'E2', 'E3')
      assert.deepEqual(
        waiting,
        mode === 'SUPERSEDED' ? ['Superseded', 'Superseded', 'InProgress'] : ['InProgress', 'InProgress', 'InProgress'],
      )
      const entered = { SUPERSEDED: ['E3/S'], QUEUED: ['E1/S'], PARALLEL: ['E1/S', 'E2/S', 'E3/S'] }
      assert.deepEqual(ordered(w.enable('Src')), entered[mode])
    })

    test(`given ${mode} and a wait of more than 30 days, when it is opened, then who waited fails and newer ones go on`, () => {
      const w = world(pipeline({ mode }))
      w.disable('Deploy')
      w.pass('E1', 'S', 'B')
      w.wait(30 * DAY + 10_000)
      if (mode !== 'SUPERSEDED') w.pass('E2', 'S', 'B')
      const started = ordered(w.enable('Deploy'))
      assert.deepEqual(w.statuses('E1'), ['Failed'])
      assert.equal(
        w.execution('E1').statusSummary,
        'The inbound execution waited more than 30 days and was not resumed.',
      )
      assert.deepEqual(started, mode === 'SUPERSEDED' ? [] : ['E2/D'])
    })

    test(`given ${mode}, when who waits there is stopped, then it is Stopped at once and stays out`, () => {
      const w = world(pipeline({ mode }))
      w.disable('Deploy')
      w.pass('E1', 'S', 'B')
      w.stop('E1')
      assert.deepEqual(w.statuses('E1'), ['Stopped'])
      assert.deepEqual(ordered(w.enable('Deploy')), [])
      w.refuses('NotLatestPipelineExecutionException', () => w.retry('E1', 'Deploy'))
    })
  }

  test('given exactly 30 days, when it is opened, then who waited goes on', () => {
    const w = world()
    w.disable('Deploy')
    w.pass('E1', 'S', 'B')
    const since = w.now
    w.wait(30 * DAY - 1000)
    assert.deepEqual(ordered(w.enable('Deploy')), ['E1/D'])
    assert.equal(w.now - since, 30 * DAY)
  })

  test('given a queue and a failed stage behind it, when that is retried, then the queue stays as it was', () => {
    const w = world(pipeline({ mode: 'QUEUED' }))
    w.pass('E1', 'S', 'B')
    w.disable('Deploy')
    w.fail('D', 'E1')
    w.pass('E2', 'S', 'B')
    w.pass('E3', 'S', 'B')
    w.retry('E1', 'Deploy')
    w.ok('D', 'E1')
    assert.deepEqual(w.statuses('E1'), ['Succeeded'])
    assert.deepEqual(w.stage('Deploy').waiting, ['E2', 'E3'])
    w.enable('Deploy')
    w.ok('D', 'E2')
    assert.deepEqual(w.jobs(), ['E3/D'])
  })
})

describe('approvals in PARALLEL mode', () => {
  const gated = () => pipeline({ mode: 'PARALLEL', stages: { Src: ['S'], Gate: [approval('Ask')] } })

  test('given two wait, when one times out and one is rejected, then each has its own end and a retry its own token', () => {
    const w = world(gated())
    w.pass('E1', 'S')
    w.pass('E2', 'S')
    const { token } = w.lastRun('Ask', 'E1')
    w.send({ type: 'ActionTimedOut', ...w.running('Ask', 'E1') })
    assert.deepEqual(w.statuses('E1', 'E2'), ['Failed', 'InProgress'])
    w.retry('E1', 'Gate')
    assert.notEqual(w.lastRun('Ask', 'E1').token, token)
    w.answer('E2', 'Gate', 'Ask', 'Rejected')
    w.answer('E1', 'Gate', 'Ask', 'Approved')
    assert.deepEqual(w.statuses('E1', 'E2'), ['Succeeded', 'Failed'])
  })

  test('given one waits, when an update takes the approval out, then its token still counts', () => {
    const w = world(gated())
    w.pass('E1', 'S')
    w.update({ mode: 'PARALLEL', stages: { Src: ['S'], Ship: ['H'] } })
    assert.deepEqual(w.statuses('E1'), ['InProgress'])
    w.answer('E1', 'Gate', 'Ask', 'Approved')
    assert.deepEqual(w.statuses('E1'), ['Succeeded'])
  })
})

describe('the limit of 50', () => {
  const fill = (w: World, first: number) => {
    for (let number = first; number < first + 50; number += 1) w.start(`E${number}`)
  }

  test('given SUPERSEDED, then there is none', () => {
    const w = world()
    for (let number = 1; number <= 60; number += 1) w.start(`E${number}`)
    assert.deepEqual(w.statuses('E1', 'E59', 'E60'), ['InProgress', 'Superseded', 'InProgress'])
  })

  test('given PARALLEL executions, when one of them is stopping, then it still counts, and does no more when it has stopped', () => {
    const w = world(pipeline({ mode: 'PARALLEL' }))
    fill(w, 1)
    w.stop('E1')
    w.refuses('ConcurrentPipelineExecutionsLimitExceededException', () => w.start('E51'))
    w.ok('S', 'E1')
    w.start('E51')
  })

  test('given a full PARALLEL pipeline, when a failed execution is retried, then it is refused', () => {
    const w = world(pipeline({ mode: 'PARALLEL' }))
    w.pass('E0', 'S')
    w.fail('B', 'E0')
    fill(w, 1)
    w.refuses('ConcurrentPipelineExecutionsLimitExceededException', () => w.retry('E0', 'Build'))
    w.stop('E1', { abandon: true })
    w.retry('E0', 'Build')
  })

  test('given a full pipeline, when automatic starts come, then each is recorded as Failed and holds nobody up', () => {
    for (const mode of ['QUEUED', 'PARALLEL'] as const) {
      const w = world(pipeline({ mode }))
      fill(w, 1)
      w.start('E51', { automatic: true, trigger: { type: 'Webhook', detail: 'arn:hook' } })
      assert.deepEqual(w.statuses('E51'), ['Failed'])
      assert.equal(w.execution('E51').statusSummary, 'The pipeline has reached the limit of 50 concurrent executions.')
    }
  })

  test('given a full QUEUED pipeline, when a stage is rolled back, then that is not held up: no limit is documented for it', () => {
    const w = world(pipeline({ mode: 'QUEUED' }))
    w.pass('E0', 'S', 'B', 'D')
    fill(w, 1)
    assert.deepEqual(ordered(w.rollback('R', 'Deploy', 'E0')), ['R/D'])
  })
})

describe('five actions at a time', () => {
  test('given seven in PARALLEL mode, when one failed is retried beside four that run, then it takes the free slot', () => {
    const names = ['B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7']
    const w = world(pipeline({ mode: 'PARALLEL', stages: { Src: ['S'], Build: names } }))
    w.pass('E1', 'S')
    w.fail('B2', 'E1')
    assert.deepEqual(ordered(w.retry('E1', 'Build')), ['E1/B2'])
    assert.deepEqual(ordered(w.ok('B1', 'E1')), ['E1/B6'])
    for (const name of ['B2', 'B3', 'B4', 'B5', 'B6', 'B7']) w.ok(name, 'E1')
    assert.deepEqual(w.statuses('E1'), ['Succeeded'])
  })

  test('given two executions, then each has five of its own; in other modes there is no such limit', () => {
    const stages = { Src: ['S'], Build: ['B1', 'B2', 'B3', 'B4', 'B5', 'B6'] }
    const w = world(pipeline({ mode: 'PARALLEL', stages }))
    w.pass('E1', 'S')
    w.pass('E2', 'S')
    assert.equal(w.jobs().length, 10)
    const queued = world(pipeline({ mode: 'QUEUED', stages }))
    queued.pass('E1', 'S')
    assert.equal(queued.jobs().length, 6)
  })
})

describe('a stop', () => {
  test('given onFailure RETRY, when the action fails during it, then the execution is Stopped and nothing is retried', () => {
    const [, build] = pipeline().stages
    assert.ok(build)
    const w = world(pipeline({ stages: { Src: ['S'], Build: { ...build, onFailure: { result: 'RETRY' } } } }))
    w.pass('E1', 'S')
    w.stop('E1')
    assert.deepEqual(ordered(w.fail('B', 'E1')), [])
    assert.deepEqual(w.statuses('E1'), ['Stopped'])
  })
})
