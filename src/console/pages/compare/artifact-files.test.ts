import assert from 'node:assert/strict'
import { it } from 'node:test'
import { diffFiles } from './artifact-files.ts'

const files = (sizes: Readonly<Record<string, number>>) => Object.entries(sizes).map(([path, size]) => ({ path, size }))

it('files that came, went, or have another size are different', () =>
  assert.deepEqual(diffFiles(files({ 'b.js': 1, 'a.js': 2, same: 3 }), files({ same: 3, 'c.js': 4, 'a.js': 5 })), [
    { path: 'a.js', a: 2, b: 5 },
    { path: 'b.js', a: 1 },
    { path: 'c.js', b: 4 },
  ]))
