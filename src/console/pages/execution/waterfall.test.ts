import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ActionTimings, ExecutionTimings, StageTimings } from '../../../core/execution/explain/timing.ts'
import { timedStages, waterfall, type Segment, type TimedStage } from './waterfall.ts'

const running = (from: number, to?: number): Segment => ({ activity: 'running', from, ...(to !== undefined && { to }) })
const stage = (
  name: string,
  ...actions: readonly (readonly [name: string, ...segments: readonly Segment[]])[]
): TimedStage => ({
  name,
  status: 'Succeeded',
  waits: [],
  runs: actions.map(([action, ...segments]) => ({
    id: `${name}/${action}`,
    stage: name,
    action,
    attempt: 1,
    status: 'Succeeded',
    segments,
  })),
})

const totals = { queued: 0, approval: 0, transferring: 0, running: 0, condition: 0, transition: 0, idle: 0 }
const timing = (actionName: string, startedAt: number, endedAt?: number): ActionTimings => ({
  actionName,
  actionExecutionId: `${actionName}-${startedAt}`,
  actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
  status: endedAt === undefined ? 'InProgress' : 'Succeeded',
  startedAt,
  ...(endedAt !== undefined && { endedAt }),
  durationMs: (endedAt ?? 99) - startedAt,
  segments: [
    { activity: 'queued', startedAt, endedAt: startedAt + 2 },
    { activity: 'running', startedAt: startedAt + 2, endedAt: endedAt ?? 99 },
  ],
})

describe('what the server says of the time', () => {
  const told: StageTimings = {
    stageName: 'Test',
    status: 'InProgress',
    startedAt: 0,
    durationMs: 99,
    totals,
    conditions: [{ activity: 'condition', startedAt: 0, endedAt: 1 }],
    actions: [timing('A', 0, 10), timing('B', 1, 10), timing('A', 50)],
  }
  const answer: ExecutionTimings = {
    pipelineName: 'p',
    pipelineExecutionId: 'e',
    status: 'InProgress',
    startedAt: -5,
    durationMs: 104,
    totals,
    between: [{ activity: 'transition', startedAt: -5, endedAt: 0, beforeStage: 'Test' }],
    stages: [told],
  }
  const [test] = timedStages(answer)
  it('puts a retry below what it retries', () =>
    assert.deepEqual(
      test?.runs.map(({ action, attempt }) => [action, attempt]),
      [
        ['A', 1],
        ['A', 2],
        ['B', 1],
      ],
    ))
  it('is open at the end where something goes on', () =>
    assert.deepEqual(test?.runs[1]?.segments, [
      { activity: 'queued', from: 50, to: 52 },
      { activity: 'running', from: 52 },
    ]))
  it('has what a stage waited for', () =>
    assert.deepEqual(
      test?.waits.map(({ activity }) => activity),
      ['transition', 'condition'],
    ))
})

describe('the waterfall of an execution', () => {
  it('puts every run on one scale', () => {
    const { from, to, rows } = waterfall(
      [stage('Source', ['Fetch', running(0, 1000)]), stage('Build', ['Unit', running(2000, 10_000)])],
      99_000,
    )
    assert.deepEqual([from, to], [0, 10_000])
    assert.deepEqual(
      rows.map((row) => (row.kind === 'stage' ? row.stage.name : `- ${row.run.action}`)),
      ['Source', '- Fetch', 'Build', '- Unit'],
    )
    assert.deepEqual([rows[3]?.bars[0]?.at, rows[3]?.bars[0]?.width, rows[3]?.ms], [0.2, 0.8, 8000])
  })

  it('lets what goes on last until now', () => {
    const { to, rows } = waterfall(
      [stage('Source', ['Fetch', { activity: 'queued', from: 0, to: 500 }, running(500)])],
      2000,
    )
    assert.equal(to, 2000)
    assert.deepEqual(
      rows[1]?.bars.map(({ at, width, segment }) => [segment.activity, at, width]),
      [
        ['queued', 0, 0.25],
        ['running', 0.25, 0.75],
      ],
    )
  })

  it('shows a part of the time when asked to', () => {
    const { rows } = waterfall([stage('S', ['A', running(0, 100)])], 100, { from: 50, to: 150 })
    assert.deepEqual([rows[1]?.bars[0]?.at, rows[1]?.bars[0]?.width], [0, 0.5])
  })

  for (const length of [1, 900, 9400, 61_000, 3_600_000, 40 * 86_400_000, 1e12]) {
    it(`has a readable number of labels for ${length} ms`, () => {
      const { ticks } = waterfall([stage('S', ['A', running(0, length)])], length)
      assert.ok(ticks.length >= 2 && ticks.length <= 9, `${ticks.length}`)
      assert.ok(ticks.every(({ at }) => at >= 0 && at <= 1))
    })
  }

  it('is nothing for an execution that did nothing yet', () => assert.deepEqual(waterfall([], 5).rows, []))

  it('of thousands of runs takes milliseconds', () => {
    const stages = Array.from({ length: 50 }, (_, s) =>
      stage(`S${s}`, ...Array.from({ length: 50 }, (_, a) => [`A${a}`, running(s, s + a)] as const)),
    )
    const started = performance.now()
    waterfall(stages, 9999)
    assert.ok(performance.now() - started < 500)
  })
})
