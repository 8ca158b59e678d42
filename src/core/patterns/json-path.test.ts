import * as fc from 'fast-check'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseJsonPath, selectJsonPath } from './json-path.ts'

const PUSH = {
  ref: 'refs/heads/main',
  'odd key': { "it's": 1 },
  commits: [
    { id: 'a', added: ['x.md'], author: { name: 'Ada' } },
    { id: 'b', added: [], author: { name: 'Bob' } },
  ],
}

const select = (path: string, document: unknown = PUSH) => {
  const parsed = parseJsonPath(path)
  assert.ok(parsed, `${path} is a path`)
  return selectJsonPath(parsed, document)
}

describe('a path', () => {
  const cases: readonly [string, readonly unknown[]][] = [
    ['$', [PUSH]],
    ['$.ref', ['refs/heads/main']],
    ["$['ref']", ['refs/heads/main']],
    ["$[\"odd key\"]['it\\'s']", [1]],
    ['$.commits[0].id', ['a']],
    ['$.commits[-1].id', ['b']],
    ['$.commits[0, 1].id', ['a', 'b']],
    ['$.commits[7].id', []],
    ['$.commits[*].id', ['a', 'b']],
    ['$.commits.*.author.name', ['Ada', 'Bob']],
    ["$.commits[0]['id', 'none']", ['a']],
    ['$..name', ['Ada', 'Bob']],
    ['$..[0]', [PUSH.commits[0], 'x.md']],
    ['$.commits..author..name', ['Ada', 'Bob']],
    ['$.ref.length', []],
    ['$.constructor', []],
    ['$.commits.length', []],
  ]
  for (const [path, expected] of cases) {
    test(`${path} selects ${expected.length} value(s)`, () => assert.deepEqual(select(path), expected))
  }
})

describe('what is refused', () => {
  const cases = [
    '',
    'ref',
    'not a path',
    '$.',
    '$..',
    '$...a',
    '$[',
    '$[]',
    "$['a]",
    '$.a[',
    '$ref',
    '$.a b',
    '$.commits[?(@.id)]',
    '$.commits[(@.length-1)]',
    '$.commits.length()',
    '$.commits[0:2]',
    '$[99999999999]',
    '$..a..b..c',
    '$.a]',
  ]
  for (const path of cases) test(`'${path}'`, () => assert.equal(parseJsonPath(path), undefined))
})

describe('whatever the path and the document are', () => {
  test('a text is a path or none, and evaluating never fails', () => {
    const piece = fc.constantFrom(...String.raw`$ . .. * [ ] ' " \ , 0 -1 a ? ( @`.split(' '), ' ')
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => `$${pieces.join('')}`)
    fc.assert(
      fc.property(text, fc.jsonValue(), (text, document) => {
        const path = parseJsonPath(text)
        if (path !== undefined) assert.ok(Array.isArray(selectJsonPath(path, document)))
      }),
    )
  })

  test('a member is found by its quoted name, whatever characters the name has', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.jsonValue(), (name, value) => {
        fc.pre(name !== '__proto__')
        const quoted = name.replaceAll(/[\\']/g, String.raw`\$&`)
        assert.deepEqual(select(`$['${quoted}']`, { [name]: value }), [value])
      }),
    )
  })
})

describe('a hostile document', () => {
  test('given lists nested a hundred thousand deep, then a descent ends without overflowing the stack', () => {
    let deep: unknown = 'bottom'
    for (let level = 0; level < 100_000; level += 1) deep = [deep]
    assert.equal(select('$..[0]', deep).at(-1), 'bottom')
  })

  test('given a million values and two descents, then the evaluation stops at its limit', () => {
    const wide = Array.from({ length: 1_000_000 }, () => ({ a: 1 }))
    assert.ok(select('$..*..*', wide).length <= 500_000)
  })
})
