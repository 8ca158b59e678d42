import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogBuffer, type LogBuffer } from './buffer.ts'
import type { Numbers } from './numbers.ts'
import { compileQuery, type Query } from './pattern.ts'
import { createSearch } from './search.ts'

const filled = (lines: readonly string[]): LogBuffer => {
  const buffer = createLogBuffer()
  buffer.append(lines.map((message) => ({ message, timestamp: 0 })))
  return buffer
}
const numbers = (found: Numbers): readonly (number | undefined)[] =>
  Array.from({ length: found.length }, (_, index) => found.at(index))

const search = async (lines: readonly string[], query: Partial<Query>) => {
  const pattern = await compileQuery({ text: '', regex: false, caseSensitive: false, ...query })
  assert.ok(pattern)
  const search = createSearch(filled(lines), pattern)
  while (search.step(() => false));
  return numbers(search.found)
}

const LINES = [
  'Compiling',
  '\u001B[31mErr\u001B[1mor\u001B[0m: bad',
  'error again, error twice',
  'a.b',
  'aXb',
  '',
  'done',
]

describe('searching a log', () => {
  for (const [what, query, expected] of [
    ['a text, in whatever case', { text: 'ERROR' }, [1, 2]],
    ['a text in its case', { text: 'Error', caseSensitive: true }, [1]],
    ['a text that looks like an expression', { text: 'a.b' }, [3]],
    ['an expression', { text: 'a.b', regex: true }, [3, 4]],
    ['an expression in its case', { text: '^err', regex: true, caseSensitive: true }, [2]],
    ['an expression at the end of lines', { text: '(again|done)$|g$', regex: true }, [0, 6]],
    ['what is nowhere', { text: 'nowhere' }, []],
  ] as const) {
    it(`finds ${what}`, async () => assert.deepEqual(await search(LINES, query), expected))
  }

  it('finds the same in every piece of a long log, coloured or not', async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => (index % 1700 === 3 ? `needle ${index}` : `hay ${index}`))
    const expected = [3, 1703, 3403]
    assert.deepEqual(await search(lines, { text: 'needle' }), expected)
    assert.deepEqual(await search([...lines, '\u001B[1mend'], { text: 'Needle' }), expected)
    assert.deepEqual(await search(lines, { text: 'ne+dle', regex: true }), expected)
  })

  it('stops when time is up, goes on where it stopped, and with what arrives later', async () => {
    const buffer = filled(Array.from({ length: 3000 }, () => 'x'))
    const pattern = await compileQuery({ text: 'x', regex: false, caseSensitive: true })
    assert.ok(pattern)
    const search = createSearch(buffer, pattern)
    assert.equal(
      search.step(() => true),
      true,
    )
    assert.ok(search.searched < 3000)
    while (search.step(() => true));
    assert.equal(search.found.length, 3000)
    buffer.append([{ message: 'x', timestamp: 0 }])
    assert.equal(
      search.step(() => false),
      false,
    )
    assert.equal(search.found.length, 3001)
  })

  it('is not made to stand still by a hostile expression', async () => {
    const started = performance.now()
    await search([`${'a'.repeat(100_000)}!`], { text: '(a+)+$', regex: true })
    await search(['a'.repeat(100_000)], { text: '(a|aa)*(a|aa)*b', regex: true })
    assert.ok(performance.now() - started < 5000)
  })

  for (const [text, message] of [
    ['(', /missing/i],
    ['a(?=b)', /Look-ahead/],
    [String.raw`(a)\1`, /Back-references/],
  ] as const) {
    it(`says what is wrong with ${text}`, async () => {
      await assert.rejects(compileQuery({ text, regex: true, caseSensitive: false }), message)
    })
  }

  it('says where in a line it matches', async () => {
    const text = await compileQuery({ text: 'Ab', regex: false, caseSensitive: false })
    assert.deepEqual(text?.ranges('ab xab', 9), [
      [0, 2],
      [4, 6],
    ])
    const expression = await compileQuery({ text: 'x*|b', regex: true, caseSensitive: false })
    assert.deepEqual(expression?.ranges('axxa', 9), [[1, 3]])
    assert.equal(await compileQuery({ text: '', regex: true, caseSensitive: false }), undefined)
  })
})
