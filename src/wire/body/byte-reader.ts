import { ServiceError } from '../service-error.ts'

/** Reads lines and runs of bytes from a stream, whatever pieces it arrives in. */
export interface ByteReader {
  /** Up to `max` bytes, at least one. @throws ServiceError `IncompleteBody` at the end of the stream */
  some(max: number): Promise<Buffer>
  /** A line without its line end; `undefined` at the end of the stream. @throws ServiceError past `limit` bytes */
  line(limit: number): Promise<string | undefined>
}

const LINE_FEED = 0x0a

export function byteReader(source: AsyncIterator<Uint8Array>): ByteReader {
  let pending: Buffer = Buffer.alloc(0)

  async function more(): Promise<boolean> {
    const next = await source.next()
    if (next.done === true) return false
    const bytes = asBuffer(next.value)
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
    return true
  }

  return {
    async some(max) {
      while (pending.length === 0) if (!(await more())) throw incompleteBody()
      const bytes = pending.subarray(0, max)
      pending = pending.subarray(bytes.length)
      return bytes
    },
    async line(limit) {
      let end = pending.indexOf(LINE_FEED)
      while (end < 0) {
        if (pending.length > limit) throw invalidChunk()
        if (!(await more())) {
          if (pending.length === 0) return undefined
          throw incompleteBody()
        }
        end = pending.indexOf(LINE_FEED)
      }
      if (end > limit) throw invalidChunk()
      const line = pending.toString('latin1', 0, end)
      pending = pending.subarray(end + 1)
      return line.endsWith('\r') ? line.slice(0, -1) : line
    },
  }
}

export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export const incompleteBody = (): ServiceError =>
  new ServiceError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  )

export const invalidChunk = (): ServiceError =>
  new ServiceError('InvalidRequest', 'The body is not well-formed aws-chunked content.')
