import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { PAGE, PENDING, SCENARIOS, scenariosPage, testedIn } from './scenarios.ts'

const numbers = Object.values(SCENARIOS)
  .flat()
  .map((scenario) => scenario.split(' ', 1)[0] ?? '')

test('docs/reference/scenarios.md is what the tool prints', () => {
  assert.equal(readFileSync(PAGE, 'utf8'), scenariosPage(), 'run "npm run scenarios" and commit the page')
})

test('there are 101 scenarios, and no test names another one', () => {
  assert.deepEqual(
    numbers,
    Array.from({ length: 101 }, (_, index) => `S${`${index + 1}`.padStart(2, '0')}`),
  )
  assert.deepEqual(
    [...testedIn().keys()].filter((number) => !numbers.includes(number)),
    [],
  )
})

test('every scenario is tested, or pending for a reason, never both', () => {
  const tested = testedIn()
  for (const number of numbers) {
    assert.equal(tested.has(number), !(number in PENDING), `${number}: ${tested.get(number)?.join(', ') ?? 'no test'}`)
  }
})
