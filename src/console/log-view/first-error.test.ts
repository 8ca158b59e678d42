import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { firstFailure, looksLikeFailure } from './first-error.ts'
import { createNumbers } from './numbers.ts'

const C = '[Container] 2024/05/06 07:08:09.123456'

describe('a line that says something went wrong', () => {
  for (const line of [
    'error: cannot find module "x"',
    'src/a.ts(3,1): error TS2322: Type',
    '\u001B[31mERROR\u001B[0m in ./src/index.js',
    'npm ERR! code ELIFECYCLE',
    'npm error code 1',
    'Traceback (most recent call last):',
    'ValueError: invalid literal',
    'java.lang.NullPointerException: x',
    '  ✖ 3 tests failed',
    '\u001B[31m✖ not ok 31 - renders the page\u001B[0m',
    `${C} Command did not exit successfully echo ok 1 exit status 1`,
    '2 failed, 10 passed',
    '--- FAIL: TestSite (0.00s)',
    'sh: 1: tsc: not found',
    'cat: x: No such file or directory',
    'fatal: not a git repository',
    'panic: runtime error',
    '[ERROR] BUILD FAILURE',
    'Process exited with code 1',
    'error[E0308]: mismatched types',
    'Segmentation fault (core dumped)',
    `${C} Command did not exit successfully npm test exit status 1`,
    `${C} Phase complete: BUILD State: FAILED`,
  ])
    it(`is: ${line}`, () => assert.equal(looksLikeFailure(line), true))

  for (const line of [
    'compiled without problems',
    '0 errors, 0 warnings',
    'Tests: 0 failed, 12 passed',
    'found no errors',
    `${C} Running command grep -q "error: x" log`,
    `${C} Phase complete: BUILD State: SUCCEEDED`,
    'npm install error-ex failure-lib',
    'ok 12 - rejects with an Error: when closed',
    'loaded errors.js',
    'exit code 0',
    '',
  ])
    it(`is not: ${line}`, () => assert.equal(looksLikeFailure(line), false))

  it('is found in little time, whatever it is made of', () => {
    const started = performance.now()
    for (const part of ['error ', 'A', '0 errors ', 'warning error ', ' [', '✖ '])
      looksLikeFailure(part.repeat(500_000))
    assert.ok(performance.now() - started < 1000)
  })
})

describe('the first failure', () => {
  const failures = createNumbers()
  for (const line of [5, 40, 60]) failures.push(line)
  it('is the first in the phase that failed', () => assert.equal(firstFailure(failures, 30), 40))
  it('is the first at all when no phase failed', () => assert.equal(firstFailure(failures, undefined), 5))
  it('is any, when the failed phase has none', () => assert.equal(firstFailure(failures, 100), 5))
  it('is nowhere when nothing failed', () => assert.equal(firstFailure(createNumbers(), undefined), undefined))
})
