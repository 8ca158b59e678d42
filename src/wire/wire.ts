/**
 * The door of the wire layer: how a service declares its operations, and how a request becomes a call of one.
 * Nothing in this folder names a service; a service is data (`ServiceDefinition`).
 */
import type { StaticOperationSchema } from '@smithy/types'
import type { Readable } from 'node:stream'

export type ProtocolName = 'awsJson1_0' | 'awsJson1_1' | 'awsQuery' | 'restXml' | 'restJson1' | 'rpcv2Cbor'

/** Who calls. `arn` is what triggers, audit and `lastUpdatedBy` show. */
export interface Principal {
  readonly accessKeyId: string
  readonly account: string
  readonly arn: string
  readonly userId: string
  readonly type: 'User' | 'AssumedRole' | 'Root' | 'Service' | 'Anonymous'
}

/** Everything an operation may know about its call besides the input. */
export interface Call {
  readonly requestId: string
  readonly account: string
  readonly region: string
  readonly principal: Principal
  readonly operation: string
  readonly headers: Readonly<Record<string, string>>
  /** scheme and host as the client addressed us, without a trailing slash, for links in answers */
  readonly endpoint: string
  readonly sourceAddress: string
  /** aborted when the client goes away or the server stops */
  readonly signal: AbortSignal
}

/** The IAM action an operation needs and the resources it touches; `'*'` when the operation has no resource. */
export interface Access<Input> {
  readonly action: string
  readonly resource: '*' | ((input: Input, call: Call) => string | readonly string[])
}

export interface Operation<Input = never, Output = unknown> {
  /** the SDK client package's own operation schema, e.g. `CreatePipeline$` */
  readonly schema: StaticOperationSchema
  readonly access: Access<Input>
  readonly handle: (input: Input, call: Call) => Promise<Output>
}

/**
 * Declares one API operation. `Input` and `Output` are the SDK's `…CommandInput` / `…CommandOutput` (without `$metadata`).
 * A streaming input member (S3 `Body`) arrives as a Node `Readable`; a streaming output member may be a `Readable`.
 */
export function operation<Input, Output>(
  schema: StaticOperationSchema,
  access: Access<Input>,
  handle: (input: Input, call: Call) => Promise<Omit<Output, '$metadata'>>,
): Operation<Input, Omit<Output, '$metadata'>> {
  return { schema, access, handle }
}

export interface ServiceDefinition {
  /** endpoint prefix, e.g. `codepipeline`, `logs`, `s3` */
  readonly name: string
  readonly signingNames: readonly string[]
  readonly protocols: readonly ProtocolName[]
  /** the part of `X-Amz-Target` before the dot, for the JSON protocols */
  readonly targetPrefix?: string
  /** for awsQuery: `Version` and the XML namespace of answers */
  readonly apiVersion?: string
  readonly xmlNamespace?: string
  /** every operation schema the SDK package exports, so that an unimplemented one is answered by name */
  readonly schemas: readonly StaticOperationSchema[]
  readonly operations: readonly Operation<never, unknown>[]
}

/** What the router must know before a service is loaded; `load` is called once, on the service's first request. */
export interface ServiceEntry extends Pick<
  ServiceDefinition,
  'name' | 'signingNames' | 'protocols' | 'targetPrefix' | 'apiVersion'
> {
  readonly load: () => Promise<ServiceDefinition>
}

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

export interface WireRequest {
  readonly method: string
  /** path with query string, exactly as received (signatures cover it undecoded) */
  readonly url: string
  /** lower-case names; repeated headers joined by `,` */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
  readonly sourceAddress: string
  readonly secure: boolean
  readonly signal: AbortSignal
}

export interface WireResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | Readable | undefined
}

/** Finds the secret behind an access key and checks session tokens. Implemented by `auth/`. */
export interface Credentials {
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiresAt?: number
  readonly principal: Principal
}

export interface Authenticator {
  /** @returns `undefined` for an unknown key */
  lookup(accessKeyId: string): Promise<Credentials | undefined>
}

/** May this principal do this? Throws the `ServiceError` to answer with, when not. */
export interface Authorizer {
  authorize(request: { principal: Principal; action: string; resources: readonly string[]; call: Call }): Promise<void>
}

export interface Dispatcher {
  /** Never rejects: every failure is an answer in the protocol's error form. */
  handle(request: WireRequest): Promise<WireResponse>
}

export { createDispatcher, type DispatcherOptions } from './dispatcher.ts'
export { inProcessHandler } from './in-process.ts'
export { verifyGitSignature } from './sigv4/git.ts'
