import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { totals, waterfall, type Segment, type TimedRun } from './waterfall.ts'

const run = (stage: string, action: string, segments: readonly Segment[], attempt = 1): TimedRun => ({
  id: `${stage}/${action}/${attempt}`,
  stage,
  action,
  attempt,
  status: 'Succeeded',
  segments,
})
const running = (from: number, to?: number): Segment => ({ kind: 'Running', from, ...(to !== undefined && { to }) })

describe('the waterfall of an execution', () => {
  it('puts every run on one scale, stages in the order in which they began', () => {
    const { from, to, rows } = waterfall(
      [run('Build', 'Unit', [running(2000, 10_000)]), run('Source', 'Fetch', [running(0, 1000)])],
      99_000,
    )
    assert.deepEqual([from, to], [0, 10_000])
    assert.deepEqual(
      rows.map((row) => (row.kind === 'stage' ? row.stage : `- ${row.run.action}`)),
      ['Source', '- Fetch', 'Build', '- Unit'],
    )
    const unit = rows[3]
    assert.ok(unit?.kind === 'run')
    assert.deepEqual([unit.bars[0]?.at, unit.bars[0]?.width, unit.ms], [0.2, 0.8, 8000])
  })

  it('lets what goes on last until now', () => {
    const { to, rows } = waterfall([run('Source', 'Fetch', [{ kind: 'Queued', from: 0, to: 500 }, running(500)])], 2000)
    assert.equal(to, 2000)
    assert.ok(rows[1]?.kind === 'run')
    assert.deepEqual(
      rows[1].bars.map(({ at, width, segment }) => [segment.kind, at, width]),
      [
        ['Queued', 0, 0.25],
        ['Running', 0.25, 0.75],
      ],
    )
  })

  it('puts a retry below what it retries', () => {
    const { rows } = waterfall(
      [run('Test', 'A', [running(0, 10)]), run('Test', 'B', [running(1, 10)]), run('Test', 'A', [running(50, 60)], 2)],
      99,
    )
    assert.deepEqual(
      rows.flatMap((row) => (row.kind === 'run' ? [row.run.id] : [])),
      ['Test/A/1', 'Test/A/2', 'Test/B/1'],
    )
  })

  it('shows a part of the time when asked to', () => {
    const { rows } = waterfall([run('S', 'A', [running(0, 100)])], 100, { from: 50, to: 150 })
    assert.ok(rows[1]?.kind === 'run')
    assert.deepEqual([rows[1].bars[0]?.at, rows[1].bars[0]?.width], [0, 0.5])
  })

  for (const length of [1, 900, 9400, 61_000, 3_600_000, 40 * 86_400_000, 1e12]) {
    it(`has a readable number of labels for ${length} ms`, () => {
      const { ticks } = waterfall([run('S', 'A', [running(0, length)])], length)
      assert.ok(ticks.length >= 2 && ticks.length <= 9, `${ticks.length}`)
      assert.ok(ticks.every(({ at }) => at >= 0 && at <= 1))
    })
  }

  it('is nothing for an execution that did nothing yet', () => assert.deepEqual(waterfall([], 5).rows, []))

  it('of a thousand runs takes milliseconds', () => {
    const runs = Array.from({ length: 2500 }, (_, index) =>
      run(`S${index % 50}`, `A${index}`, [running(index, index + 9)]),
    )
    const started = performance.now()
    waterfall(runs, 9999)
    assert.ok(performance.now() - started < 500)
  })
})

describe('where the time went', () => {
  it('is summed by what it was spent with, the longest first', () => {
    const runs = [run('S', 'A', [{ kind: 'Queued', from: 0, to: 10 }, running(10, 50)]), run('S', 'B', [running(0)])]
    assert.deepEqual(totals(runs, 100), [
      { kind: 'Running', ms: 140 },
      { kind: 'Queued', ms: 10 },
    ])
  })
})
