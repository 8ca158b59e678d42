/** A caller's mistake: answered in the protocol's own error form with this code. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly code: string
  readonly statusCode: number
  /** further members of the modelled error shape, or (S3) extra elements of the error document */
  readonly fields: Readonly<Record<string, unknown>>
  /** extra response headers, e.g. S3's `x-amz-delete-marker` on a 404 */
  readonly headers: Readonly<Record<string, string>>
  constructor(
    code: string,
    message: string,
    options: {
      statusCode?: number
      fields?: Record<string, unknown>
      headers?: Record<string, string>
      cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.statusCode = options.statusCode ?? 400
    this.fields = options.fields ?? {}
    this.headers = options.headers ?? {}
  }
}
