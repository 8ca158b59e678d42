import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readableLines } from './build-line.ts'

const said = (text: string) => readableLines(`[Container] 2026/11/21 04:10:10.181000 ${text}`)

test('a command is shown as at a prompt, all of its lines', () => {
  assert.deepEqual(said('Running command npm test'), ['$ npm test'])
  assert.deepEqual(said('Running command if true\nthen echo yes; fi'), ['$ if true', 'then echo yes; fi'])
})

test('output is shown as it is, also an empty line and what only looks like the service', () => {
  assert.deepEqual(readableLines('hello'), ['hello'])
  assert.deepEqual(readableLines(''), [''])
  assert.deepEqual(readableLines('[Container] of mine'), ['[Container] of mine'])
})

test('of a command that failed the exit status is shown, it is right above', () => {
  assert.deepEqual(said('Command did not exit successfully npm test; exit 1 exit status 7'), ['exit status 7'])
})

test('warnings and unusual ends are shown, phases are not', () => {
  assert.deepEqual(said('[WARNING] Ignoring run-as'), ['[WARNING] Ignoring run-as'])
  assert.deepEqual(said('Build TIMED_OUT: The build ran longer than its timeout'), [
    'Build TIMED_OUT: The build ran longer than its timeout',
  ])
  assert.deepEqual(said('Entering phase BUILD'), [])
  assert.deepEqual(said('Phase context status code:  Message:'), [])
})
