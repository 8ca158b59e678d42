import { Readable } from 'node:stream'
import { AuthFailure } from '../sigv4/failure.ts'
import { ServiceError } from '../service-error.ts'
import { decodeAwsChunked } from './aws-chunked.ts'
import { asBuffer, incompleteBody } from './byte-reader.ts'
import { CHECKSUMS, startHash, type Digest } from './checksums.ts'
import type { ChunkSigner } from './chunk-signer.ts'

export interface BodyPlan {
  readonly headers: Readonly<Record<string, string>>
  /** the hash the signature covers, when it covers one */
  readonly sha256?: string
  readonly chunked: boolean
  readonly signer?: ChunkSigner
  /** false where `x-amz-checksum-…` headers speak of something else than this body, e.g. of a whole multipart object */
  readonly checksumHeaders: boolean
  /** turns a failed proof into the protocol's error */
  readonly toServiceError: (failure: AuthFailure) => ServiceError
}

/** A body as the client meant it: chunk framing taken off; it ends without error only if every hash it came with is right. */
export interface OpenBody {
  readonly readable: Readable
  /** why the body was refused, once it was */
  readonly failure: () => ServiceError | undefined
}

const trailersByBody = new WeakMap<Readable, Map<string, string>>()

/**
 * The trailers sent behind a streamed body (`x-amz-checksum-…`), by lower-case name.
 * They are there after the stream's `end`; before it, and for bodies without trailers, the map is empty.
 */
export const trailersOf = (body: Readable): ReadonlyMap<string, string> => trailersByBody.get(body) ?? new Map()

export function openBody(source: AsyncIterable<Uint8Array>, plan: BodyPlan): OpenBody {
  const trailers = new Map<string, string>()
  let failure: ServiceError | undefined
  async function* verified(): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* verify(source, plan, trailers)
    } catch (error) {
      if (error instanceof AuthFailure) failure = plan.toServiceError(error)
      else if (error instanceof ServiceError) failure = error
      throw failure ?? error
    }
  }
  const readable = Readable.from(verified(), { objectMode: false, highWaterMark: 256 * 1024 })
  trailersByBody.set(readable, trailers)
  return { readable, failure: () => failure }
}

interface Check {
  readonly digest: Digest
  /** @throws when the digest is not the one the client told */
  readonly settle: (digest: Buffer) => void
}

async function* verify(
  source: AsyncIterable<Uint8Array>,
  plan: BodyPlan,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer, void, undefined> {
  const checks = [...headerChecks(plan), ...trailerChecks(plan, trailers)]
  const expectedLength = declaredLength(plan)
  const iterator = source[Symbol.asyncIterator]()
  const bytes = plan.chunked
    ? decodeAwsChunked(iterator, {
        ...(plan.signer ? { signer: plan.signer } : {}),
        onTrailers: (found) => {
          for (const [name, value] of found) trailers.set(name, value)
        },
      })
    : { [Symbol.asyncIterator]: () => iterator }
  let length = 0
  try {
    for await (const chunk of bytes) {
      const buffer = asBuffer(chunk)
      length += buffer.length
      if (expectedLength !== undefined && length > expectedLength) throw incompleteBody()
      for (const check of checks) check.digest.update(buffer)
      yield buffer
    }
  } finally {
    await iterator.return?.() // lets go of the request, so that what is left of it can be drained for the next one
  }
  if (expectedLength !== undefined && length !== expectedLength) throw incompleteBody()
  for (const check of checks) check.settle(check.digest.digest())
}

function headerChecks(plan: BodyPlan): Check[] {
  const checks: Check[] = []
  const { sha256, headers } = plan
  if (sha256 !== undefined) {
    checks.push({
      digest: startHash('sha256'),
      settle: (digest) => {
        if (digest.toString('hex') === sha256) return
        throw new AuthFailure('PayloadMismatch', undefined, { ClientComputedContentSHA256: sha256 })
      },
    })
  }
  const md5 = headers['content-md5']
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').length !== 16) {
      throw new ServiceError('InvalidDigest', 'The Content-MD5 you specified was invalid.', {
        fields: { 'Content-MD5': md5 },
      })
    }
    checks.push({
      digest: startHash('md5'),
      settle: (digest) => {
        if (digest.toString('base64') === md5) return
        throw new ServiceError('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
          fields: { ExpectedDigest: md5, CalculatedDigest: digest.toString('base64') },
        })
      },
    })
  }
  if (!plan.checksumHeaders) return checks
  for (const [name, { label, start }] of Object.entries(CHECKSUMS)) {
    const expected = headers[name]
    if (expected === undefined) continue
    const digest = start()
    checks.push({ digest, settle: (actual) => matchChecksum(label, name, expected, actual) })
  }
  return checks
}

function trailerChecks({ headers, chunked }: BodyPlan, trailers: ReadonlyMap<string, string>): Check[] {
  if (!chunked) return []
  const names = (headers['x-amz-trailer'] ?? '').split(',').map((name) => name.trim().toLowerCase())
  return names.flatMap((name) => {
    const checksum = CHECKSUMS[name]
    if (checksum === undefined) return []
    const settle = (actual: Buffer): void => {
      const expected = trailers.get(name)
      if (expected === undefined) {
        throw new ServiceError(
          'MalformedTrailerError',
          'The request contained trailing data that was not well-formed or did not conform to our published schema.',
        )
      }
      matchChecksum(checksum.label, name, expected, actual)
    }
    return [{ digest: checksum.start(), settle }]
  })
}

function matchChecksum(label: string, name: string, expected: string, actual: Buffer): void {
  if (Buffer.from(expected, 'base64').length !== actual.length) {
    throw new ServiceError('InvalidRequest', `Value for ${name} header is invalid.`)
  }
  if (actual.toString('base64') !== expected) {
    throw new ServiceError('BadDigest', `The ${label} you specified did not match the calculated checksum.`)
  }
}

function declaredLength({ headers, chunked }: BodyPlan): number | undefined {
  const text = headers[chunked ? 'x-amz-decoded-content-length' : 'content-length']
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** What the headers say about the body after the framing is off: handlers see the decoded length and the real encoding. */
export function decodedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const decoded = { ...headers }
  const length = headers['x-amz-decoded-content-length']
  if (length !== undefined) decoded['content-length'] = length
  const encodings = headers['content-encoding']?.split(',').map((encoding) => encoding.trim())
  if (encodings?.includes('aws-chunked')) {
    const rest = encodings.filter((encoding) => encoding !== 'aws-chunked')
    if (rest.length > 0) decoded['content-encoding'] = rest.join(',')
    else delete decoded['content-encoding']
  }
  return decoded
}
