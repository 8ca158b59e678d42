import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mark } from '../../graph/marks.ts'
import { timelineOf } from './timeline.ts'

const mark = (at: number): Mark => ({ at, kind: 'action', label: `at ${at}` })
const HOUR = 3_600_000

test('given marks close together, then the slider keeps their distances', () => {
  const { marks, length } = timelineOf([mark(1000), mark(3000)], 4000)
  assert.deepEqual([marks.map(({ position }) => position), length], [[0, 2000], 3000])
})

test('given a night between two marks, then it takes 20 seconds of the slider', () => {
  const { marks } = timelineOf([mark(0), mark(12 * HOUR)], 12 * HOUR)
  assert.equal(marks[1]?.position, 20_000)
})

test('given an instant on a mark, then its position leads back to it', () => {
  const timeline = timelineOf([mark(0), mark(5000), mark(HOUR), mark(HOUR + 700)], 2 * HOUR)
  for (const { at } of timeline.marks) assert.equal(timeline.instantAt(timeline.positionOf(at)), at)
})

test('given an instant within a gap that was cut short, then it lies before the next mark', () => {
  const timeline = timelineOf([mark(0), mark(HOUR)], HOUR)
  assert.ok(timeline.positionOf(HOUR / 2) <= timeline.positionOf(HOUR))
})

test('given no marks, then there is nothing to slide over', () => {
  const timeline = timelineOf([], 1000)
  assert.deepEqual([timeline.length, timeline.positionOf(500), timeline.instantAt(0)], [0, 0, 1000])
})
