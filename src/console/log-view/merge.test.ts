import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { createLogBuffer } from './buffer.ts'
import { createMergedLog, type MergedLog } from './merge.ts'

const setUp = (logs: number) => {
  const merged = createMergedLog()
  const buffers = Array.from({ length: logs }, () => createLogBuffer())
  for (const buffer of buffers) merged.add(buffer)
  const say = (log: number, timestamp: number, message: string): void => buffers[log]?.append([{ message, timestamp }])
  const texts = (): readonly string[] => rows(merged).map(({ log, line }) => buffers[log]?.text(line) ?? '')
  return { merged, buffers, say, texts }
}
const rows = (merged: MergedLog) => Array.from({ length: merged.count }, (_, row) => merged.at(row))

describe('several logs as one', () => {
  it('are in the order of time', () => {
    const { merged, say, texts } = setUp(2)
    say(0, 10, 'a1')
    say(0, 30, 'a2')
    say(1, 20, 'b1')
    say(1, 40, 'b2')
    assert.equal(merged.update(), 0)
    assert.deepEqual(texts(), ['a1', 'b1', 'a2', 'b2'])
    say(0, 50, 'a3')
    assert.equal(merged.update(), 4)
    assert.equal(merged.update(), 5)
  })

  it('put what arrives late where it belongs, and say from where on rows changed', () => {
    const { merged, say, texts } = setUp(2)
    for (const at of [10, 20, 30]) say(0, at, `a${at}`)
    merged.update()
    say(1, 15, 'late')
    assert.equal(merged.update(), 1)
    assert.deepEqual(texts(), ['a10', 'late', 'a20', 'a30'])
    assert.equal(merged.rowOf(0, 1), 2)
    assert.equal(merged.rowOf(1, 0), 1)
    assert.equal(merged.rowOf(1, 7), -1)
  })

  it('keep the order inside a log, whatever its clock says', () => {
    const { merged, say, texts } = setUp(2)
    say(0, 50, 'a1')
    say(0, 10, 'a2')
    say(1, 20, 'b1')
    merged.update()
    assert.deepEqual(texts(), ['b1', 'a1', 'a2'])
    assert.equal(merged.rowOf(0, 1), 2)
  })

  it('take a log that begins later', () => {
    const { merged, say, texts, buffers } = setUp(1)
    say(0, 10, 'a')
    merged.update()
    const late = createLogBuffer()
    buffers.push(late)
    merged.add(late)
    say(1, 5, 'b')
    merged.update()
    assert.deepEqual(texts(), ['b', 'a'])
  })

  it('hold every line once, ordered, in whatever portions they come', () => {
    const saying = fc.tuple(fc.nat(2), fc.nat(50), fc.boolean())
    fc.assert(
      fc.property(fc.array(saying, { maxLength: 80 }), (sayings) => {
        const { merged, say, buffers } = setUp(3)
        for (const [log, timestamp, update] of sayings) {
          say(log, timestamp, 'x')
          if (update) merged.update()
        }
        merged.update()
        const found = rows(merged)
        assert.equal(found.length, sayings.length)
        const next = [0, 0, 0]
        for (const [row, { log, line }] of found.entries()) {
          assert.equal(line, next[log])
          next[log] = line + 1
          assert.equal(merged.rowOf(log, line), row)
        }
        const honest = buffers.every((buffer) =>
          Array.from({ length: buffer.count }, (_, line) => buffer.timestamp(line)).every(
            (time, line, all) => line === 0 || time >= (all[line - 1] ?? 0),
          ),
        )
        if (!honest) return
        const times = found.map(({ log, line }) => buffers[log]?.timestamp(line) ?? 0)
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        )
      }),
    )
  })
})
