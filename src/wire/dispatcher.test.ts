import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { crc32, gzipSync } from 'node:zlib'
import { silentLog, type Log } from '../base/log.ts'
import { deriveSigningKey, hmacHex, scopeText } from './sigv4/signing-key.ts'
import { sha256Hex } from './sigv4/canonical.ts'
import { bodyText, createCloud, KEY, sign, wireRequest, type CloudOptions, type Draft } from './testing.ts'
import { ServiceError, type WireRequest, type WireResponse } from './wire.ts'

const AT = Date.UTC(2026, 0, 31, 12, 0)
const clock = { now: () => AT }

interface Told {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly text: string
  readonly headers: WireResponse['headers']
}

async function told(response: WireResponse): Promise<Told> {
  const text = await bodyText(response)
  const json = text.startsWith('{') ? (JSON.parse(text) as { __type?: string; message?: string }) : undefined
  const code = json?.__type ?? /<Code>(.*)<\/Code>/.exec(text)?.[1] ?? ''
  const message = json?.message ?? /<Message>(.*)<\/Message>/.exec(text)?.[1] ?? ''
  return { status: response.statusCode, code, message, text, headers: response.headers }
}

const send = async (request: WireRequest, options: CloudOptions = {}): Promise<Told> =>
  told(await createCloud({ clock, ...options }).dispatcher.handle(request))

/** One harmless request in each protocol. */
const REQUESTS = {
  json: {
    service: 'codepipeline',
    at: AT,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'CodePipeline_20150709.GetPipeline' },
    body: '{"name":"absent"}',
  },
  query: {
    service: 'iam',
    at: AT,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=ListRoles&Version=2010-05-08',
  },
  xml: { service: 's3', at: AT, method: 'GET', url: '/bucket?location', pathRule: 'verbatim' },
} as const satisfies Record<string, Draft>

const without = (request: WireRequest, ...names: string[]): WireRequest => ({
  ...request,
  headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !names.includes(name))),
})

const withHeaders = (request: WireRequest, headers: Record<string, string>): WireRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
})

describe('who calls', () => {
  const token = { accessKeyId: 'ASIA', secretAccessKey: 'temporary', sessionToken: 'token' }
  const keys = {
    [KEY.accessKeyId]: { secretAccessKey: KEY.secretAccessKey },
    ASIA: { secretAccessKey: 'temporary', sessionToken: 'token', expiresAt: AT + 1000 },
    ASIAOLD: { secretAccessKey: 'temporary', sessionToken: 'token', expiresAt: AT - 1000 },
  }
  type Case = readonly [
    situation: string,
    make: (draft: Draft) => WireRequest,
    json: readonly [string, number],
    query: readonly [string, number],
    xml: readonly [string, number],
  ]
  const CASES: readonly Case[] = [
    [
      'is not told',
      (draft) => without(sign(draft).request, 'authorization'),
      ['MissingAuthenticationTokenException', 400],
      ['MissingAuthenticationToken', 403],
      ['AccessDenied', 403],
    ],
    [
      'is unknown',
      (draft) => sign({ ...draft, key: { accessKeyId: 'NOBODY', secretAccessKey: 'x' } }).request,
      ['UnrecognizedClientException', 400],
      ['InvalidClientTokenId', 403],
      ['InvalidAccessKeyId', 403],
    ],
    [
      'has another secret',
      (draft) => sign({ ...draft, key: { ...KEY, secretAccessKey: 'wrong' } }).request,
      ['InvalidSignatureException', 400],
      ['SignatureDoesNotMatch', 403],
      ['SignatureDoesNotMatch', 403],
    ],
    [
      'signed more than fifteen minutes ago',
      (draft) => sign({ ...draft, at: AT - 15 * 60_000 - 1000 }).request,
      ['InvalidSignatureException', 400],
      ['SignatureDoesNotMatch', 403],
      ['RequestTimeTooSkewed', 403],
    ],
    [
      'signed more than fifteen minutes ahead',
      (draft) => sign({ ...draft, at: AT + 15 * 60_000 + 1000 }).request,
      ['InvalidSignatureException', 400],
      ['SignatureDoesNotMatch', 403],
      ['RequestTimeTooSkewed', 403],
    ],
    [
      'is not readable',
      (draft) => withHeaders(sign(draft).request, { authorization: 'AWS4-HMAC-SHA256 Credential=oops' }),
      ['IncompleteSignatureException', 400],
      ['IncompleteSignature', 400],
      ['AuthorizationHeaderMalformed', 400],
    ],
    [
      'signed another url',
      (draft) => ({ ...sign(draft).request, url: `${draft.url ?? '/'}${draft.url?.includes('?') ? '&' : '?'}x=1` }),
      ['InvalidSignatureException', 400],
      ['SignatureDoesNotMatch', 403],
      ['SignatureDoesNotMatch', 403],
    ],
    [
      'signed another host',
      (draft) => withHeaders(sign(draft).request, { host: 'elsewhere' }),
      ['InvalidSignatureException', 400],
      ['SignatureDoesNotMatch', 403],
      ['SignatureDoesNotMatch', 403],
    ],
    [
      'did not sign a header that means something',
      (draft) => withHeaders(sign(draft).request, { 'x-amz-copy-source': '/other/secret' }),
      ['InvalidSignatureException', 400],
      ['SignatureDoesNotMatch', 403],
      ['AccessDenied', 403],
    ],
    [
      'leaves the session token out',
      (draft) => sign({ ...draft, key: { ...KEY, accessKeyId: 'ASIA', secretAccessKey: 'temporary' } }).request,
      ['UnrecognizedClientException', 400],
      ['InvalidClientTokenId', 403],
      ['InvalidToken', 400],
    ],
    [
      'has another session token',
      (draft) => sign({ ...draft, key: { ...token, sessionToken: 'forged' } }).request,
      ['UnrecognizedClientException', 400],
      ['InvalidClientTokenId', 403],
      ['InvalidToken', 400],
    ],
    [
      'has a session that ended',
      (draft) => sign({ ...draft, key: { ...token, accessKeyId: 'ASIAOLD' } }).request,
      ['ExpiredTokenException', 400],
      ['ExpiredToken', 403],
      ['ExpiredToken', 400],
    ],
  ]
  for (const [situation, make, ...expected] of CASES) {
    for (const [index, protocol] of (['json', 'query', 'xml'] as const).entries()) {
      it(`${protocol}: a caller who ${situation} gets ${expected[index]?.join(' ')}`, async () => {
        const { code, status } = await send(make(REQUESTS[protocol]), { keys })
        assert.deepEqual([code, status], expected[index])
      })
    }
  }

  it('is accepted with the right token, up to the last of fifteen minutes', async () => {
    for (const at of [AT - 15 * 60_000, AT, AT + 15 * 60_000]) {
      const { status } = await send(sign({ ...REQUESTS.query, at, key: token }).request, { keys })
      assert.equal(status, 200)
    }
  })

  it('JSON clients are told when the signature expired', async () => {
    const { message } = await send(sign({ ...REQUESTS.json, at: AT - 20 * 60_000 }).request)
    assert.equal(
      message,
      'Signature expired: 20260131T114000Z is now earlier than 20260131T114500Z (20260131T120000Z - 15 min.)',
    )
  })

  it('a changed body is refused', async () => {
    const request = { ...sign(REQUESTS.json).request, body: Buffer.from('{"name":"other"}') }
    assert.equal((await send(request)).code, 'InvalidSignatureException')
    const declared = sign({
      ...REQUESTS.json,
      headers: { ...REQUESTS.json.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      payloadHash: 'UNSIGNED-PAYLOAD',
    })
    assert.equal((await send(declared.request)).code, 'InvalidSignatureException')
  })

  it('a signature for one service is not accepted by another, whatever the target says', async () => {
    const { code, message } = await send(sign({ ...REQUESTS.json, service: 'nosuch' }).request)
    assert.equal(code, 'InvalidSignatureException')
    assert.equal(message, "Credential should be scoped to correct service: 'codepipeline'.")
  })

  it('an unsigned call is let in only where the anonymous policy names somebody', async () => {
    const anonymous = { accessKeyId: '', account: '', arn: '', userId: '', type: 'Anonymous' } as const
    const options: CloudOptions = {
      more: {
        anonymous: (service, operation) =>
          `${service}:${operation}` === 's3:GetBucketLocation' ? anonymous : undefined,
      },
    }
    assert.equal(
      (await send(wireRequest({ method: 'GET', url: '/bucket?location', headers: { host: 'h' } }), options)).status,
      200,
    )
    assert.equal(
      (await send(wireRequest({ method: 'GET', url: '/bucket/k', headers: { host: 'h' } }), options)).status,
      403,
    )
  })
})

describe('presigned requests', () => {
  const presign = (expires: number | string, at = AT, secret = KEY.secretAccessKey) => {
    const time = new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '')
    const scope = { date: time.slice(0, 8), region: 'us-east-1', service: 's3' }
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(`${KEY.accessKeyId}/${scopeText(scope)}`)}&X-Amz-Date=${time}&X-Amz-Expires=${expires}&X-Amz-SignedHeaders=host`
    const canonical = `GET\n/bucket\n${query}&location=\nhost:h\n\nhost\nUNSIGNED-PAYLOAD`
    const text = `AWS4-HMAC-SHA256\n${time}\n${scopeText(scope)}\n${sha256Hex(canonical)}`
    const signature = hmacHex(deriveSigningKey(secret, scope), text)
    return wireRequest({
      method: 'GET',
      url: `/bucket?location&${query}&X-Amz-Signature=${signature}`,
      headers: { host: 'h' },
    })
  }

  it('are accepted until they expire', async () => {
    assert.equal((await send(presign(60, AT - 60_000))).status, 200)
    const expired = await send(presign(60, AT - 61_000))
    assert.deepEqual([expired.status, expired.code, expired.message], [403, 'AccessDenied', 'Request has expired'])
    assert.match(expired.text, /<X-Amz-Expires>60<\/X-Amz-Expires>/)
  })
  it('may last a week and no longer', async () => {
    assert.equal((await send(presign(604_800, AT - 6 * 86_400_000))).status, 200)
    assert.equal((await send(presign(604_801))).code, 'AuthorizationQueryParametersError')
    assert.equal((await send(presign('soon'))).code, 'AuthorizationQueryParametersError')
  })
  it('of the old signature version 2 are answered with what to do instead', async () => {
    const url = '/bucket/k?AWSAccessKeyId=AKIDEXAMPLE&Signature=abc%3D&Expires=1795235138'
    const { status, message } = await send(wireRequest({ method: 'GET', url, headers: { host: 'h' } }))
    assert.equal(status, 400)
    assert.match(message, /signature_version s3v4/)
  })
  it('are refused when changed or signed with another secret', async () => {
    const request = presign(60)
    assert.equal(
      (await send({ ...request, url: request.url.replace('Expires=60', 'Expires=90') })).code,
      'SignatureDoesNotMatch',
    )
    assert.equal(
      (await send({ ...request, url: request.url.replace('/bucket', '/bucket2') })).code,
      'SignatureDoesNotMatch',
    )
    assert.equal((await send(presign(60, AT, 'wrong'))).code, 'SignatureDoesNotMatch')
  })

  it("include S3's published example", async () => {
    const example = {
      method: 'GET',
      url: '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
      headers: { host: 'examplebucket.s3.amazonaws.com' },
    }
    const { code } = await send(wireRequest(example), {
      clock: { now: () => Date.UTC(2013, 4, 24, 23) },
      keys: { AKIAIOSFODNN7EXAMPLE: { secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' } },
    })
    assert.equal(code, 'NoSuchKey')
  })
})

describe('what is asked for', () => {
  it('a service is loaded on its first request, and once', async () => {
    const cloud = createCloud({ clock })
    assert.deepEqual(cloud.loads, [])
    await Promise.all([1, 2, 3].map(() => cloud.dispatcher.handle(sign(REQUESTS.json).request)))
    assert.deepEqual(cloud.loads, ['codepipeline'])
  })

  const unsigned = (headers: Record<string, string>, body = '', url = '/', method = 'POST') =>
    wireRequest({ method, url, headers: { host: '127.0.0.1:4566', ...headers }, body })
  for (const [how, request, service] of [
    ['target', unsigned({ 'x-amz-target': 'Logs_20140328.GetLogEvents' }), 'logs'],
    ['host', unsigned({ host: 'codecommit.us-east-1.localhost' }), 'codecommit'],
    [
      'version of the form',
      unsigned({ 'content-type': 'application/x-www-form-urlencoded' }, 'Action=GetCallerIdentity&Version=2011-06-15'),
      'sts',
    ],
    ['version in the query string', unsigned({}, '', '/?Action=ListRoles&Version=2010-05-08', 'GET'), 'iam'],
    ['nothing at all, as the object store', unsigned({}, '', '/bucket/key', 'GET'), 's3'],
  ] as const) {
    it(`an unsigned request is told by its ${how}`, async () => {
      const cloud = createCloud({ clock })
      await cloud.dispatcher.handle(request)
      assert.deepEqual(cloud.loads, [service])
    })
  }

  it('a service we do not have is named in the answer', async () => {
    const json = await send(
      sign({ ...REQUESTS.json, service: 'bedrock', headers: { 'x-amz-target': 'Bedrock.Invoke' } }).request,
    )
    assert.deepEqual(
      [json.code, json.message],
      ['UnknownOperationException', "The service 'bedrock' is not implemented by Pipewright yet"],
    )
    const query = await send(
      unsigned({ 'content-type': 'application/x-www-form-urlencoded' }, 'Action=Nope&Version=1999-01-01'),
    )
    assert.equal(query.code, 'InvalidAction')
  })

  it('an operation that the model does not know is told apart from one not implemented yet', async () => {
    const ask = (name: string) =>
      send(sign({ ...REQUESTS.json, headers: { 'x-amz-target': `CodePipeline_20150709.${name}` } }).request)
    const { code, message, status } = await ask('Frobnicate')
    assert.deepEqual(
      [status, code, message],
      [400, 'UnknownOperationException', 'CodePipeline has no operation Frobnicate'],
    )
    assert.equal(
      (await ask('RollbackStage')).message,
      'CodePipeline operation RollbackStage is not implemented by Pipewright yet',
    )
    const xml = await send(sign({ ...REQUESTS.xml, url: '/bucket?cors' }).request)
    assert.deepEqual([xml.status, xml.code], [501, 'NotImplemented'])
  })

  it('a body without sense is a SerializationException', async () => {
    const ask = (body: string) => send(sign({ ...REQUESTS.json, body }).request)
    for (const body of ['{', '[]', '"x"', '{"name": 5}', '{"name": true}', '{"name": {}}', '{"version": "1"}']) {
      const { code, status } = await ask(body)
      assert.deepEqual([status, code], [400, 'SerializationException'], body)
    }
    assert.equal((await ask('{"name": 5}')).message, 'NUMBER_VALUE can not be converted to a String')
  })

  it('null is absent, and unknown members are ignored', async () => {
    const { code } = await send(
      sign({ ...REQUESTS.json, body: '{"name":"absent","version":null,"extra":{"a":[1]}}' }).request,
    )
    assert.equal(code, 'PipelineNotFoundException')
  })

  it('dates may be numbers or ISO text', async () => {
    for (const created of ['1446137358.328', '"2015-10-29T16:49:18.328Z"']) {
      const body = `{"pipelineName":"p","stageName":"s","actionName":"a","actionRevision":{"created":${created}}}`
      const { text } = await send(
        sign({ ...REQUESTS.json, headers: { 'x-amz-target': 'CodePipeline_20150709.PutActionRevision' }, body })
          .request,
      )
      assert.match(text, /2015-10-29T16:49:18.328Z/)
    }
  })

  it('is read decompressed when it comes compressed, whatever the protocol; what is signed is what was sent', async () => {
    for (const draft of [REQUESTS.json, REQUESTS.query]) {
      const headers = { ...draft.headers, 'content-encoding': 'gzip' }
      const compressed = sign({ ...draft, headers, body: gzipSync(draft.body) }).request
      assert.deepEqual((await send(compressed)).code, (await send(sign(draft).request)).code)
      assert.match((await send(sign({ ...draft, headers }).request)).code, /SerializationException|MalformedInput/)
      const bomb = sign({ ...draft, headers, body: gzipSync(Buffer.alloc(100_000)) }).request
      assert.match((await send(bomb, { more: { maxBodyBytes: 10_000 } })).code, /RequestEntityTooLarge/)
    }
  })

  it('a body larger than the limit is refused before it is read', async () => {
    const more = { maxBodyBytes: 10 }
    const json = await send(sign(REQUESTS.json).request, { more })
    assert.deepEqual([json.status, json.code], [413, 'RequestEntityTooLargeException'])
    let read = 0
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1000, ++read)
      })(),
    )
    const xml = await send(
      sign({ ...REQUESTS.xml, method: 'PUT', url: '/b?tagging', body: endless, payloadHash: 'UNSIGNED-PAYLOAD' })
        .request,
      { more },
    )
    assert.equal(xml.code, 'MaxMessageLengthExceeded')
    assert.ok(read < 600)
  })
})

describe('how calls end', () => {
  it('an error of the model has its name in body and header, and the request id', async () => {
    const { status, headers, text } = await send(sign(REQUESTS.json).request)
    assert.equal(status, 400)
    assert.equal(headers['x-amzn-errortype'], 'PipelineNotFoundException')
    assert.equal(headers['x-amzn-requestid'], 'request-1')
    assert.equal(
      text,
      `{"__type":"PipelineNotFoundException","message":"Account '111122223333' does not have a pipeline with name 'absent'"}`,
    )
  })

  it('a bug is logged with the request id, and its text is not told', async () => {
    const lines: [Record<string, unknown>][] = []
    const log = {
      ...silentLog,
      error: (fields: Record<string, unknown>) => void lines.push([fields]),
    } as unknown as Log
    const { status, code, text } = await send(sign({ ...REQUESTS.json, body: '{"name":"bug"}' }).request, { log })
    assert.deepEqual([status, code], [500, 'InternalFailure'])
    assert.ok(!text.includes('secret'))
    const [[fields] = [{}]] = lines
    assert.equal(fields['requestId'], 'request-1')
    assert.match(String(fields['err']), /the internal secret text/)
  })

  it('a denial is spelled as the protocol spells it', async () => {
    const authorize = async () => {
      throw new ServiceError('AccessDeniedException', 'User is not authorized')
    }
    const outcomes = await Promise.all(
      [REQUESTS.json, REQUESTS.query, REQUESTS.xml].map((draft) => send(sign(draft).request, { authorize })),
    )
    assert.deepEqual(
      outcomes.map(({ code, status }) => [code, status]),
      [
        ['AccessDeniedException', 400],
        ['AccessDenied', 403],
        ['AccessDenied', 403],
      ],
    )
  })

  it('the authorizer is asked about the resources that the input names, before the operation runs', async () => {
    const asked: unknown[] = []
    const cloud = createCloud({
      clock,
      authorize: async ({ action, resources, principal }) => {
        asked.push([action, ...resources, principal.arn])
        throw new ServiceError('AccessDenied', 'no')
      },
    })
    const body = '{"pipeline":{"name":"site","roleArn":"r","stages":[]}}'
    await cloud.dispatcher.handle(
      sign({
        ...REQUESTS.json,
        region: 'eu-west-1',
        headers: { 'x-amz-target': 'CodePipeline_20150709.CreatePipeline' },
        body,
      }).request,
    )
    assert.deepEqual(asked, [
      [
        'codepipeline:CreatePipeline',
        'arn:aws:codepipeline:eu-west-1:111122223333:site',
        'arn:aws:iam::111122223333:user/ada',
      ],
    ])
    assert.deepEqual(cloud.calls, [])
  })

  it('the audit hears of every call, with secrets and streams left out', async () => {
    const cloud = createCloud({ clock })
    await cloud.dispatcher.handle(sign(REQUESTS.json).request)
    await cloud.dispatcher.handle(sign({ ...REQUESTS.xml, method: 'PUT', url: '/b/k', body: 'hello' }).request)
    const [failed, put] = cloud.records
    assert.equal(failed?.errorCode, 'PipelineNotFoundException')
    assert.equal(failed.operation, 'GetPipeline')
    assert.deepEqual(failed.input(), { name: 'absent' })
    assert.equal(put?.errorCode, undefined)
    assert.deepEqual(put?.input(), { Bucket: 'b', Key: 'k' })
  })

  it('an operation that does not say who may call it keeps its service from starting', async () => {
    const definition = {
      name: 'codepipeline',
      signingNames: ['codepipeline'],
      protocols: ['awsJson1_1'],
      targetPrefix: 'CodePipeline_20150709',
      schemas: [],
      operations: [{ schema: [9, 'ns', 'GetPipeline', 0, 'unit', 'unit'], access: {}, handle: async () => ({}) }],
    }
    const lines: unknown[] = []
    const log = { ...silentLog, error: (fields: object) => void lines.push(fields) } as unknown as Log
    const { code } = await send(sign(REQUESTS.json).request, {
      log,
      services: [{ ...definition, load: async () => definition } as never],
    })
    assert.equal(code, 'InternalFailure')
    assert.match(String((lines[0] as { err: Error }).err), /GetPipeline does not declare the action/)
  })
})

describe('streamed bodies', () => {
  const put = (draft: Partial<Draft>, change: (request: WireRequest) => WireRequest = (request) => request) =>
    send(change(sign({ ...REQUESTS.xml, method: 'PUT', url: '/b/k', body: 'hello', ...draft }).request))

  const checksum = (text: string): string => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(crc32(text))
    return bytes.toString('base64')
  }

  it('are refused when their hash is not the signed one', async () => {
    const { code, status } = await put({}, (request) => ({ ...request, body: Readable.from([Buffer.from('HELLO')]) }))
    assert.deepEqual([status, code], [400, 'XAmzContentSHA256Mismatch'])
  })
  it('are refused when a checksum header is wrong', async () => {
    assert.equal((await put({ headers: { 'x-amz-checksum-crc32': checksum('other') } })).code, 'BadDigest')
    assert.equal((await put({ headers: { 'x-amz-checksum-crc32': checksum('hello') } })).status, 200)
    assert.equal((await put({ headers: { 'x-amz-checksum-crc32': 'AA==' } })).code, 'InvalidRequest')
  })
  it('are refused when Content-MD5 is wrong', async () => {
    assert.equal((await put({ headers: { 'content-md5': 'XUFAKrxLKna5cZ2REBfFkg==' } })).status, 200)
    assert.equal((await put({ headers: { 'content-md5': 'XUFAKrxLKna5cZ2REBfFkQ==' } })).code, 'BadDigest')
    assert.equal((await put({ headers: { 'content-md5': 'short' } })).code, 'InvalidDigest')
  })
  it('with a checksum of an algorithm we do not know are accepted', async () => {
    assert.equal((await put({ headers: { 'x-amz-checksum-xxhash3': 'AAAAAAAAAAA=' } })).status, 200)
  })
  it('in unsigned chunks are held to the checksum in the trailer', async () => {
    const chunked = (trailer: string) =>
      put({
        payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        headers: { 'x-amz-trailer': 'x-amz-checksum-crc32', 'x-amz-decoded-content-length': '5' },
        body: `5\r\nhello\r\n0\r\n${trailer}\r\n`,
      })
    assert.equal((await chunked(`x-amz-checksum-crc32:${checksum('hello')}\r\n`)).status, 200)
    assert.equal((await chunked(`x-amz-checksum-crc32:${checksum('other')}\r\n`)).code, 'BadDigest')
    assert.equal((await chunked('')).code, 'MalformedTrailerError')
  })
  it('of another length than declared are refused', async () => {
    const { code } = await put({
      payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      headers: { 'x-amz-decoded-content-length': '6' },
      body: `5\r\nhello\r\n0\r\n\r\n`,
    })
    assert.equal(code, 'IncompleteBody')
  })
  it('in signed chunks are refused when a chunk was not signed by the caller', async () => {
    const { code, status } = await put({
      payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      headers: { 'x-amz-decoded-content-length': '5' },
      body: `5;chunk-signature=${'0'.repeat(64)}\r\nhello\r\n0;chunk-signature=${'0'.repeat(64)}\r\n\r\n`,
    })
    assert.deepEqual([status, code], [403, 'SignatureDoesNotMatch'])
  })
  it('declared in a word nobody knows are refused', async () => {
    assert.equal((await put({ payloadHash: 'STREAMING-SOMETHING-ELSE' })).code, 'InvalidArgument')
  })
})
