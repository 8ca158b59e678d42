import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { createFolds, createRowMap, foldAround, isFoldedAtFirst } from './fold.ts'

const said = (text: string) => `[Container] 2024/05/06 07:08:09.123456 ${text}`

const foldsOf = (lines: readonly string[]) => {
  const folds = createFolds()
  for (const [line, text] of lines.entries()) folds.feed(line, text, 1000 * line, text.includes('error'))
  return folds.list
}

describe('what of a log can be folded', () => {
  it('is a phase, from where it is entered to where it is complete', () => {
    const [install, build] = foldsOf([
      said('Waiting for agent ping'),
      said('Entering phase INSTALL'),
      'npm ci',
      said('Phase complete: INSTALL State: SUCCEEDED'),
      said('Phase context status code:  Message: '),
      said('Entering phase BUILD'),
      'an error',
      said('Phase complete: BUILD State: FAILED'),
    ])
    assert.deepEqual([install?.start, install?.end, install?.status], [1, 4, 'SUCCEEDED'])
    assert.deepEqual([build?.start, build?.end, build?.status, build?.failures], [5, 8, 'FAILED', 1])
    assert.deepEqual([build?.startedAt, build?.endedAt], [5000, 7000])
  })

  it('is a group, up to the next group or the end of the phase', () => {
    const folds = foldsOf([
      said('Entering phase BUILD'),
      '--- :npm: Install',
      'x',
      '\u001B[1m+++ Test\u001B[0m',
      'y',
      said('Phase complete: BUILD State: SUCCEEDED'),
    ])
    assert.deepEqual(
      folds.map(({ kind, title, start, end, quiet }) => [kind, title, start, end, quiet]),
      [
        ['phase', 'BUILD', 0, 6, false],
        ['group', ':npm: Install', 1, 3, true],
        ['group', 'Test', 3, 5, false],
      ],
    )
    assert.deepEqual(folds.map(isFoldedAtFirst), [false, true, false])
  })

  it('is open as long as it goes on, and when something failed in it', () => {
    const folds = foldsOf(['--- First', 'an error', '--- Second', 'fine', '--- Third', 'fine'])
    assert.deepEqual(folds.map(isFoldedAtFirst), [false, true, false])
  })

  for (const [what, ...lines] of [
    ['a patch', '--- a/src/x.ts', '+++ b/src/x.ts', '@@ -1 +1 @@'],
    ['a new file', '--- /dev/null', '+++ b/src/x.ts', '@@ -0,0 +1 @@'],
    ["the results of go's tests", '--- FAIL: TestSite (0.00s)', '--- PASS: TestOther (0.00s)', 'x'],
    ['a rule', '-----------', '---', '+++'],
    ['a list', '- one', '-- two', '+ three'],
  ] as const) {
    it(`is no ${what}`, () => assert.deepEqual(foldsOf(lines), []))
  }

  it('is told by the line around which it lies', () => {
    const folds = foldsOf([
      said('Entering phase BUILD'),
      '--- A',
      'x',
      '+++ B',
      'y',
      said('Phase complete: BUILD State: SUCCEEDED'),
      'z',
    ])
    assert.deepEqual(
      [0, 2, 3, 4, 5, 6].map((line) => foldAround(folds, line)?.title),
      ['BUILD', 'A', 'B', 'B', 'BUILD', undefined],
    )
  })
})

describe('the rows on screen', () => {
  it('are the lines that no fold hides', () => {
    const map = createRowMap(
      [
        { start: 1, end: 4 },
        { start: 6, end: undefined },
      ],
      9,
    )
    assert.equal(map.rows, 5)
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((row) => map.line(row)),
      [0, 1, 4, 5, 6],
    )
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8].map((line) => map.row(line)),
      [0, 1, 1, 1, 2, 3, 4, 4, 4],
    )
    assert.deepEqual(
      [1, 2, 4, 8].map((line) => map.isHidden(line)),
      [false, true, false, true],
    )
  })

  it('agree with a list of them, whatever is folded', () => {
    const folds = fc.array(fc.tuple(fc.nat(40), fc.nat(12)), { maxLength: 6 })
    fc.assert(
      fc.property(folds, fc.nat(40), (pairs, lines) => {
        const folded = pairs
          .map(([start, size]) => ({ start, end: start + 1 + size }))
          .toSorted((a, b) => a.start - b.start)
          // as folds are: one inside another, or apart
          .filter(({ start, end }, index, all) =>
            all.slice(0, index).every((other) => start >= other.end || end <= other.end),
          )
          .filter(({ start }) => start < lines)
        const shown = Array.from({ length: lines }, (_, line) => line).filter(
          (line) => !folded.some(({ start, end }) => line > start && line < end),
        )
        const map = createRowMap(folded, lines)
        assert.equal(map.rows, shown.length)
        assert.deepEqual(
          shown.map((_, row) => map.line(row)),
          shown,
        )
        for (const [row, line] of shown.entries()) assert.equal(map.row(line), row)
      }),
    )
  })
})
