/** Envelope encryption: every object and secret has its own data key, wrapped by the master key. */
export interface DataKey {
  /** 32 bytes, AES-256; never stored, never logged */
  readonly plaintext: Uint8Array
  /** what is stored beside the ciphertext */
  readonly wrapped: string
}

export interface KeyRing {
  createDataKey(): DataKey
  /** @throws when the wrapped key was not made by this ring or was changed */
  unwrap(wrapped: string): Uint8Array
}

export { openKeyRing } from './master-key.ts'
