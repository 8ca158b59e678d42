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
  /** of a session that was given less than its role: nothing else is allowed */
  readonly sessionPolicy?: SessionPolicy
}

/** Statements of what is allowed; names of actions and ARNs may hold the wildcards `*` and `?`. */
export type SessionPolicy = readonly { readonly actions: readonly string[]; readonly resources: readonly string[] }[]

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
  /** what else must be allowed, e.g. to read what is copied */
  readonly also?: (input: Input, call: Call) => readonly { readonly action: string; readonly resource: string }[]
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
  readonly operations: readonly Operation[]
}

/** The operation schemas among an SDK package's exports (schema tuples start with their kind; 9 is "operation"). */
export const operationSchemas = (sdk: Readonly<Record<string, unknown>>): readonly StaticOperationSchema[] =>
  Object.values(sdk).filter((value): value is StaticOperationSchema => Array.isArray(value) && value[0] === 9)

/** What the router must know before a service is loaded; `load` is called once, on the service's first request. */
export interface ServiceEntry extends Pick<
  ServiceDefinition,
  'name' | 'signingNames' | 'protocols' | 'targetPrefix' | 'apiVersion'
> {
  readonly load: () => Promise<ServiceDefinition>
}

export interface WireRequest {
  readonly method: string
  /** path with query string, exactly as received (signatures cover it undecoded) */
  readonly url: string
  /** lower-case names; repeated headers joined by `,` */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable | Uint8Array
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

export { type CallRecord } from './audit.ts'
export { createDispatcher, type DispatcherOptions } from './dispatcher.ts'
export { trailersOf } from './body/open-body.ts'
export { ServiceError } from './service-error.ts'
export { releaseWireRequest, sendWireResponse, toWireRequest, type ConnectionFacts } from './http.ts'
export { inProcessHandler, type InProcessHandler } from './in-process.ts'
export { loadService as checkService } from './loaded-service.ts'
export { verifyGitSignature, type GitCredentials } from './sigv4/git.ts'
export { createRequestVerifier, type VerifiedRequest } from './verify-request.ts'
