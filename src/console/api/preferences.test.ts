import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { preferences, readPreferences } from './preferences.ts'

test('without anything kept, or a place to keep it, there are the defaults', () => {
  assert.deepEqual(readPreferences({}), preferences())
})

test('what fits is kept, what does not is forgotten', () => {
  const kept = readPreferences({
    theme: 'dark',
    density: 5,
    timeZone: 'Mars/Base',
    starred: ['site', 7, null],
    savedFilters: [{ name: 'failed', query: 'status:failed' }, null, { name: 'no query' }],
  })
  assert.deepEqual(kept, {
    ...preferences(),
    theme: 'dark',
    starred: ['site'],
    savedFilters: [{ name: 'failed', query: 'status:failed' }],
  })
})

test('nothing that may lie there breaks it', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void readPreferences(value)))
})
