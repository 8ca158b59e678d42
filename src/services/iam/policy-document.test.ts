import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkedPolicy, encodedPolicy } from './policy-document.ts'

const refused = { code: 'MalformedPolicyDocument' }

test('given a policy, then it comes back to the letter', () => {
  const document = '{ "Statement": {"Effect":"Allow","Action":"s3:*","Resource":"*"} }'
  assert.equal(checkedPolicy(document), document)
})

test('given no JSON, no statement, or a statement without effect or actions, then it is malformed', () => {
  for (const document of [
    undefined,
    '',
    '{',
    '[]',
    '"text"',
    '{}',
    '{"Statement":["x"]}',
    '{"Statement":[{"Action":"*"}]}',
    '{"Statement":[{"Effect":"Allow"}]}',
  ]) {
    assert.throws(() => checkedPolicy(document), refused, document)
  }
})

test('given a document, then it travels percent-encoded as RFC 3986 has it', () => {
  assert.equal(encodedPolicy('{"a": "*(x)!"}'), '%7B%22a%22%3A%20%22%2A%28x%29%21%22%7D')
})
