/** Envelope encryption: every object and secret has its own data key, wrapped by the master key. */
export interface DataKey {
  /** 32 bytes, AES-256; never stored, never logged */
  readonly plaintext: Uint8Array
  /** what is stored beside the ciphertext: base64url, safe in JSON, file headers and URLs */
  readonly wrapped: string
}

export interface KeyRing {
  createDataKey(): DataKey
  /** @throws WrongMasterKey when another master key wrapped it, KeyDamaged when it was changed */
  unwrap(wrapped: string): Uint8Array
}

export { KeyDamaged, MasterKeyUnusable, WrongMasterKey } from './errors.ts'
export { openKeyRing, type KeyRingOptions } from './master-key.ts'
