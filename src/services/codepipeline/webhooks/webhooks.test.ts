import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import type { ActionDeclaration } from '../../../core/pipeline/declaration.ts'
import { isInRange, isSigned, parametersProblem } from './authentication.ts'
import { pushedRevision, tryFilters } from './matching.ts'
import { MOST_BYTES, parsePayload, readBody } from './payload.ts'

const COMMIT = '6113728f27ae82c7b1a177c8d03f9e96e0adf246'
const action: ActionDeclaration = {
  name: 'Fetch',
  actionTypeId: { category: 'Source', owner: 'ThirdParty', provider: 'GitHub', version: '1' },
  runOrder: 1,
  configuration: { Owner: 'ada', Repo: 'shop', Branch: 'main', OAuthToken: 'hidden' },
  inputArtifacts: [],
  outputArtifacts: [],
}

describe('filters', () => {
  const push = { ref: 'refs/heads/main', number: 7, forced: false, base: null, head_commit: { modified: ['a.md'] } }
  const cases: readonly [string, readonly { jsonPath: string; matchEquals?: string }[], boolean][] = [
    ['the branch of the action', [{ jsonPath: '$.ref', matchEquals: 'refs/heads/{Branch}' }], true],
    ['two that hold', [{ jsonPath: '$.ref' }, { jsonPath: '$.number', matchEquals: '7' }], true],
    ['one of two that fails', [{ jsonPath: '$.ref' }, { jsonPath: '$.number', matchEquals: '8' }], false],
    ['no filters', [], true],
    ['a path that selects nothing', [{ jsonPath: '$.none' }], false],
    ['one of several values', [{ jsonPath: '$.head_commit.modified[*]', matchEquals: 'a.md' }], true],
    ['a list as a whole', [{ jsonPath: '$.head_commit.modified', matchEquals: 'a.md' }], false],
    ['a flag', [{ jsonPath: '$.forced', matchEquals: 'false' }], true],
    ['null', [{ jsonPath: '$.base', matchEquals: 'null' }], true],
    ['an unknown key', [{ jsonPath: '$.ref', matchEquals: 'refs/heads/{Nothing}' }], false],
    ['a secret', [{ jsonPath: '$.ref', matchEquals: '{OAuthToken}' }], false],
  ]
  for (const [given, filters, expected] of cases) {
    test(`given ${given}, then the payload ${expected ? 'passes' : 'is ignored'}`, () => {
      const payload = given === 'a secret' ? { ref: 'hidden' } : push
      assert.equal(
        tryFilters(filters, payload, action, () => undefined).every(({ passed }) => passed),
        expected,
      )
    })
  }
})

describe('the pushed commit', () => {
  const revision = (payload: unknown) => pushedRevision(payload, action, () => undefined)

  test('is pinned, given a push to the branch of the action', () => {
    assert.deepEqual(revision({ ref: 'refs/heads/main', after: COMMIT }), [
      { actionName: 'Fetch', revisionType: 'COMMIT_ID', revisionValue: COMMIT },
    ])
  })

  for (const [given, payload] of [
    ['another branch', { ref: 'refs/heads/next', after: COMMIT }],
    ['a tag', { ref: 'refs/tags/main', after: COMMIT }],
    ['no commit id', { ref: 'refs/heads/main', after: 'latest' }],
    ['a deletion', { ref: 'refs/heads/main', after: '0'.repeat(40) }],
    ['no object', 'refs/heads/main'],
  ] as const) {
    test(`is not pinned, given ${given}`, () => assert.deepEqual(revision(payload), []))
  }
})

describe('GitHub’s signature', () => {
  const body = Buffer.from('{"zen":"Keep it logically awesome."}')
  const sign = (algorithm: string, secret = 'sesame') =>
    `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`
  const cases: readonly [string, Record<string, string>, boolean][] = [
    ['SHA-256', { 'x-hub-signature-256': sign('sha256') }, true],
    ['SHA-1', { 'x-hub-signature': sign('sha1') }, true],
    ['both', { 'x-hub-signature': sign('sha1'), 'x-hub-signature-256': sign('sha256') }, true],
    [
      'a right SHA-1 under a wrong SHA-256',
      { 'x-hub-signature': sign('sha1'), 'x-hub-signature-256': sign('sha256', 'x') },
      false,
    ],
    ['another secret', { 'x-hub-signature-256': sign('sha256', 'other') }, false],
    ['the digest without its name', { 'x-hub-signature-256': sign('sha256').slice(7) }, false],
    ['an empty one', { 'x-hub-signature-256': '' }, false],
    ['none', {}, false],
  ]
  for (const [given, headers, expected] of cases) {
    test(`${expected ? 'holds' : 'does not hold'}, given ${given}`, () =>
      assert.equal(isSigned(headers, body, 'sesame'), expected))
  }
})

describe('an IP range', () => {
  const cases: readonly [string, string, boolean][] = [
    ['192.0.2.7', '192.0.2.0/24', true],
    ['192.0.3.7', '192.0.2.0/24', false],
    ['::ffff:192.0.2.7', '192.0.2.0/24', true],
    ['127.0.0.1', '0.0.0.0/0', true],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['192.0.2.7', '2001:db8::/32', false],
    ['', '0.0.0.0/0', false],
    ['unknown', '0.0.0.0/0', false],
  ]
  for (const [address, range, expected] of cases) {
    test(`${range} ${expected ? 'has' : 'does not have'} '${address}'`, () =>
      assert.equal(isInRange(address, range), expected))
  }

  for (const range of [
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0/8',
    '::1/129',
    'fe80::1%eth0/64',
    'a/8',
    '10.0.0.0/',
    '10.0.0.0/8x',
  ]) {
    test(`'${range}' is none`, () => assert.match(parametersProblem('IP', { AllowedIPRange: range }) ?? '', /CIDR/))
  }
})

describe('a payload', () => {
  test('is JSON, or a form that holds JSON', () => {
    assert.deepEqual(parsePayload(Buffer.from('{"a":1}')), { payload: { a: 1 } })
    const form = Buffer.from('payload=%7B%22a%22%3A+1%7D')
    assert.deepEqual(parsePayload(form, 'application/x-www-form-urlencoded; charset=utf-8'), { payload: { a: 1 } })
  })

  test('is nothing else', () => {
    assert.equal(parsePayload(Buffer.from('{"a":')), undefined)
    assert.equal(parsePayload(Buffer.from('')), undefined)
    assert.equal(parsePayload(Buffer.from([0x22, 0xff, 0x22])), undefined)
    assert.equal(parsePayload(Buffer.from('a=1'), 'application/x-www-form-urlencoded'), undefined)
  })

  test('is read up to 25 MB', async () => {
    const chunks = (count: number) => Readable.from(Array.from({ length: count }, () => Buffer.alloc(1024 * 1024)))
    assert.equal((await readBody(chunks(25), {}))?.length, MOST_BYTES)
    assert.equal(await readBody(chunks(26), {}), undefined)
    assert.equal(await readBody(chunks(90), {}), undefined)
    assert.equal(await readBody(chunks(1), { 'content-length': '1000000000' }), undefined)
  })
})
