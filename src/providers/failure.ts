/** AWS errors as action failures. Source: actions.md 1.6. */
import type { ErrorDetails } from '../core/execution/execution.ts'

/**
 * @returns why the action failed when `error` is an answer of an AWS service (or the lack of one); undefined for anything else,
 * which is a bug of ours
 */
export function failureOf(error: unknown): ErrorDetails | undefined {
  if (!(error instanceof Error)) return undefined
  if (isUnreachable(error))
    return { code: 'SystemUnavailable', message: `A service could not be reached: ${error.message}` }
  if (!isServiceException(error)) return undefined
  const [, code] = CODES.find(([names]) => names.test(error.name)) ?? [undefined, codeByStatus(error)]
  return { code, message: messageOf(error).slice(0, MAX_MESSAGE) }
}

/** First match wins: "denied" is about permission even in an error about a key that is missing. */
const CODES: readonly (readonly [RegExp, ErrorDetails['code']])[] = [
  [
    /Denied|NotAuthorized|Unauthorized|Forbidden|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|ExpiredToken|SignatureDoesNotMatch/,
    'PermissionError',
  ],
  [
    /Throttl|TooManyRequests|SlowDown|ServiceUnavailable|InternalFailure|InternalError|InternalServer|RequestTimeout|LimitExceeded/,
    'SystemUnavailable',
  ],
  [/^NoSuch|NotFound|DoesNotExist|NotExist/, 'ConfigurationError'],
  [
    /^Invalid|^Validation|ValidationError|Malformed|Required|NotSupported|NotImplemented|UnknownOperation/,
    'ConfigurationError',
  ],
]

function codeByStatus({ $metadata: { httpStatusCode = 400 } }: ServiceException): ErrorDetails['code'] {
  if (httpStatusCode === 401 || httpStatusCode === 403) return 'PermissionError'
  if (httpStatusCode === 404) return 'ConfigurationError'
  return httpStatusCode >= 500 ? 'SystemUnavailable' : 'JobFailed'
}

/** HeadObject and its like have no body, so their errors say `UnknownError` or nothing. */
function messageOf(error: ServiceException): string {
  const { name, message } = error
  if (message === '' || message === 'UnknownError' || message === name) return name
  const thing = THINGS.map((member) => Reflect.get(error, member) as unknown).find(isText)
  return thing === undefined || message.includes(thing) ? message : `${message.replace(/\.$/, '')}: ${thing}`
}

/** S3 says "the specified bucket does not exist" and names it beside the text. */
const THINGS = ['BucketName', 'Key']
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** The API's limit on `errorDetails.message`. */
const MAX_MESSAGE = 5000

interface ServiceException extends Error {
  readonly $metadata: { readonly httpStatusCode?: number }
}

/** By form, not by class: every client package brings its own copy of the classes. */
const isServiceException = (error: Error): error is ServiceException => '$fault' in error && '$metadata' in error

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
])

const isUnreachable = (error: Error): boolean =>
  ('code' in error && UNREACHABLE.has(String(error.code)) && !('path' in error)) || error.name === 'TimeoutError'

/** Whether the service says that what was asked for is not there. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  isServiceException(error) &&
  (/^NoSuch|NotFound|DoesNotExist/.test(error.name) || error.$metadata.httpStatusCode === 404)
