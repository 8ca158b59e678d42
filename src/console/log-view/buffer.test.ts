import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { createLogBuffer, linesOf, type LogBuffer } from './buffer.ts'

const filled = (...messages: readonly string[]): LogBuffer => {
  const buffer = createLogBuffer()
  buffer.append(messages.map((message, index) => ({ message, timestamp: 1000 + index })))
  return buffer
}

const texts = (buffer: LogBuffer): readonly string[] =>
  Array.from({ length: buffer.count }, (_, line) => buffer.text(line))

describe('the lines of a log', () => {
  it('are counted one by one, however they were sent', () => {
    const buffer = filled('a\n', 'b\nc\n', 'd', '\n', 'e\r\nf\r\n')
    assert.deepEqual(texts(buffer), ['a', 'b', 'c', 'd', '', 'e', 'f'])
    assert.equal(buffer.timestamp(2), 1001)
    assert.equal(buffer.size(1), 1)
    assert.equal(buffer.text(7), '')
  })

  it('keep the carriage returns inside a line', () => assert.deepEqual(linesOf('1%\r2%\r\n'), ['1%\r2%']))

  it('begin in the colours in which the line before ended', () => {
    const buffer = filled('\u001B[31mred\n', 'still red\u001B[0m\n', 'plain\n')
    assert.deepEqual(
      [0, 1, 2].map((line) => buffer.styleAt(line)),
      [{}, { fg: 1 }, {}],
    )
  })

  it('begin plain where the build service speaks of itself', () => {
    const buffer = filled('\u001B[31mred\n', '[Container] 2024/05/06 07:08:09 Phase complete: BUILD State: FAILED\n')
    assert.deepEqual(buffer.styleAt(1), {})
  })

  it('come in pieces that hold exactly the lines asked for', () => {
    const lines = Array.from({ length: 3000 }, (_, index) => `line ${index}${index % 7 === 0 ? '' : ' and more'}`)
    const buffer = filled(...lines)
    fc.assert(
      fc.property(fc.nat(3100), fc.nat(3100), (from, to) => {
        const found: string[] = []
        for (const piece of buffer.pieces(from, to)) {
          assert.equal(piece.first, from + found.length)
          for (let nth = 0; nth < piece.count; nth += 1)
            found.push(piece.text.slice(piece.start(nth), piece.start(nth + 1) - 1))
        }
        assert.deepEqual(found, lines.slice(from, Math.max(from, to)))
      }),
      { numRuns: 50 },
    )
  })

  it('say which pieces are plain text', () => {
    const buffer = filled(...Array.from({ length: 2048 }, (_, index) => (index === 1500 ? '\u001B[1mx' : 'x')))
    assert.deepEqual(
      Array.from(buffer.pieces(0, 2048), ({ plain }) => plain),
      [true, false],
    )
  })

  it('may be a million, taken in and read in little time', () => {
    const buffer = createLogBuffer()
    const started = performance.now()
    for (let batch = 0; batch < 1000; batch += 1)
      buffer.append(
        Array.from({ length: 1000 }, (_, index) => ({
          message: `line ${batch * 1000 + index} of the build\n`,
          timestamp: batch,
        })),
      )
    assert.equal(buffer.count, 1_000_000)
    assert.equal(buffer.text(765_432), 'line 765432 of the build')
    assert.ok(performance.now() - started < 5000)
  })

  it('may be long: their size is known without reading them', () => {
    const buffer = filled('x'.repeat(3_000_000), 'y')
    assert.equal(buffer.size(0), 3_000_000)
    assert.equal(buffer.text(1), 'y')
  })
})
