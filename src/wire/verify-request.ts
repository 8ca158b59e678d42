import type { Clock } from '../base/clock.ts'
import { createPayload, matchDeclaredHash } from './payload.ts'
import { parseRequest } from './request.ts'
import { readClaim } from './sigv4/claim.ts'
import { AuthFailure } from './sigv4/failure.ts'
import { createSigningKeys } from './sigv4/signing-key.ts'
import { verifySignature } from './sigv4/verify.ts'
import type { Authenticator, Principal, WireRequest } from './wire.ts'

export interface VerifiedRequest {
  readonly principal: Principal
  readonly region: string
}

/** Bodies of our own endpoints are small or absent. */
const MAX_BODY_BYTES = 64 * 1024

/**
 * Proves who sent a request that is no API call: the server's own endpoints are signed like everything else, for a service name
 * of their own.
 * @returns undefined for an unsigned, wrongly signed or late request, and for a session with a policy: none can name what is asked here
 */
export function createRequestVerifier(
  service: string,
  { authenticator, clock }: { readonly authenticator: Authenticator; readonly clock: Clock },
): (request: WireRequest) => Promise<VerifiedRequest | undefined> {
  const signingKeys = createSigningKeys()
  return async (wireRequest) => {
    const request = parseRequest(wireRequest)
    try {
      const claim = readClaim(request)
      if (claim === undefined || claim.scope.service !== service) return undefined
      const hash = matchDeclaredHash(request, await createPayload(request, MAX_BODY_BYTES).bytes())
      const deps = { authenticator, signingKeys, now: clock.now() }
      const { credentials } = await verifySignature(request, claim, hash, 'normalised', deps)
      const { principal } = credentials
      return principal.sessionPolicy === undefined ? { principal, region: claim.scope.region } : undefined
    } catch (error) {
      if (error instanceof AuthFailure) return undefined
      throw error
    }
  }
}
