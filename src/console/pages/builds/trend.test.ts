import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trendOf } from './trend.ts'

const build = (
  buildNumber: number,
  seconds: number,
  buildStatus: 'SUCCEEDED' | 'FAILED' | 'STOPPED' | 'IN_PROGRESS',
) => ({
  id: `b:${buildNumber}`,
  buildNumber,
  buildStatus,
  startTime: new Date(0),
  ...(buildStatus !== 'IN_PROGRESS' && { endTime: new Date(seconds * 1000) }),
})

test('the trend has finished builds, the oldest first, and the median of those that succeeded', () => {
  const trend = trendOf([
    build(6, 0, 'IN_PROGRESS'),
    build(5, 9, 'SUCCEEDED'),
    build(4, 1, 'FAILED'),
    build(3, 5, 'SUCCEEDED'),
    build(2, 4, 'STOPPED'),
    build(1, 7, 'SUCCEEDED'),
  ])
  assert.deepEqual(
    trend.points.map(({ number }) => number),
    [1, 3, 4, 5],
  )
  assert.equal(trend.median, 7000)
  assert.equal(trend.p95, 9000)
})

test('without a successful build there is no usual length', () => {
  const { median, p95 } = trendOf([build(1, 3, 'FAILED')])
  assert.deepEqual([median, p95], [undefined, undefined])
})
