import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { coveragePage, deadRows, PAGE } from './coverage.ts'

test('docs/reference/coverage.md is what the tool prints', async () => {
  assert.equal(readFileSync(PAGE, 'utf8'), await coveragePage(), 'run "npm run coverage" and commit the page')
})

test('it has all 44 operations of CodePipeline', async () => {
  const [, table = ''] = (await coveragePage()).split('| operation | here | read | stored | ignored |')
  const rows = table.split('\n\n')[0]?.match(/^\| [A-Z]\w+ \| (?:yes|no) \|/gm)
  assert.equal(rows?.length, 44)
})

test('what it says to be without effect is an input member of an operation that is there', async () => {
  assert.deepEqual(await deadRows(), [])
})
