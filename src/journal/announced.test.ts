import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventRow } from '../store/store.ts'
import { createAnnounced } from './announced.ts'

const row = (sequence: number): EventRow => ({
  sequence,
  event: { id: `${sequence}`, account: '', region: '', time: 0, source: '', detailType: '', resources: [], detail: {} },
})
const sequences = (rows: readonly EventRow[] | undefined) => rows?.map(({ sequence }) => sequence)

test('what was announced without a gap is taken once, without what is known already', () => {
  const announced = createAnnounced()
  announced.add([row(4), row(5)])
  announced.add([row(6)])
  assert.deepEqual(sequences(announced.take(4)), [5, 6])
  assert.equal(announced.take(6), undefined)
})

test('given a gap, or rows out of order, the store must be read', () => {
  const announced = createAnnounced()
  announced.add([row(6)])
  assert.equal(announced.take(4), undefined)
  announced.add([row(6)])
  announced.add([row(5)])
  assert.equal(announced.take(4), undefined)
})

test('given more than is worth keeping, the store must be read', () => {
  const announced = createAnnounced()
  announced.add(Array.from({ length: 1000 }, (_, index) => row(index + 1)))
  announced.add([row(1001)])
  assert.equal(announced.take(0), undefined)
})
