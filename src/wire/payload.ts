import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { BodyTooLarge, borrow, collect } from './body/collect.ts'
import { createChunkSigner } from './body/chunk-signer.ts'
import { openBody, type OpenBody } from './body/open-body.ts'
import { authError, type Dialect } from './protocols/dialects.ts'
import { firstParam, type ParsedRequest } from './request.ts'
import { sha256Hex } from './sigv4/canonical.ts'
import type { SignatureClaim } from './sigv4/claim.ts'
import { AuthFailure } from './sigv4/failure.ts'
import { ServiceError } from './service-error.ts'

/** The body of one request, which may be read whole (as often as wanted) or opened as a stream (once). */
export interface Payload {
  readonly bytes: () => Promise<Buffer>
  /** the same, decompressed where the client compressed it; signatures cover the compressed bytes */
  readonly content: () => Promise<Buffer>
  readonly stream: () => AsyncIterable<Uint8Array>
}

/** @throws (from `bytes`) BodyTooLarge past `limit`, as soon as it is known */
export function createPayload({ request, headers }: ParsedRequest, limit: number): Payload {
  let collected: Promise<Buffer> | undefined
  let decompressed: Promise<Buffer> | undefined
  const bytes = (): Promise<Buffer> => {
    const length = request.body instanceof Uint8Array ? request.body.length : Number(headers['content-length'] ?? 0)
    if (length > limit) return Promise.reject(new BodyTooLarge())
    return (collected ??=
      request.body instanceof Uint8Array
        ? Promise.resolve(Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength))
        : collect(borrow(request.body), limit))
  }
  return {
    bytes,
    content: () =>
      headers['content-encoding'] === 'gzip'
        ? (decompressed ??= bytes().then((compressed) => decompress(compressed, limit)))
        : bytes(),
    stream: () => (collected === undefined ? borrow(request.body) : replay(collected)),
  }
}

const gunzipped = promisify(gunzip)

/** @throws BodyTooLarge before more than `limit` bytes are in memory */
async function decompress(compressed: Buffer, limit: number): Promise<Buffer> {
  try {
    return await gunzipped(compressed, { maxOutputLength: limit })
  } catch (cause) {
    if (cause instanceof RangeError) throw new BodyTooLarge()
    throw new ServiceError('MalformedInput', 'The request body is not the gzip that its Content-Encoding says', {
      cause,
    })
  }
}

async function* replay(collected: Promise<Buffer>): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = await collected
  if (bytes.length > 0) yield bytes
}

/** What the payload line of the canonical request says, for protocols whose clients declare it. */
export type PayloadForm =
  | { readonly form: 'hashed'; readonly sha256: string }
  | { readonly form: 'unsigned' }
  | { readonly form: 'signedChunks'; readonly word: string }
  | { readonly form: 'unsignedChunks'; readonly word: string }

const UNSIGNED = 'UNSIGNED-PAYLOAD'

const FORMS: Readonly<Record<string, PayloadForm>> = {
  [UNSIGNED]: { form: 'unsigned' },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { form: 'signedChunks', word: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': {
    form: 'signedChunks',
    word: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { form: 'unsignedChunks', word: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' },
}

/** @returns `undefined` when nothing is declared: then the hash of the body itself is what was signed */
export function declaredPayload(request: ParsedRequest, claim: SignatureClaim | undefined): PayloadForm | undefined {
  const presigned = claim?.form === 'query'
  const declared =
    request.headers['x-amz-content-sha256'] ?? (presigned ? firstParam(request, 'X-Amz-Content-Sha256') : undefined)
  if (declared === undefined) return presigned || claim === undefined ? { form: 'unsigned' } : undefined
  if (/^[0-9a-f]{64}$/.test(declared)) return { form: 'hashed', sha256: declared }
  const form = FORMS[declared]
  if (form !== undefined) return form
  throw new ServiceError(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-UNSIGNED-PAYLOAD-TRAILER or a valid sha256 value.',
    { fields: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: declared } },
  )
}

/** @returns the payload line to verify with */
export function payloadLine(form: PayloadForm): string {
  if (form.form === 'hashed') return form.sha256
  return form.form === 'unsigned' ? UNSIGNED : form.word
}

/** @throws AuthFailure when the body is not the one whose hash was declared */
export function matchDeclaredHash({ headers }: ParsedRequest, body: Buffer): string {
  const actual = sha256Hex(body)
  const declared = headers['x-amz-content-sha256']
  // whatever else is declared there cannot be trusted for a body that is small enough to hash
  if (declared !== undefined && /^[0-9a-f]{64}$/.test(declared) && declared !== actual) {
    throw new AuthFailure('PayloadMismatch')
  }
  return actual
}

/** Opens the body so that reading it to its end proves it. */
export function openPayload(
  request: ParsedRequest,
  payload: Payload,
  form: PayloadForm,
  signature: { readonly claim: SignatureClaim; readonly signingKey: Buffer } | undefined,
  dialect: Dialect,
  checksumHeaders: boolean,
): OpenBody {
  const chunked = form.form === 'signedChunks' || form.form === 'unsignedChunks'
  if (form.form === 'signedChunks' && signature === undefined) throw authError(dialect, new AuthFailure('Missing'))
  return openBody(payload.stream(), {
    headers: request.headers,
    chunked,
    checksumHeaders,
    ...(form.form === 'hashed' ? { sha256: form.sha256 } : {}),
    ...(form.form === 'signedChunks' && signature !== undefined
      ? {
          signer: createChunkSigner(
            signature.signingKey,
            signature.claim.timestamp,
            signature.claim.scope,
            signature.claim.signature,
          ),
        }
      : {}),
    toServiceError: (failure) => authError(dialect, failure),
  })
}
