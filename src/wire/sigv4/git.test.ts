import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KEY, principal } from '../testing.ts'
import { verifyGitSignature, type Credentials, type GitCredentials } from '../wire.ts'
import { deriveSigningKey, hmacHex, scopeText } from './signing-key.ts'
import { stringToSign } from './canonical.ts'

const AT = Date.UTC(2026, 0, 31, 12, 0)
const PATH = '/v1/repos/site'

/** What the AWS CLI's credential helper prints as password. */
function helperPassword(region: string, host = 'localhost', path = PATH): string {
  const time = '20260131T120000'
  const scope = { date: '20260131', region, service: 'codecommit' }
  const text = stringToSign(time, scopeText(scope), `GIT\n${path}\n\nhost:${host}\n\nhost\n`)
  return `${time}Z${hmacHex(deriveSigningKey(KEY.secretAccessKey, scope), text)}`
}

const verify = (changes: Partial<GitCredentials> = {}, now = AT, more: Partial<Credentials> = {}) =>
  verifyGitSignature(
    {
      username: KEY.accessKeyId,
      password: helperPassword('eu-west-1'),
      path: PATH,
      host: 'localhost:4566',
      regions: ['us-east-1', 'eu-west-1'],
      ...changes,
    },
    {
      clock: { now: () => now },
      authenticator: {
        lookup: async (key) =>
          key === KEY.accessKeyId ? { secretAccessKey: KEY.secretAccessKey, principal, ...more } : undefined,
      },
    },
  )

describe("the git credential helper's password", () => {
  it('is accepted for the host without its port, in any of the regions', async () => {
    assert.equal(await verify(), principal)
  })
  it('is the one a known signer makes', () => {
    // computed once with botocore's signer, so that our signer and verifier cannot err alike
    assert.equal(
      helperPassword('us-east-1'),
      '20260131T120000Zf46cf35f4cba555cfc80ac43b8058fa2338bdec7f4a6818678cabf91a6ecc52b',
    )
  })
  it('is refused for another repository, host, region or key', async () => {
    assert.equal(await verify({ path: '/v1/repos/other' }), undefined)
    assert.equal(await verify({ host: 'example.com' }), undefined)
    assert.equal(await verify({ regions: ['us-east-1'] }), undefined)
    assert.equal(await verify({ username: 'AKIDOTHER' }), undefined)
  })
  it('is refused after and before fifteen minutes', async () => {
    assert.equal(await verify({}, AT + 15 * 60_000), principal)
    assert.equal(await verify({}, AT + 15 * 60_000 + 1), undefined)
    assert.equal(await verify({}, AT - 15 * 60_000 - 1), undefined)
  })
  it('needs the session token in the user name for temporary credentials, and only there', async () => {
    assert.equal(await verify({ username: `${KEY.accessKeyId}%to%ken` }, AT, { sessionToken: 'to%ken' }), principal)
    assert.equal(await verify({}, AT, { sessionToken: 'token' }), undefined)
    assert.equal(await verify({ username: `${KEY.accessKeyId}%token` }), undefined)
    assert.equal(
      await verify({ username: `${KEY.accessKeyId}%token` }, AT, { sessionToken: 'token', expiresAt: AT }),
      undefined,
    )
  })
  it('is no other kind of password', async () => {
    for (const password of ['', 'secret', '20260131T120000Z', `20261331T120000Z${'0'.repeat(64)}`]) {
      assert.equal(await verify({ password }), undefined)
    }
  })
})
