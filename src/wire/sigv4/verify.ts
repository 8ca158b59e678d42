import type { Instant } from '../../base/clock.ts'
import type { ParsedRequest } from '../request.ts'
import type { Authenticator, Credentials } from '../wire.ts'
import { canonicalRequest, stringToSign, type PathRule } from './canonical.ts'
import type { SignatureClaim } from './claim.ts'
import { AuthFailure } from './failure.ts'
import { hmacHex, sameText, scopeText, type SigningKeys } from './signing-key.ts'
import { basicTime, MAX_SKEW_MS } from './timestamp.ts'

export interface VerifyDeps {
  readonly authenticator: Authenticator
  readonly signingKeys: SigningKeys
  readonly now: Instant
}

export interface VerifiedSignature {
  readonly credentials: Credentials
  /** signs the chunks of a signed streaming body */
  readonly signingKey: Buffer
}

/**
 * Proves that the request was signed by the owner of the claimed access key.
 * @param payloadHash what the body's line of the canonical request must be: a hash or one of the fixed words
 * @throws AuthFailure
 */
export async function verifySignature(
  request: ParsedRequest,
  claim: SignatureClaim,
  payloadHash: string,
  pathRule: PathRule,
  { authenticator, signingKeys, now }: VerifyDeps,
): Promise<VerifiedSignature> {
  if (!claim.timestamp.startsWith(claim.scope.date)) {
    throw new AuthFailure(
      claim.form === 'query' ? 'PresignedMalformed' : 'WrongScope',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${claim.scope.date}' != '${claim.timestamp.slice(0, 8)}', from '${claim.timestamp}'.`,
    )
  }
  checkTime(claim, now)
  const unsigned = unsignedHeaders(request, claim)
  if (unsigned.length > 0) {
    throw new AuthFailure('HeadersNotSigned', undefined, { HeadersNotSigned: unsigned.join(', ') })
  }
  const credentials = await authenticator.lookup(claim.accessKeyId)
  if (credentials === undefined) throw new AuthFailure('UnknownKey', undefined, { AWSAccessKeyId: claim.accessKeyId })
  checkToken(credentials, claim)

  const signingKey = signingKeys(claim.accessKeyId, credentials.secretAccessKey, claim.scope)
  const canonical = canonicalRequest({ ...partsOf(request), signedHeaders: claim.signedHeaders, payloadHash }, pathRule)
  const text = stringToSign(claim.timestamp, scopeText(claim.scope), canonical)
  if (!sameText(hmacHex(signingKey, text), claim.signature)) {
    throw new AuthFailure('SignatureMismatch', undefined, {
      AWSAccessKeyId: claim.accessKeyId,
      StringToSign: text,
      SignatureProvided: claim.signature,
      CanonicalRequest: canonical,
    })
  }
  // Only now: whether a token is expired is nobody's business who cannot sign with it.
  if (credentials.expiresAt !== undefined && credentials.expiresAt <= now) throw new AuthFailure('TokenExpired')
  return { credentials, signingKey }
}

const partsOf = ({ method, path, query, headers }: ParsedRequest) => ({ method, path, query, headers })

function checkTime(claim: SignatureClaim, now: Instant): void {
  const server = basicTime(now)
  if (claim.at > now + MAX_SKEW_MS) {
    throw new AuthFailure(
      'Skewed',
      `Signature not yet current: ${claim.timestamp} is still later than ${basicTime(now + MAX_SKEW_MS)} (${server} + 15 min.)`,
      {
        RequestTime: claim.timestamp,
        ServerTime: new Date(now).toISOString(),
        MaxAllowedSkewMilliseconds: MAX_SKEW_MS,
      },
    )
  }
  if (claim.expiresSeconds !== undefined) {
    const expires = claim.at + claim.expiresSeconds * 1000
    if (expires >= now) return
    throw new AuthFailure('PresignedExpired', undefined, {
      'X-Amz-Expires': claim.expiresSeconds,
      Expires: new Date(expires).toISOString(),
      ServerTime: new Date(now).toISOString(),
    })
  }
  if (claim.at < now - MAX_SKEW_MS) {
    throw new AuthFailure(
      'Skewed',
      `Signature expired: ${claim.timestamp} is now earlier than ${basicTime(now - MAX_SKEW_MS)} (${server} - 15 min.)`,
      {
        RequestTime: claim.timestamp,
        ServerTime: new Date(now).toISOString(),
        MaxAllowedSkewMilliseconds: MAX_SKEW_MS,
      },
    )
  }
}

/** The hash stands in the canonical request itself, and the token is compared, so both may stay out of SignedHeaders. */
const NEED_NO_SIGNATURE = new Set(['x-amz-content-sha256', 'x-amz-security-token'])

/** An `x-amz-` header changes what a request does; one that nobody signed may come from somebody in between. */
const unsignedHeaders = (request: ParsedRequest, claim: SignatureClaim): readonly string[] =>
  Object.keys(request.headers).filter(
    (name) => name.startsWith('x-amz-') && !NEED_NO_SIGNATURE.has(name) && !claim.signedHeaders.includes(name),
  )

function checkToken(credentials: Credentials, claim: SignatureClaim): void {
  const expected = credentials.sessionToken
  if (expected === undefined && claim.sessionToken === undefined) return
  if (expected !== undefined && claim.sessionToken !== undefined && sameText(expected, claim.sessionToken)) return
  throw new AuthFailure('TokenInvalid')
}
