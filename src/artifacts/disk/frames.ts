import { createCipheriv, createDecipheriv } from 'node:crypto'
import { BlobDamaged } from '../errors.ts'

// A blob file is: magic (4) | length of the wrapped key (2) | wrapped key | frames.
// A frame is up to 64 KiB of clear content under AES-256-GCM, followed by its tag; only the last may be shorter.
// The nonce is the frame's index and whether it is the last. That is safe because every blob has a key of its own, and it means
// that frames left out, put in another order or cut off at the end do not open. The blob's id is authenticated with each
// frame, so a file copied onto another blob's name does not open either.
const MAGIC = Buffer.from('PWB1')
export const FRAME_BYTES = 65_536
export const TAG_BYTES = 16
export const SEALED_BYTES = FRAME_BYTES + TAG_BYTES

/** What every frame of one blob shares. */
export interface FrameKey {
  readonly key: Uint8Array
  readonly blobId: Buffer
}

export function encodeHeader(wrappedKey: string): Buffer {
  const key = Buffer.from(wrappedKey, 'latin1')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(key.length)
  return Buffer.concat([MAGIC, length, key])
}

/** @param start the first bytes of the file, at least the whole header */
export function decodeHeader(start: Buffer): { wrappedKey: string; headerBytes: number } {
  const prefix = MAGIC.length + 2
  if (start.length < prefix || !start.subarray(0, MAGIC.length).equals(MAGIC)) throw new BlobDamaged('not a blob file')
  const headerBytes = prefix + start.readUInt16BE(MAGIC.length)
  if (start.length < headerBytes) throw new BlobDamaged('the blob file ends inside its header')
  return { wrappedKey: start.toString('latin1', prefix, headerBytes), headerBytes }
}

/** @returns how many frames `sealedBytes` hold (never none: an empty blob is one empty frame) and the clear size */
export function measure(sealedBytes: number): { frames: number; size: number } {
  const frames = Math.max(1, Math.ceil(sealedBytes / SEALED_BYTES))
  const size = sealedBytes - frames * TAG_BYTES
  if (size < 0) throw new BlobDamaged('the blob file ends inside a frame')
  return { frames, size }
}

export function sealFrame({ key, blobId }: FrameKey, index: number, last: boolean, clear: Uint8Array): Buffer[] {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(index, last)).setAAD(blobId)
  return [cipher.update(clear), cipher.final(), cipher.getAuthTag()]
}

/** @throws BlobDamaged unless this is the very frame that was sealed at this place */
export function openFrame({ key, blobId }: FrameKey, index: number, last: boolean, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new BlobDamaged('the blob file ends inside a frame')
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(index, last), { authTagLength: TAG_BYTES })
  decipher.setAAD(blobId).setAuthTag(sealed.subarray(-TAG_BYTES))
  const clear = decipher.update(sealed.subarray(0, -TAG_BYTES))
  try {
    decipher.final()
  } catch (error) {
    throw new BlobDamaged(`frame ${index} of a blob is not the one that was written`, { cause: error })
  }
  return clear
}

function nonce(index: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUIntBE(index, 5, 6)
  bytes[11] = last ? 1 : 0
  return bytes
}
