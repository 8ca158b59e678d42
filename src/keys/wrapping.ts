import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { KeyDamaged, WrongMasterKey } from './errors.ts'
import type { KeyRing } from './keys.ts'

export const KEY_BYTES = 32

// A wrapped key is: version (1) | id of the master key (8) | nonce (12) | encrypted data key (32) | tag (16).
// Version and id are authenticated too, so neither can be exchanged.
const VERSION = 1
const HEAD_BYTES = 9
const NONCE_BYTES = 12
const TAG_BYTES = 16
const WRAPPED_BYTES = HEAD_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES

interface MasterKey {
  readonly key: Uint8Array
  /** version and key id, as every key wrapped with it starts */
  readonly head: Buffer
}

/** A ring that wraps with `current` and opens what `current` or any of `retired` wrapped (AES-256-GCM). */
export function createKeyRing(current: Uint8Array, retired: readonly Uint8Array[] = []): KeyRing {
  const wrapping = masterKey(current)
  const opening = new Map([...retired.map(masterKey), wrapping].map((master) => [keyId(master.head), master]))
  return {
    createDataKey() {
      const plaintext = randomBytes(KEY_BYTES)
      return { plaintext, wrapped: wrap(wrapping, plaintext) }
    },
    unwrap(wrapped) {
      const bytes = Buffer.from(wrapped, 'base64url')
      // the text is compared too: a decoder that skips foreign characters would accept a changed text
      if (bytes.length !== WRAPPED_BYTES || bytes[0] !== VERSION || bytes.toString('base64url') !== wrapped)
        throw new KeyDamaged('not a wrapped data key of this program')
      const master = opening.get(keyId(bytes))
      if (master === undefined)
        throw new WrongMasterKey(
          `this was encrypted under master key ${keyId(bytes)}, the one in use is ${keyId(wrapping.head)}: ` +
            'start with the master key that the data was written with',
        )
      return unwrap(master, bytes)
    },
  }
}

/** The id tells master keys apart and reveals nothing about them. */
function masterKey(key: Uint8Array): MasterKey {
  const id = createHmac('sha256', key)
    .update('pipewright master key id')
    .digest()
    .subarray(0, HEAD_BYTES - 1)
  return { key, head: Buffer.concat([Buffer.of(VERSION), id]) }
}

const keyId = (wrapped: Buffer): string => wrapped.toString('hex', 1, HEAD_BYTES)

function wrap({ key, head }: MasterKey, dataKey: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(head)
  return Buffer.concat([head, nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

function unwrap({ key, head }: MasterKey, wrapped: Buffer): Uint8Array {
  const nonce = wrapped.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(head).setAuthTag(wrapped.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(HEAD_BYTES + NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch (error) {
    throw new KeyDamaged('a wrapped data key was changed after it was made', { cause: error })
  }
}
