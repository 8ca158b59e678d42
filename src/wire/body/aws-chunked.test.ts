import * as fc from 'fast-check'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crc32 } from 'node:zlib'
import { sha256Hex } from '../sigv4/canonical.ts'
import { deriveSigningKey, hmacHex, scopeText } from '../sigv4/signing-key.ts'
import { decodeAwsChunked } from './aws-chunked.ts'
import { createChunkSigner, type ChunkSigner } from './chunk-signer.ts'

/** Source: Amazon S3 API reference, the published example of a signed chunked upload: 65 KiB of the letter a. */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const SCOPE = { date: '20130524', region: 'us-east-1', service: 's3' }
const TIMESTAMP = '20130524T000000Z'
const SEED = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'
const CHUNKS = [
  [65536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'],
  [1024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'],
  [0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'],
] as const

const KEY = deriveSigningKey(SECRET, SCOPE)
const publishedSigner = (): ChunkSigner => createChunkSigner(KEY, TIMESTAMP, SCOPE, SEED)

const published = (): Buffer =>
  Buffer.concat(
    CHUNKS.map(([size, signature]) =>
      Buffer.from(`${size.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(size)}\r\n`),
    ),
  )

async function decode(pieces: Iterable<Uint8Array>, signer?: ChunkSigner) {
  const trailers = new Map<string, string>()
  const chunks: Buffer[] = []
  const source = (async function* () {
    yield* pieces
  })()
  const onTrailers = (found: ReadonlyMap<string, string>): void =>
    found.forEach((value, name) => trailers.set(name, value))
  for await (const chunk of decodeAwsChunked(source, { ...(signer ? { signer } : {}), onTrailers })) {
    chunks.push(Buffer.from(chunk))
  }
  return { body: Buffer.concat(chunks), trailers }
}

describe("S3's published chunked upload", () => {
  it('is accepted, and is 66560 times the letter a', async () => {
    const { body } = await decode([published()], publishedSigner())
    assert.equal(body.toString(), 'a'.repeat(66560))
  })

  it('is refused when one byte of a chunk is changed', async () => {
    const bytes = published()
    bytes[66_000] = 0x62
    await assert.rejects(decode([bytes], publishedSigner()), { problem: 'SignatureMismatch' })
  })

  it('is refused when two chunks change places', async () => {
    const [first, second, last] = CHUNKS.map(([size, signature]) =>
      Buffer.from(`${size.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(size)}\r\n`),
    )
    const swapped = [second, first, last].filter((part) => part !== undefined)
    await assert.rejects(decode(swapped, publishedSigner()), { problem: 'SignatureMismatch' })
  })

  it('is refused when the signature of a chunk is left out', async () => {
    await assert.rejects(decode([Buffer.from('1\r\na\r\n0\r\n\r\n')], publishedSigner()), {
      problem: 'SignatureMismatch',
    })
  })

  it('is refused when it is cut short', async () => {
    await assert.rejects(decode([published().subarray(0, 66_000)], publishedSigner()), { code: 'IncompleteBody' })
    await assert.rejects(decode([published().subarray(0, 65_536 + 85)], publishedSigner()))
  })
})

describe('aws-chunked framing', () => {
  it('is taken off whatever pieces it arrives in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 6 }),
        fc.array(fc.nat(400), { maxLength: 12 }),
        fc.boolean(),
        async (payloads, cuts, signed) => {
          const plain = Buffer.concat(payloads)
          const checksum = Buffer.alloc(4)
          checksum.writeUInt32BE(crc32(plain))
          const framed = frame(payloads, { 'x-amz-checksum-crc32': checksum.toString('base64') }, signed)
          const { body, trailers } = await decode(cut(framed, cuts), signed ? publishedSigner() : undefined)
          assert.ok(body.equals(plain))
          assert.equal(trailers.get('x-amz-checksum-crc32'), checksum.toString('base64'))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('refuses a changed trailer of a signed body', async () => {
    const framed = frame([Buffer.from('hello')], { 'x-amz-checksum-crc32': 'AAAAAA==' }, true)
    const changed = Buffer.from(framed.toString('latin1').replace('AAAAAA==', 'BBBBBB=='), 'latin1')
    await assert.rejects(decode([changed], publishedSigner()), { problem: 'SignatureMismatch' })
  })

  it('takes a trailer that the client ended with a line feed only', async () => {
    const { body, trailers } = await decode([Buffer.from('3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\n\r\n\r\n')])
    assert.equal(body.toString(), 'abc')
    assert.equal(trailers.get('x-amz-checksum-crc32'), 'NSRBwg==')
  })

  for (const [name, text] of [
    ['a size that is no number', 'zz\r\nabc\r\n0\r\n\r\n'],
    ['a chunk longer than its size', '2\r\nabc\r\n0\r\n\r\n'],
    ['an endless size line', 'a'.repeat(10_000)],
    ['a trailer without a colon', '0\r\nnonsense\r\n\r\n'],
    ['a negative size', '-1\r\n\r\n'],
  ] as const) {
    it(`refuses ${name}`, () => assert.rejects(decode([Buffer.from(text)]), { name: 'ServiceError' }))
  }
})

/** Frames a body as a client does. */
function frame(payloads: readonly Uint8Array[], trailers: Readonly<Record<string, string>>, signed: boolean): Buffer {
  const head = `${TIMESTAMP}\n${scopeText(SCOPE)}`
  let previous = SEED
  const next = (text: string): string => (previous = hmacHex(KEY, text))
  const parts = [...payloads, new Uint8Array()].flatMap((payload, index) => {
    const signature = signed
      ? `;chunk-signature=${next(`AWS4-HMAC-SHA256-PAYLOAD\n${head}\n${previous}\n${sha256Hex('')}\n${sha256Hex(payload)}`)}`
      : ''
    const end = index === payloads.length ? '' : '\r\n'
    return [Buffer.from(`${payload.length.toString(16)}${signature}\r\n`), payload, Buffer.from(end)]
  })
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}`)
  const text = lines.map((line) => `${line}\n`).join('')
  const signature = signed
    ? [`x-amz-trailer-signature:${next(`AWS4-HMAC-SHA256-TRAILER\n${head}\n${previous}\n${sha256Hex(text)}`)}`]
    : []
  return Buffer.concat([...parts, Buffer.from([...lines, ...signature, '', ''].join('\r\n'))])
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const edges = [...new Set([0, ...cuts.filter((edge) => edge < bytes.length), bytes.length])].sort((a, b) => a - b)
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge))
}
