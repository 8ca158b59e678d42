import assert from 'node:assert/strict'
import { test } from 'node:test'
import { absoluteTime, duration, relativeTime } from './time.ts'

const NOW = Date.UTC(2026, 10, 21, 5, 43, 1)

for (const [ms, words] of [
  [0, '0 ms'],
  [849.6, '850 ms'],
  [9400, '9.4 s'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [4 * 86_400_000, '4 d'],
] as const) {
  test(`${ms} ms read as ${words}`, () => assert.equal(duration(ms), words))
}

for (const [away, words] of [
  [0, 'now'],
  [-59_000, '59 seconds ago'],
  [-60_000, '1 minute ago'],
  [-86_400_000, 'yesterday'],
  [7_200_000, 'in 2 hours'],
] as const) {
  test(`an instant ${away} ms from now reads as ${words}`, () => assert.equal(relativeTime(NOW + away, NOW), words))
}

test('an instant in UTC is the same in every zone', () =>
  assert.equal(absoluteTime(NOW, 'UTC'), '21 Nov 2026, 05:43:01 UTC'))
