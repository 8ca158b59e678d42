import { sha256Hex } from '../sigv4/canonical.ts'
import { AuthFailure } from '../sigv4/failure.ts'
import { hmacHex, sameText, scopeText, type Scope } from '../sigv4/signing-key.ts'

/** Checks the chain of signatures of a signed streaming body: every chunk's covers the one before it. */
export interface ChunkSigner {
  /** @throws AuthFailure */
  chunk(payloadHash: string, signature: string): void
  /** @param text every trailer as `name:value\n` @throws AuthFailure */
  trailer(text: string, signature: string): void
}

const EMPTY_HASH = sha256Hex('')

/** Source: Amazon S3 API reference, "Signature calculations for the Authorization header: transferring payload in multiple chunks". */
export function createChunkSigner(signingKey: Buffer, timestamp: string, scope: Scope, seed: string): ChunkSigner {
  const head = `${timestamp}\n${scopeText(scope)}`
  let previous = seed
  const check = (text: string, signature: string): void => {
    const expected = hmacHex(signingKey, text)
    if (!sameText(expected, signature)) throw new AuthFailure('SignatureMismatch')
    previous = expected
  }
  return {
    chunk: (payloadHash, signature) =>
      check(`AWS4-HMAC-SHA256-PAYLOAD\n${head}\n${previous}\n${EMPTY_HASH}\n${payloadHash}`, signature),
    trailer: (text, signature) =>
      check(`AWS4-HMAC-SHA256-TRAILER\n${head}\n${previous}\n${sha256Hex(text)}`, signature),
  }
}
