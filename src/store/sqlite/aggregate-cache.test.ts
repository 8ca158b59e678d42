import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PipelineState } from '../../core/execution/execution.ts'
import { createAggregateCache } from './aggregate-cache.ts'

const state = (name: string): PipelineState => ({ key: { name } }) as PipelineState

describe('aggregates that were read lately', () => {
  test('a state is known for the revision it was read at, and for no other', () => {
    const cache = createAggregateCache()
    const read = state('shop')
    cache.set(1, { revision: 3, state: read, weight: 10 })
    assert.equal(cache.get(1, 3), read)
    assert.equal(cache.get(1, 4), undefined)
    assert.equal(cache.get(2, 3), undefined)
  })

  test('above the weight those go that nobody asked for longest', () => {
    const cache = createAggregateCache(25)
    for (const id of [1, 2]) cache.set(id, { revision: 1, state: state(`p${id}`), weight: 10 })
    cache.get(1, 1)
    cache.set(3, { revision: 1, state: state('p3'), weight: 10 })
    assert.deepEqual(
      [1, 2, 3].map((id) => cache.get(id, 1) !== undefined),
      [true, false, true],
    )
  })

  test('a state that is read again weighs once', () => {
    const cache = createAggregateCache(25)
    cache.set(1, { revision: 1, state: state('p1'), weight: 10 })
    for (const revision of [1, 2, 3]) cache.set(2, { revision, state: state('p2'), weight: 10 })
    assert.ok(cache.get(1, 1))
    assert.ok(cache.get(2, 3))
  })

  test('one that is too heavy alone is not kept, nor anything else lost for good', () => {
    const cache = createAggregateCache(25)
    cache.set(1, { revision: 1, state: state('p1'), weight: 26 })
    assert.equal(cache.get(1, 1), undefined)
    cache.set(2, { revision: 1, state: state('p2'), weight: 20 })
    assert.ok(cache.get(2, 1))
  })
})
