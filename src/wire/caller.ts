import type { StaticOperationSchema } from '@smithy/types'
import type { Clock } from '../base/clock.ts'
import type { Readable } from 'node:stream'
import { collect } from './body/collect.ts'
import type { OpenBody } from './body/open-body.ts'
import type { LoadedService } from './loaded-service.ts'
import {
  declaredPayload,
  matchDeclaredHash,
  openPayload,
  payloadLine,
  type Payload,
  type PayloadForm,
} from './payload.ts'
import type { Protocol } from './protocols/protocol.ts'
import type { ParsedRequest } from './request.ts'
import type { SignatureClaim } from './sigv4/claim.ts'
import { AuthFailure } from './sigv4/failure.ts'
import type { SigningKeys } from './sigv4/signing-key.ts'
import { verifySignature, type VerifiedSignature } from './sigv4/verify.ts'
import type { Authenticator, Principal } from './wire.ts'

/** Who calls, and how the body they signed was declared. */
export interface Caller {
  readonly principal: Principal
  /** absent for bodies that were read and hashed whole */
  readonly form?: PayloadForm
  readonly signature?: { readonly claim: SignatureClaim } & VerifiedSignature
}

export interface AuthenticationDeps {
  readonly authenticator: Authenticator
  readonly clock: Clock
  readonly signingKeys: SigningKeys
  readonly anonymous?: (service: string, operation: string) => Principal | undefined
}

/** @throws AuthFailure, or ServiceError for a body declared in an unknown way */
export async function authenticate(
  request: ParsedRequest,
  claim: SignatureClaim | undefined,
  { definition }: LoadedService,
  operation: string,
  protocol: Protocol,
  payload: Payload,
  { authenticator, clock, signingKeys, anonymous }: AuthenticationDeps,
): Promise<Caller> {
  const form = protocol.payload === 'declared' ? declaredPayload(request, claim) : undefined
  const declared = form === undefined ? {} : { form }
  if (claim === undefined) {
    const principal = anonymous?.(definition.name, operation)
    if (principal === undefined) throw new AuthFailure('Missing')
    return { principal, ...declared }
  }
  if (!definition.signingNames.includes(claim.scope.service)) {
    const names = definition.signingNames.join("' or '")
    throw new AuthFailure('WrongScope', `Credential should be scoped to correct service: '${names}'.`)
  }
  const line = form === undefined ? matchDeclaredHash(request, await payload.bytes()) : payloadLine(form)
  const deps = { authenticator, signingKeys, now: clock.now() }
  const verified = await verifySignature(request, claim, line, protocol.pathRule, deps)
  return { principal: verified.credentials.principal, signature: { claim, ...verified }, ...declared }
}

/**
 * The body as the operation wants it: a stream that proves itself while it is read, or bytes that are proved already.
 * @param opened told the opened body, whose verdict comes before any other failure
 */
export async function readBody(
  schema: StaticOperationSchema,
  request: ParsedRequest,
  caller: Caller,
  protocol: Protocol,
  payload: Payload,
  limit: number,
  opened: (body: OpenBody) => void,
): Promise<Buffer | Readable> {
  const streams = protocol.streams(schema)
  // elsewhere an encoding is the object's, not the request's
  if (caller.form === undefined && !streams)
    return protocol.payload === 'collected' ? payload.content() : payload.bytes()
  const form = caller.form ?? { form: 'unsigned' }
  const body = openPayload(request, payload, form, caller.signature, protocol.dialect, hasBodyChecksum(schema))
  opened(body)
  return streams ? body.readable : collect(body.readable, limit)
}

/** Only then do `x-amz-checksum-…` headers speak of this body. */
function hasBodyChecksum(schema: StaticOperationSchema): boolean {
  const traits = schema[3] as { readonly httpChecksum?: unknown } | number
  return typeof traits === 'object' && traits.httpChecksum !== undefined
}
