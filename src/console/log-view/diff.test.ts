import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { diffLines, essence } from './diff.ts'

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '')

/** `a -b +c` as blocks read */
const told = (a: string, b: string): string => {
  const [left, right] = [words(a), words(b)]
  return diffLines(left, right)
    .flatMap((block) =>
      block.kind === 'same'
        ? left.slice(block.a, block.a + block.count)
        : [
            ...left.slice(block.a, block.a + block.removed).map((line) => `-${line}`),
            ...right.slice(block.b, block.b + block.added).map((line) => `+${line}`),
          ],
    )
    .join(' ')
}

describe('the difference of two logs', () => {
  for (const [a, b, expected] of [
    ['a b c', 'a b c', 'a b c'],
    ['a b c', 'a x c', 'a -b +x c'],
    ['', 'a', '+a'],
    ['a', '', '-a'],
    ['a b c d', 'b c d e', '-a b c d +e'],
    ['x a x b x', 'x b x', 'x -a -x b x'],
    ['p p p q', 'p p q q', 'p p -p +q q'],
  ] as const) {
    it(`of "${a}" and "${b}" is "${expected}"`, () => assert.equal(told(a, b), expected))
  }

  it('makes the one out of the other, whatever they are', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 30 })
    fc.assert(
      fc.property(lines, lines, (a, b) => {
        let [nextA, nextB] = [0, 0]
        for (const block of diffLines(a, b)) {
          assert.deepEqual([block.a, block.b], [nextA, nextB])
          if (block.kind === 'same')
            assert.deepEqual(a.slice(nextA, nextA + block.count), b.slice(nextB, nextB + block.count))
          nextA += block.kind === 'same' ? block.count : block.removed
          nextB += block.kind === 'same' ? block.count : block.added
        }
        assert.deepEqual([nextA, nextB], [a.length, b.length])
      }),
    )
  })

  it('of large logs takes little time, even of such as have nothing in common or everything twice', () => {
    const many = (line: (index: number) => string) => Array.from({ length: 100_000 }, (_, index) => line(index))
    const started = performance.now()
    const blocks = diffLines(
      many((index) => `line ${index}`),
      many((index) => (index % 1000 === 7 ? `other ${index}` : `line ${index}`)),
    )
    assert.equal(blocks.filter(({ kind }) => kind === 'changed').length, 100)
    diffLines(
      many((index) => `a ${index % 10}`),
      many((index) => `b ${index % 10}`),
    )
    diffLines(
      many((index) => `${index % 7}`),
      many((index) => `${index % 11}`),
    )
    assert.ok(performance.now() - started < 5000)
  })

  for (const [one, other] of [
    [
      '[Container] 2024/05/06 07:08:09.123456 Entering phase BUILD',
      '[Container] 2025/01/02 03:04:05.000001 Entering phase BUILD',
    ],
    ['12:00:01 done in 3.2s', '13:10:59 done in 941ms'],
    ['build 6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'build 00000000-0000-0000-0000-000000000000'],
    ['\u001B[32mok\u001B[0m /tmp/abc1', 'ok /tmp/xyz2'],
  ] as const) {
    it(`says nothing of: ${other}`, () => assert.equal(essence(one), essence(other)))
  }
  it('tells counts apart', () => assert.notEqual(essence('12 tests failed'), essence('13 tests failed')))
})
