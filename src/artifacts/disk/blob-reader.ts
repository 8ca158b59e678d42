import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { callbackify } from 'node:util'
import type { KeyRing } from '../../keys/keys.ts'
import type { ByteRange } from '../artifacts.ts'
import { BlobDamaged } from '../errors.ts'
import { decodeHeader, FRAME_BYTES, measure, openFrame, SEALED_BYTES, type FrameKey } from './frames.ts'

/** Enough for the header and the first frame, so that a small blob is read in one go. */
const FIRST_READ_BYTES = SEALED_BYTES + 1024
/** Frames read from disk at once while streaming. */
const BATCH = 4

/**
 * Streams the clear content, or the given part of it. Owns `file`: closes it when the stream ends or is destroyed.
 * @throws RangeError when the range starts behind the end; an end behind the end is brought back to it
 */
export async function readBlob(file: FileHandle, blobId: string, keys: KeyRing, range?: ByteRange): Promise<Readable> {
  try {
    const fileBytes = (await file.stat()).size
    const first = await readAt(file, 0, Math.min(fileBytes, FIRST_READ_BYTES))
    const { wrappedKey, headerBytes } = decodeHeader(first)
    const { frames, size } = measure(fileBytes - headerBytes)
    const start = range?.start ?? 0
    const end = Math.min(range?.end ?? Infinity, size - 1)
    if (range !== undefined && (start < 0 || start > end))
      throw new RangeError(`no bytes ${start}-${range.end} in a blob of ${size}`)
    const frameKey: FrameKey = { key: keys.unwrap(wrappedKey), blobId: Buffer.from(blobId, 'latin1') }
    const lastWanted = Math.max(0, Math.floor(end / FRAME_BYTES))

    let next = Math.floor(start / FRAME_BYTES)
    const readBatch = async (): Promise<Buffer> => {
      const from = headerBytes + next * SEALED_BYTES
      const count = Math.min(BATCH, lastWanted - next + 1)
      const to = Math.min(fileBytes, from + count * SEALED_BYTES)
      const sealed = to <= first.length ? first.subarray(from, to) : await readAt(file, from, to - from)
      const clear = Array.from({ length: count }, (_, offset) => {
        const index = next + offset
        const frame = sealed.subarray(offset * SEALED_BYTES, (offset + 1) * SEALED_BYTES)
        const cut = index === lastWanted ? end + 1 - index * FRAME_BYTES : FRAME_BYTES
        return openFrame(frameKey, index, index === frames - 1, frame).subarray(
          Math.max(0, start - index * FRAME_BYTES),
          cut,
        )
      })
      next += count
      return clear.length === 1 ? clear[0]! : Buffer.concat(clear)
    }

    return new Readable({
      highWaterMark: BATCH * FRAME_BYTES,
      read() {
        if (next > lastWanted) this.push(null)
        else
          readBatch().then(
            (clear) => (clear.length === 0 ? this.push(null) : this.push(clear)),
            (error: unknown) => this.destroy(error as Error),
          )
      },
      destroy(error, done) {
        callbackify(() => file.close())((closing) => done(error ?? closing))
      },
    })
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) throw new BlobDamaged('the blob file became shorter while it was read')
    filled += bytesRead
  }
  return buffer
}
