/** Why a caller could not be identified. Each protocol has its own code and status for every one (`protocols/dialects.ts`). */
export type AuthProblem =
  | 'Missing'
  | 'Malformed'
  | 'WrongScope'
  | 'UnknownKey'
  | 'SignatureMismatch'
  | 'Skewed'
  | 'PresignedExpired'
  | 'PresignedMalformed'
  | 'TokenExpired'
  | 'TokenInvalid'
  | 'HeadersNotSigned'
  | 'PayloadMismatch'

export class AuthFailure extends Error {
  override readonly name = 'AuthFailure'
  readonly problem: AuthProblem
  /** what to say instead of the protocol's usual sentence */
  readonly detail: string | undefined
  /** extra elements of the XML error document */
  readonly fields: Readonly<Record<string, unknown>>
  constructor(problem: AuthProblem, detail?: string, fields: Readonly<Record<string, unknown>> = {}) {
    super(detail ?? problem)
    this.problem = problem
    this.detail = detail
    this.fields = fields
  }
}
