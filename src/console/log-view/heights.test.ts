import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { createHeights } from './heights.ts'

const BASE = 20

describe('the places of rows', () => {
  it('are a line apart as long as nothing else is known', () => {
    const heights = createHeights(BASE)
    heights.resize(0, 1_000_000)
    assert.deepEqual(
      [heights.total, heights.top(999), heights.rowAt(19_999), heights.rowAt(1e9)],
      [20e6, 19_980, 999, 999_999],
    )
  })

  it('are known for a million rows of which some are higher, in little time', () => {
    const heights = createHeights(BASE)
    const started = performance.now()
    heights.resize(0, 1_000_000, (row) => (row % 10 === 0 ? 60 : BASE))
    assert.equal(heights.total, 24e6)
    for (let row = 0; row < 100_000; row += 1) heights.set(row, 40)
    for (let row = 0; row < 10_000; row += 1) heights.resize(1_000_000 + row, 1_000_001 + row, () => 40)
    assert.equal(heights.rowAt(heights.top(77_777)), 77_777)
    assert.ok(performance.now() - started < 2000)
  })

  it('agree with adding them up, whatever is changed in whatever order', () => {
    const change = fc.oneof(
      fc.record({ row: fc.nat(700), height: fc.integer({ min: 20, max: 99 }) }),
      fc.record({
        from: fc.nat(700),
        count: fc.nat(700),
        seed: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
      }),
    )
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), fc.nat(20_000), (changes, y) => {
        const heights = createHeights(BASE)
        let model: number[] = []
        for (const change of changes) {
          if ('row' in change) {
            const before = model[change.row]
            const grown = heights.set(change.row, change.height)
            assert.equal(grown, before === undefined ? 0 : change.height - before)
            if (before !== undefined) model[change.row] = change.height
          } else {
            const { from, count, seed } = change
            const height = seed === undefined ? undefined : (row: number) => BASE + ((row * 7) % seed)
            const kept = Math.min(from, count, model.length)
            model = Array.from({ length: count }, (_, row) =>
              row < kept ? (model[row] ?? BASE) : (height?.(row) ?? BASE),
            )
            heights.resize(from, count, height)
          }
        }
        assert.equal(heights.count, model.length)
        let top = 0
        let found = 0
        for (const [row, height] of model.entries()) {
          assert.equal(heights.height(row), height)
          assert.equal(heights.top(row), top)
          if (top <= y) found = row
          top += height
        }
        assert.equal(heights.total, top)
        assert.equal(heights.rowAt(y), found)
      }),
    )
  })
})
