import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { isSelected, parseSelection, printSelection, select } from './selection.ts'

describe('selected lines in a link', () => {
  for (const [hash, expected] of [
    ['#L10', { from: 10, to: 10 }],
    ['#L10-L20', { from: 10, to: 20 }],
    ['L10-20', { from: 10, to: 20 }],
    ['#L20-L10', { from: 10, to: 20 }],
    ['#Test/Unit%20tests:L3', { from: 3, to: 3, log: 'Test/Unit tests' }],
    ['#L0', undefined],
    ['#10', undefined],
    ['', undefined],
    ['#%E0%A4%A:L1', undefined],
    ['#L99999999999', undefined],
  ] as const) {
    it(`${hash || 'nothing'} is ${JSON.stringify(expected)}`, () => assert.deepEqual(parseSelection(hash), expected))
  }

  it('are what they were after the way there and back', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.nat(1000),
        fc.option(name, { nil: undefined }),
        (from, more, log) => {
          const selection = { from, to: from + more, ...(log !== undefined && { log }) }
          assert.deepEqual(parseSelection(printSelection(selection)), selection)
        },
      ),
    )
  })
})

describe('clicking on lines', () => {
  it('selects one', () => assert.deepEqual(select(undefined, undefined, { line: 4, shift: false }), { from: 4, to: 4 }))
  it('selects all up to another with shift, in either direction from the first', () => {
    const grown = select({ from: 4, to: 4 }, 4, { line: 9, shift: true })
    assert.deepEqual(grown, { from: 4, to: 9 })
    assert.deepEqual(select(grown, 4, { line: 2, shift: true }), { from: 2, to: 4 })
  })
  it('selects nothing when the only one is clicked again', () =>
    assert.equal(select({ from: 4, to: 4 }, 4, { line: 4, shift: false }), undefined))
  it('begins anew in another log', () =>
    assert.deepEqual(select({ from: 4, to: 4, log: 'A' }, 4, { line: 9, shift: true, log: 'B' }), {
      from: 9,
      to: 9,
      log: 'B',
    }))
  it('selects in the log that was clicked only', () => {
    assert.equal(isSelected({ from: 4, to: 6, log: 'A' }, 5, 'A'), true)
    assert.equal(isSelected({ from: 4, to: 6, log: 'A' }, 5, 'B'), false)
    assert.equal(isSelected(undefined, 5), false)
  })
})
