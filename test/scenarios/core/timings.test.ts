/** Where the time of an execution went. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { timingsOf, type ExecutionTimings, type Segment } from '../../../src/core/execution/timings.ts'
import { action, approval, MINUTE, pipeline, Refused, rule, world, type World } from './harness.ts'
import { at, eventOf, pick, SHAPES, step, type Step } from './random-steps.ts'

const timings = (w: World, id: string): ExecutionTimings =>
  timingsOf({
    pipelineName: 'shop',
    execution: w.state.executions[id] ?? w.execution(id),
    actions: [...w.runs.values()].filter(({ executionId }) => executionId === id),
    rules: [...w.ruleRuns.values()].filter(({ executionId }) => executionId === id),
    now: w.now,
  })

const stageOf = (w: World, id: string, name: string) => {
  const found = timings(w, id).stages.find(({ stageName }) => stageName === name)
  assert.ok(found)
  return found
}

/** `queued 5000`, in order */
const lengths = (segments: readonly Segment[]): readonly string[] =>
  segments.map(({ activity, startedAt, endedAt }) => `${activity} ${endedAt - startedAt}`)

/** The totals that are not zero. */
const spent = ({ totals }: { readonly totals: object }): object =>
  Object.fromEntries(Object.entries(totals).filter(([, ms]) => ms > 0))

test('given a job that a worker takes late, then it was queued until then and running afterwards', () => {
  const w = world()
  w.pass('E1', 'S')
  w.wait(4000)
  w.acknowledge('B', 'E1')
  w.wait(9000)
  w.ok('B', 'E1')
  const { actions, totals, durationMs } = stageOf(w, 'E1', 'Build')
  assert.deepEqual(lengths(actions[0]?.segments ?? []), ['queued 5000', 'running 10000'])
  assert.deepEqual([totals.queued, totals.running, durationMs], [5000, 10_000, 15_000])
})

test('given a build that began late and moved artifacts twice, then the transfers are cut out of its work', () => {
  const typeId = { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' } as const
  const w = world(pipeline({ stages: { Src: ['S'], Build: [{ name: 'B', actionTypeId: typeId }] } }))
  w.pass('E1', 'S')
  const t = w.now
  w.wait(19_000)
  const transfers = [
    { startedAt: t + 15_000, endedAt: t + 18_000 },
    { startedAt: t + 2000, endedAt: t + 5000 },
  ]
  w.ok('B', 'E1', { progress: { begunAt: t + 2000, transfers } })
  assert.deepEqual(lengths(stageOf(w, 'E1', 'Build').actions[0]?.segments ?? []), [
    'queued 2000',
    'transferring 3000',
    'running 10000',
    'transferring 3000',
    'running 2000',
  ])
})

test('given an approval, then all of it is waiting for approval, up to now while nobody has answered', () => {
  const w = world(pipeline({ stages: { Src: ['S'], Gate: [approval('Ask')], Deploy: ['D'] } }))
  w.pass('E1', 'S')
  w.wait(MINUTE)
  const open = timings(w, 'E1')
  assert.deepEqual([open.endedAt, open.totals.approval, open.durationMs], [undefined, MINUTE, MINUTE + 1000])
  w.answer('E1', 'Gate', 'Ask', 'Approved')
  assert.deepEqual(lengths(stageOf(w, 'E1', 'Gate').actions[0]?.segments ?? []), [`approval ${MINUTE + 1000}`])
})

test('given two actions at once, then their stage counts the time once, for what is nearest to work', () => {
  const w = world(pipeline({ stages: { Src: ['S'], Build: ['B', approval('Ask')] } }))
  w.pass('E1', 'S')
  w.acknowledge('B', 'E1')
  w.ok('B', 'E1')
  w.answer('E1', 'Build', 'Ask', 'Approved')
  const { totals, durationMs } = stageOf(w, 'E1', 'Build')
  assert.deepEqual([totals.queued, totals.running, totals.approval, durationMs], [1000, 1000, 1000, 3000])
})

test('given an execution that waited for a stage, then that time lies between the stages', () => {
  const w = world()
  w.pass('E1', 'S')
  w.pass('E2', 'S')
  const arrived = w.now
  w.wait(MINUTE)
  assert.deepEqual(
    timings(w, 'E2').between.map(({ beforeStage, endedAt, startedAt }) => [beforeStage, endedAt - startedAt]),
    [['Build', MINUTE]],
  )
  w.ok('B', 'E1')
  assert.deepEqual(timings(w, 'E2').between, [
    { activity: 'transition', startedAt: arrived, endedAt: w.now, beforeStage: 'Build' },
  ])
})

test('given a superseded execution, then its waiting ended when it was superseded', () => {
  const w = world()
  for (const id of ['E1', 'E2', 'E3']) w.pass(id, 'S')
  const superseded = w.now
  w.wait(MINUTE)
  const { endedAt, between } = timings(w, 'E2')
  assert.deepEqual([endedAt, between[0]?.endedAt, between[0]?.beforeStage], [superseded, superseded, 'Build'])
})

test('given a retry, then both runs are there, and the time before it was idle', () => {
  const w = world()
  w.pass('E1', 'S')
  w.fail('B', 'E1')
  w.wait(MINUTE)
  w.retry('E1', 'Build')
  w.ok('B', 'E1')
  const { actions, totals } = stageOf(w, 'E1', 'Build')
  assert.deepEqual(
    actions.map(({ status }) => status),
    ['Failed', 'Succeeded'],
  )
  assert.equal(totals.idle, MINUTE + 1000)
})

test('given a condition, then the time its rules were asked counts for it', () => {
  const conditions = [{ rules: [rule('Window')] }]
  const deploy = { name: 'Deploy', actions: [action({ name: 'D' })], beforeEntry: { conditions } }
  const w = world(pipeline({ stages: { Src: ['S'], Deploy: deploy } }))
  w.pass('E1', 'S')
  w.wait(4000)
  w.met('Window', 'E1')
  w.ok('D', 'E1')
  const { conditions: asked, totals } = stageOf(w, 'E1', 'Deploy')
  assert.deepEqual([lengths(asked), totals.condition, totals.queued], [['condition 5000'], 5000, 1000])
})

test('given a run that an older Pipewright recorded, then what was not recorded counts as its work', () => {
  const w = world()
  w.pass('E1', 'S')
  w.acknowledge('B', 'E1')
  w.ok('B', 'E1')
  for (const [id, { begunAt: _later, ...run }] of w.runs) w.runs.set(id, run)
  assert.deepEqual(spent(stageOf(w, 'E1', 'Build')), { running: 2000 })
})

function assertSums({ totals, durationMs, stages, startedAt, between }: ExecutionTimings): void {
  const sum = (of: object): number => Object.values(of).reduce((one: number, other: number) => one + other, 0)
  assert.equal(sum(totals), durationMs)
  for (const gap of between) assert.ok(gap.startedAt >= startedAt && gap.endedAt > gap.startedAt)
  for (const stage of stages) {
    assert.equal(sum(stage.totals), stage.durationMs, stage.stageName)
    for (const { segments, actionName, durationMs, startedAt } of stage.actions) {
      let at = startedAt
      for (const segment of segments) {
        assert.equal(segment.startedAt, at, `a gap in ${actionName}`)
        at = segment.endedAt
      }
      assert.equal(at - startedAt, durationMs, actionName)
    }
  }
}

function play(mode: 'SUPERSEDED' | 'QUEUED' | 'PARALLEL', shape: number, steps: readonly Step[]): void {
  const w = world(pipeline({ mode, stages: at(SHAPES, shape) ?? {} }))
  const started: string[] = []
  for (const taken of steps) {
    const event = eventOf(w, taken, started, [])
    if (event === undefined) continue
    try {
      w.send(event)
      if ('executionId' in event && event.executionId === `E${started.length + 1}`) started.push(event.executionId)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
    }
  }
  for (const id of started) assertSums(timings(w, id))
}

test('given any history, then the totals are the duration, and segments follow each other without gaps', () => {
  const mode = fc.constantFrom('SUPERSEDED' as const, 'QUEUED' as const, 'PARALLEL' as const)
  fc.assert(
    fc.property(mode, pick, fc.array(step, { maxLength: 60, size: 'max' }), (one, shape, steps) =>
      play(one, shape, steps),
    ),
    { numRuns: Number(process.env['MODEL_RUNS'] ?? 100) },
  )
})
