import { firstParam, type ParsedRequest } from '../request.ts'
import type { Instant } from '../../base/clock.ts'
import { AuthFailure, type AuthProblem } from './failure.ts'
import type { Scope } from './signing-key.ts'
import { basicTime, parseBasicTime } from './timestamp.ts'

/** Who a request says it is from, before anything is proved. */
export interface SignatureClaim {
  readonly form: 'header' | 'query'
  readonly accessKeyId: string
  readonly scope: Scope
  readonly signedHeaders: readonly string[]
  /** lower-case hex */
  readonly signature: string
  readonly timestamp: string
  readonly at: Instant
  /** presigned requests only */
  readonly expiresSeconds?: number
  readonly sessionToken?: string
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
/** AWS CLI v1 still presigns with version 2 unless told otherwise. */
const USE_VERSION_4 = "Sign with version 4, for the AWS CLI: 'aws configure set default.s3.signature_version s3v4'."
const WEEK_SECONDS = 7 * 24 * 3600

/**
 * @returns `undefined` for an unsigned request
 * @throws AuthFailure when there is a signature that cannot be read
 */
export function readClaim(request: ParsedRequest): SignatureClaim | undefined {
  const authorization = request.headers['authorization']
  if (authorization !== undefined) return headerClaim(request, authorization)
  if (request.params.has('AWSAccessKeyId') && request.params.has('Signature')) {
    throw new AuthFailure('PresignedMalformed', `Signature version 2 is not accepted. ${USE_VERSION_4}`)
  }
  return request.params.has('X-Amz-Algorithm') || request.params.has('X-Amz-Signature')
    ? queryClaim(request)
    : undefined
}

function headerClaim(request: ParsedRequest, authorization: string): SignatureClaim {
  const [algorithm = '', ...rest] = authorization.trim().split(/\s+/)
  if (algorithm === 'AWS') throw new AuthFailure('Malformed', `Signature version 2 is not accepted. ${USE_VERSION_4}`)
  if (algorithm !== ALGORITHM) throw new AuthFailure('Malformed', `Unsupported AWS 'algorithm': '${algorithm}'.`)
  const parts = new Map(
    rest
      .join('')
      .split(',')
      .map((part) => {
        const equals = part.indexOf('=')
        return [part.slice(0, equals), part.slice(equals + 1)] as const
      }),
  )
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !parts.get(name))
  if (missing.length > 0) {
    const sentences = missing.map((name) => `Authorization header requires '${name}' parameter.`)
    throw new AuthFailure('Malformed', sentences.join(' '))
  }
  const timestamp = headerTime(request)
  const sessionToken = request.headers['x-amz-security-token']
  return {
    form: 'header',
    ...readCredential(parts.get('Credential') ?? '', 'Malformed'),
    signedHeaders: readSignedHeaders(parts.get('SignedHeaders') ?? '', 'Malformed'),
    signature: parts.get('Signature') ?? '',
    timestamp,
    at: readTime(timestamp, 'Malformed'),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  }
}

function queryClaim(request: ParsedRequest): SignatureClaim {
  const required = (name: string): string => {
    const value = firstParam(request, name)
    if (value) return value
    throw new AuthFailure(
      'PresignedMalformed',
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    )
  }
  if (required('X-Amz-Algorithm') !== ALGORITHM) {
    throw new AuthFailure('PresignedMalformed', `X-Amz-Algorithm only supports "${ALGORITHM}"`)
  }
  const timestamp = required('X-Amz-Date')
  const sessionToken = firstParam(request, 'X-Amz-Security-Token')
  return {
    form: 'query',
    ...readCredential(required('X-Amz-Credential'), 'PresignedMalformed'),
    signedHeaders: readSignedHeaders(required('X-Amz-SignedHeaders'), 'PresignedMalformed'),
    signature: required('X-Amz-Signature'),
    timestamp,
    at: readTime(timestamp, 'PresignedMalformed'),
    expiresSeconds: readExpires(required('X-Amz-Expires')),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  }
}

function readCredential(text: string, problem: AuthProblem): { accessKeyId: string; scope: Scope } {
  const [accessKeyId, date, region, service, terminator, ...rest] = text.split('/')
  if (
    !accessKeyId ||
    !/^[\w-]{1,128}$/.test(accessKeyId) ||
    !/^\d{8}$/.test(date ?? '') ||
    !/^[a-z0-9-]{1,64}$/.test(region ?? '') ||
    !/^[\w.-]{1,64}$/.test(service ?? '') ||
    terminator !== 'aws4_request' ||
    rest.length > 0
  ) {
    throw new AuthFailure(
      problem,
      `The credential must look like <access key>/YYYYMMDD/<region>/<service>/aws4_request, got '${text}'.`,
    )
  }
  return { accessKeyId, scope: { date: date ?? '', region: region ?? '', service: service ?? '' } }
}

function readSignedHeaders(text: string, problem: AuthProblem): readonly string[] {
  const names = text.toLowerCase().split(';')
  if (!names.includes('host')) {
    throw new AuthFailure(problem, `'Host' must be a signed header, got SignedHeaders '${text}'.`)
  }
  return names
}

function headerTime(request: ParsedRequest): string {
  const own = request.headers['x-amz-date']
  if (own !== undefined) return own
  const date = Date.parse(request.headers['date'] ?? '')
  if (!Number.isNaN(date)) return basicTime(date)
  throw new AuthFailure(
    'Malformed',
    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
  )
}

function readTime(timestamp: string, problem: AuthProblem): Instant {
  const at = parseBasicTime(timestamp)
  if (at === undefined) {
    throw new AuthFailure(problem, `Date must be in ISO-8601 'basic format'. Got '${timestamp}'.`)
  }
  return at
}

function readExpires(text: string): number {
  const seconds = Number(text)
  if (!/^\d{1,9}$/.test(text)) throw new AuthFailure('PresignedMalformed', 'X-Amz-Expires should be a number')
  if (seconds > WEEK_SECONDS) {
    throw new AuthFailure(
      'PresignedMalformed',
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${WEEK_SECONDS} seconds`,
    )
  }
  return seconds
}
