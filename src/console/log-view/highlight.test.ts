import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { PLAIN, type Style } from './ansi.ts'
import { highlight } from './highlight.ts'

const red: Style = { fg: 1 }

it('a match may begin in one colour and end in another', () =>
  assert.deepEqual(
    highlight(
      [
        { text: 'abc', style: PLAIN },
        { text: 'def', style: red },
      ],
      [
        [1, 2],
        [2, 5],
      ],
    ).map(({ text, style, isMatch }) => [text, style === red, isMatch]),
    [
      ['a', false, false],
      ['b', false, true],
      ['c', false, true],
      ['de', true, true],
      ['f', true, false],
    ],
  ))

it('no text is lost or added', () => {
  const spans = fc.array(fc.string({ minLength: 1 }), { maxLength: 5 })
  const cuts = fc.uniqueArray(fc.nat(60), { maxLength: 8 })
  fc.assert(
    fc.property(spans, cuts, (texts, cuts) => {
      const ordered = cuts.toSorted((a, b) => a - b)
      const ranges = ordered.flatMap((from, index) =>
        index % 2 === 0 && ordered[index + 1] !== undefined ? [[from, ordered[index + 1] ?? 0] as const] : [],
      )
      const found = highlight(
        texts.map((text) => ({ text, style: PLAIN })),
        ranges,
      )
      assert.equal(found.map(({ text }) => text).join(''), texts.join(''))
    }),
  )
})
