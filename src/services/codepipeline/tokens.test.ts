import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { page, readToken, writeToken } from './tokens.ts'

const refused = { code: 'InvalidNextTokenException' }
const SCOPE = ['000000000000', 'eu-west-1', { stage: 'Deploy' }]

test('given a token, then it carries its cursor back to the same list, whatever the cursor is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer()), (cursor) => {
      assert.deepEqual(readToken('List', SCOPE, writeToken('List', SCOPE, cursor)), cursor)
    }),
  )
})

test('given a token of another operation or of other filters, then it is refused', () => {
  const token = writeToken('List', SCOPE, 7)
  assert.throws(() => readToken('ListOthers', SCOPE, token), refused)
  assert.throws(() => readToken('List', [...SCOPE, 'more'], token), refused)
})

test('given any text that is no token, then it is refused and nothing breaks', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => assert.throws(() => readToken('List', SCOPE, text), refused)),
  )
})

test('given a token with one character changed, then it is refused', () => {
  const token = writeToken('List', SCOPE, { name: 'shop' })
  for (let index = 0; index < token.length; index += 1) {
    const changed = `${token.slice(0, index)}${token[index] === 'A' ? 'B' : 'A'}${token.slice(index + 1)}`
    // Base64 has spare bits at its end: a change there may still mean the same bytes.
    if (Buffer.from(changed, 'base64url').equals(Buffer.from(token, 'base64url'))) continue
    assert.throws(() => readToken('List', SCOPE, changed), refused)
  }
})

test('given no token, then the first page is meant', () => {
  assert.equal(readToken('List', SCOPE, undefined), undefined)
})

test('given one item more than the page holds, then the next token comes from the last item shown; otherwise there is none', () => {
  assert.deepEqual(
    page(['a', 'b', 'c'], 2, (last) => `after ${last}`),
    { items: ['a', 'b'], nextToken: 'after b' },
  )
  assert.deepEqual(
    page(['a', 'b'], 2, (last) => `after ${last}`),
    { items: ['a', 'b'] },
  )
})
