/** Secrets at rest: AES-256-GCM with a data key of their own, bound to the access key or record they belong to. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { KeyRing } from '../keys/keys.ts'

export interface SealedSecret {
  /** the data key, wrapped by the master key */
  readonly key: string
  /** base64: 12 bytes nonce, 16 bytes tag, ciphertext */
  readonly box: string
}

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** @param owner must be given again to open it: a row's secret copied into another row does not open */
export function seal(keys: KeyRing, owner: string, secret: string): SealedSecret {
  const { plaintext, wrapped } = keys.createDataKey()
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, plaintext, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(owner))
  const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return { key: wrapped, box: Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64') }
}

/** @throws when the box was changed, belongs to another owner, or the key ring does not know its key */
export function unseal(keys: KeyRing, owner: string, { key, box }: SealedSecret): string {
  const bytes = Buffer.from(box, 'base64')
  const nonce = bytes.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv(CIPHER, keys.unwrap(key), nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(owner))
    .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
}
