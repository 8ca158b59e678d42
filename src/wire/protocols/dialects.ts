import type { AuthFailure, AuthProblem } from '../sigv4/failure.ts'
import { ServiceError } from '../service-error.ts'

interface Wording {
  readonly code: string
  readonly statusCode: number
  readonly message: string
}

/** Codes that depend on the protocol and not on the service. */
export interface Dialect {
  /** tell in the error what was signed and when, as object stores do */
  readonly explainsSignature: boolean
  readonly auth: Readonly<Record<AuthProblem, Wording>>
  /** codes that some protocols spell differently; whoever throws them need not know which one the caller speaks */
  readonly rename: Readonly<Record<string, Omit<Wording, 'message'>>>
  readonly unknownOperation: Omit<Wording, 'message'>
  readonly notImplemented: Omit<Wording, 'message'>
  readonly unreadable: Omit<Wording, 'message'>
  readonly tooLarge: Wording
  readonly internal: Wording
}

/** @returns the error to answer with; an explanation in the failure goes before the protocol's usual sentence */
export function authError(dialect: Dialect, failure: AuthFailure): ServiceError {
  const { code, statusCode, message } = dialect.auth[failure.problem]
  const standard = !EXPLAINED.has(failure.problem) || (dialect.explainsSignature && failure.problem === 'Skewed')
  const explained = standard ? undefined : failure.detail
  const fields = dialect.explainsSignature ? { ...failure.fields } : {}
  return new ServiceError(code, explained ?? message, { statusCode, fields, cause: failure })
}

/** Problems where our own sentence tells more than the usual one. */
const EXPLAINED: ReadonlySet<AuthProblem> = new Set(['Malformed', 'WrongScope', 'Skewed', 'PresignedMalformed'])

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'
const INVALID_TOKEN = 'The security token included in the request is invalid.'
const TOKEN_EXPIRED = 'The security token included in the request is expired'
const NOT_SIGNED = 'There were headers present in the request which were not signed'
const INTERNAL = 'The request failed because of an internal error. The server log has more under this request id.'
const TOO_LARGE = 'The request body is larger than this server accepts.'

/** Source: the AWS JSON services' common errors; every authentication error has status 400 there. */
const json = (statusCode: number): Dialect => {
  const signature = { code: 'InvalidSignatureException', statusCode, message: MISMATCH }
  const incomplete = {
    code: 'IncompleteSignatureException',
    statusCode,
    message: 'The request signature is incomplete.',
  }
  return {
    explainsSignature: false,
    auth: {
      Missing: { code: 'MissingAuthenticationTokenException', statusCode, message: 'Missing Authentication Token' },
      Malformed: incomplete,
      WrongScope: signature,
      UnknownKey: { code: 'UnrecognizedClientException', statusCode, message: INVALID_TOKEN },
      SignatureMismatch: signature,
      Skewed: signature,
      PresignedExpired: { ...signature, message: 'Signature expired' },
      PresignedMalformed: incomplete,
      TokenExpired: { code: 'ExpiredTokenException', statusCode, message: TOKEN_EXPIRED },
      TokenInvalid: { code: 'UnrecognizedClientException', statusCode, message: INVALID_TOKEN },
      HeadersNotSigned: { ...signature, message: NOT_SIGNED },
      PayloadMismatch: signature,
    },
    rename: {
      AccessDenied: { code: 'AccessDeniedException', statusCode },
      MalformedInput: { code: 'SerializationException', statusCode: 400 },
    },
    unknownOperation: { code: 'UnknownOperationException', statusCode: statusCode === 400 ? 400 : 404 },
    notImplemented: { code: 'UnknownOperationException', statusCode: statusCode === 400 ? 400 : 404 },
    unreadable: { code: 'SerializationException', statusCode: 400 },
    tooLarge: { code: 'RequestEntityTooLargeException', statusCode: 413, message: TOO_LARGE },
    internal: { code: 'InternalFailure', statusCode: 500, message: INTERNAL },
  }
}

export const JSON_DIALECT: Dialect = json(400)
export const REST_JSON_DIALECT: Dialect = json(403)

/** Source: AWS query API common errors. */
export const QUERY_DIALECT: Dialect = {
  explainsSignature: false,
  auth: {
    Missing: {
      code: 'MissingAuthenticationToken',
      statusCode: 403,
      message: 'Request is missing Authentication Token',
    },
    Malformed: { code: 'IncompleteSignature', statusCode: 400, message: 'The request signature is incomplete.' },
    WrongScope: { code: 'SignatureDoesNotMatch', statusCode: 403, message: MISMATCH },
    UnknownKey: { code: 'InvalidClientTokenId', statusCode: 403, message: INVALID_TOKEN },
    SignatureMismatch: { code: 'SignatureDoesNotMatch', statusCode: 403, message: MISMATCH },
    Skewed: { code: 'SignatureDoesNotMatch', statusCode: 403, message: MISMATCH },
    PresignedExpired: { code: 'SignatureDoesNotMatch', statusCode: 403, message: 'Signature expired' },
    PresignedMalformed: {
      code: 'IncompleteSignature',
      statusCode: 400,
      message: 'The request signature is incomplete.',
    },
    TokenExpired: { code: 'ExpiredToken', statusCode: 403, message: TOKEN_EXPIRED },
    TokenInvalid: { code: 'InvalidClientTokenId', statusCode: 403, message: INVALID_TOKEN },
    HeadersNotSigned: { code: 'SignatureDoesNotMatch', statusCode: 403, message: NOT_SIGNED },
    PayloadMismatch: { code: 'SignatureDoesNotMatch', statusCode: 403, message: MISMATCH },
  },
  rename: {
    AccessDenied: { code: 'AccessDenied', statusCode: 403 },
    AccessDeniedException: { code: 'AccessDenied', statusCode: 403 },
    ValidationException: { code: 'ValidationError', statusCode: 400 },
    ThrottlingException: { code: 'Throttling', statusCode: 400 },
  },
  unknownOperation: { code: 'InvalidAction', statusCode: 400 },
  notImplemented: { code: 'InvalidAction', statusCode: 400 },
  unreadable: { code: 'MalformedInput', statusCode: 400 },
  tooLarge: { code: 'RequestEntityTooLarge', statusCode: 413, message: TOO_LARGE },
  internal: { code: 'InternalFailure', statusCode: 500, message: INTERNAL },
}

/** Source: Amazon S3 API reference, "Error responses". */
export const REST_XML_DIALECT: Dialect = {
  explainsSignature: true,
  auth: {
    Missing: { code: 'AccessDenied', statusCode: 403, message: 'Access Denied' },
    Malformed: {
      code: 'AuthorizationHeaderMalformed',
      statusCode: 400,
      message: 'The authorization header is malformed.',
    },
    WrongScope: {
      code: 'AuthorizationHeaderMalformed',
      statusCode: 400,
      message: 'The authorization header is malformed.',
    },
    UnknownKey: {
      code: 'InvalidAccessKeyId',
      statusCode: 403,
      message: 'The AWS Access Key Id you provided does not exist in our records.',
    },
    SignatureMismatch: {
      code: 'SignatureDoesNotMatch',
      statusCode: 403,
      message:
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    },
    Skewed: {
      code: 'RequestTimeTooSkewed',
      statusCode: 403,
      message: 'The difference between the request time and the current time is too large.',
    },
    PresignedExpired: { code: 'AccessDenied', statusCode: 403, message: 'Request has expired' },
    PresignedMalformed: {
      code: 'AuthorizationQueryParametersError',
      statusCode: 400,
      message: 'The authorization query parameters that you provided are not valid.',
    },
    TokenExpired: { code: 'ExpiredToken', statusCode: 400, message: 'The provided token has expired.' },
    TokenInvalid: {
      code: 'InvalidToken',
      statusCode: 400,
      message: 'The provided token is malformed or otherwise invalid.',
    },
    HeadersNotSigned: { code: 'AccessDenied', statusCode: 403, message: NOT_SIGNED },
    PayloadMismatch: {
      code: 'XAmzContentSHA256Mismatch',
      statusCode: 400,
      message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    },
  },
  rename: {
    AccessDenied: { code: 'AccessDenied', statusCode: 403 },
    AccessDeniedException: { code: 'AccessDenied', statusCode: 403 },
    ThrottlingException: { code: 'SlowDown', statusCode: 503 },
    MalformedInput: { code: 'InvalidArgument', statusCode: 400 },
  },
  unknownOperation: { code: 'MethodNotAllowed', statusCode: 405 },
  notImplemented: { code: 'NotImplemented', statusCode: 501 },
  unreadable: { code: 'MalformedXML', statusCode: 400 },
  tooLarge: { code: 'MaxMessageLengthExceeded', statusCode: 400, message: 'Your request was too big.' },
  internal: { code: 'InternalError', statusCode: 500, message: 'We encountered an internal error. Please try again.' },
}
