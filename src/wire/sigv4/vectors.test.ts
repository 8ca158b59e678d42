import { SignatureV4 } from '@smithy/signature-v4'
import { Hash } from '@smithy/core/serde'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseRequest } from '../request.ts'
import { KEY, principal, wireRequest } from '../testing.ts'
import type { Credentials } from '../wire.ts'
import { sha256Hex } from './canonical.ts'
import { readClaim } from './claim.ts'
import { createSigningKeys } from './signing-key.ts'
import { verifySignature } from './verify.ts'

interface Vector {
  readonly name: string
  readonly method?: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signedHeaders?: string
  readonly body?: string
  readonly signature: string
}

/** Source: AWS's published Signature Version 4 test suite; 20150830T123600Z, us-east-1, service `service`. */
const VECTORS: readonly Vector[] = [
  { name: 'get-vanilla', url: '/', signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31' },
  {
    name: 'get-vanilla-query-order-key-case',
    url: '/?Param2=value2&Param1=value1',
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  {
    name: 'get-vanilla-query-order-value',
    url: '/?Param1=value2&Param1=value1',
    signature: '5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694',
  },
  {
    name: 'get-vanilla-empty-query-key',
    url: '/?Param1=value1',
    signature: 'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
  },
  {
    name: 'get-vanilla-query-unreserved',
    url: '/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
    signature: '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
  },
  {
    name: 'get-vanilla-utf8-query',
    url: '/?ሴ=bar',
    signature: '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  },
  { name: 'get-utf8', url: '/ሴ', signature: '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85' },
  {
    name: 'get-header-key-duplicate',
    url: '/',
    headers: { 'my-header1': 'value2,value2,value1' },
    signedHeaders: 'host;my-header1;x-amz-date',
    signature: 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
  },
  {
    name: 'get-header-value-order',
    url: '/',
    headers: { 'my-header1': 'value4,value1,value3,value2' },
    signedHeaders: 'host;my-header1;x-amz-date',
    signature: '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
  },
  {
    name: 'get-header-value-trim',
    url: '/',
    headers: { 'my-header1': ' value1', 'my-header2': ' "a   b   c"' },
    signedHeaders: 'host;my-header1;my-header2;x-amz-date',
    signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  },
  {
    name: 'normalize-path/get-relative-relative',
    url: '/example1/example2/../..',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    name: 'normalize-path/get-slash',
    url: '//',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    name: 'normalize-path/get-slashes',
    url: '//example//',
    signature: '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
  },
  {
    name: 'normalize-path/get-slash-pointless-dot',
    url: '/./example',
    signature: 'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5',
  },
  {
    name: 'normalize-path/get-space',
    url: '/example space/',
    signature: '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
  },
  {
    name: 'post-vanilla',
    method: 'POST',
    url: '/',
    signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  },
  {
    name: 'post-vanilla-query',
    method: 'POST',
    url: '/?Param1=value1',
    signature: '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
  },
  {
    name: 'post-header-key-sort',
    method: 'POST',
    url: '/',
    headers: { 'my-header1': 'value1' },
    signedHeaders: 'host;my-header1;x-amz-date',
    signature: 'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
  },
  {
    name: 'post-sts-header-before',
    method: 'POST',
    url: '/',
    headers: { 'x-amz-security-token': SESSION_TOKEN() },
    signedHeaders: 'host;x-amz-date;x-amz-security-token',
    signature: '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
  },
  {
    name: 'post-x-www-form-urlencoded',
    method: 'POST',
    url: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    signedHeaders: 'content-type;host;x-amz-date',
    body: 'Param1=value1',
    signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  },
  {
    name: 'post-x-www-form-urlencoded-parameters',
    method: 'POST',
    url: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf8' },
    signedHeaders: 'content-type;host;x-amz-date',
    body: 'Param1=value1',
    signature: '1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe',
  },
]

function SESSION_TOKEN(): string {
  return 'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=='
}

const AT = Date.UTC(2015, 7, 30, 12, 36)

function requestOf({
  method = 'GET',
  url,
  headers = {},
  signedHeaders = 'host;x-amz-date',
  body = '',
  signature,
}: Vector) {
  return parseRequest(
    wireRequest({
      method,
      url,
      body,
      headers: {
        host: 'example.amazonaws.com',
        'x-amz-date': '20150830T123600Z',
        ...headers,
        authorization: `AWS4-HMAC-SHA256 Credential=${KEY.accessKeyId}/20150830/us-east-1/service/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`,
      },
    }),
  )
}

async function verify(vector: Vector): Promise<void> {
  const request = requestOf(vector)
  const claim = readClaim(request)
  assert.ok(claim)
  const credentials: Credentials = {
    secretAccessKey: KEY.secretAccessKey,
    principal,
    ...(claim.sessionToken === undefined ? {} : { sessionToken: SESSION_TOKEN() }),
  }
  await verifySignature(request, claim, sha256Hex(vector.body ?? ''), 'normalised', {
    authenticator: { lookup: async () => credentials },
    signingKeys: createSigningKeys(),
    now: AT,
  })
}

describe("AWS's Signature Version 4 test suite", () => {
  for (const vector of VECTORS) {
    it(`accepts ${vector.name}`, () => verify(vector))
    it(`refuses ${vector.name} with one digit changed`, () =>
      assert.rejects(verify({ ...vector, signature: vector.signature.replace(/^./, (d) => (d === '0' ? '1' : '0')) }), {
        problem: 'SignatureMismatch',
      }))
  }
})

describe('what the SDK signs', () => {
  const signer = (uriEscapePath: boolean) =>
    new SignatureV4({
      credentials: KEY,
      region: 'us-east-1',
      service: 'service',
      sha256: Hash.bind(null, 'sha256'),
      uriEscapePath,
      applyChecksum: true,
    })
  const paths = ['/', '/a%20b/c', '/a//b/../c/', "/it's(1)*!~", '/%E1%88%B4/%2B+', '/a/./b']
  for (const path of paths) {
    for (const rule of ['normalised', 'verbatim'] as const) {
      it(`is accepted for the ${rule} path ${path}`, async () => {
        const body = '{"a":1}'
        const signed = await signer(rule === 'normalised').sign(
          {
            method: 'POST',
            protocol: 'https:',
            hostname: 'example.amazonaws.com',
            path: rule === 'verbatim' ? encodeAsSdk(path) : path,
            query: { b: ['2', '1'], a: 'x y+&=', ሴ: '' },
            headers: { host: 'example.amazonaws.com', 'X-Custom': '  a   b ' },
            body,
          },
          { signingDate: new Date(AT) },
        )
        const headers = Object.fromEntries(
          Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]),
        )
        const url = `${signed.path}?%E1%88%B4=&b=2&b=1&a=x%20y%2B%26%3D`
        const request = parseRequest(wireRequest({ method: 'POST', url, headers, body }))
        const claim = readClaim(request)
        assert.ok(claim)
        await verifySignature(request, claim, sha256Hex(body), rule, {
          authenticator: { lookup: async () => ({ secretAccessKey: KEY.secretAccessKey, principal }) },
          signingKeys: createSigningKeys(),
          now: AT,
        })
      })
    }
  }
})

/** Object keys reach the signer strictly encoded. */
const encodeAsSdk = (path: string): string =>
  path
    .split('/')
    .map((segment) =>
      encodeURIComponent(decodeURIComponent(segment)).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/')
