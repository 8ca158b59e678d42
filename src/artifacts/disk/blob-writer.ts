import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { FRAME_BYTES, sealFrame, type FrameKey } from './frames.ts'

/** Sealed frames are gathered up to this before they are written: fewer trips to the disk, little memory. */
const WRITE_BYTES = 8 * FRAME_BYTES

/** Encrypts content as it comes and writes it behind `header`. Small content costs a single write. */
export class BlobWriter {
  readonly #file: FileHandle
  readonly #frameKey: FrameKey
  readonly #md5 = createHash('md5')
  // grows to a whole frame only for content that needs it: most artifacts of a pipeline's rehearsal are tiny
  #frame = Buffer.allocUnsafe(1024)
  #filled = 0
  #frames = 0
  #size = 0
  #sealed: Buffer[]
  #sealedBytes: number

  constructor(file: FileHandle, header: Buffer, frameKey: FrameKey) {
    this.#file = file
    this.#frameKey = frameKey
    this.#sealed = [header]
    this.#sealedBytes = header.length
  }

  /** Resolves when more is welcome. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#md5.update(chunk)
    this.#size += chunk.length
    for (let offset = 0; offset < chunk.length;) {
      // a full frame waits until more content proves that it is not the last one
      if (this.#filled === FRAME_BYTES) this.#seal(false)
      const part = chunk.subarray(offset, offset + FRAME_BYTES - this.#filled)
      this.#reserve(this.#filled + part.length)
      this.#frame.set(part, this.#filled)
      this.#filled += part.length
      offset += part.length
      if (this.#sealedBytes >= WRITE_BYTES) await this.#flush()
    }
  }

  async end(): Promise<{ size: number; md5: string }> {
    this.#seal(true)
    await this.#flush()
    return { size: this.#size, md5: this.#md5.digest('hex') }
  }

  #seal(last: boolean): void {
    for (const piece of sealFrame(this.#frameKey, this.#frames++, last, this.#frame.subarray(0, this.#filled))) {
      this.#sealed.push(piece)
      this.#sealedBytes += piece.length
    }
    this.#filled = 0
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#frame.length) return
    const larger = Buffer.allocUnsafe(Math.min(FRAME_BYTES, Math.max(bytes, 2 * this.#frame.length)))
    larger.set(this.#frame.subarray(0, this.#filled))
    this.#frame = larger
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#sealed, this.#sealedBytes)
    this.#sealed = []
    this.#sealedBytes = 0
    await this.#file.appendFile(bytes) // unlike write, never stops halfway
  }
}
