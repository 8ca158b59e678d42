import { asBuffer } from './byte-reader.ts'

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** @throws BodyTooLarge past `limit` bytes, without reading on */
export async function collect(source: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of source) {
    length += chunk.length
    if (length > limit) throw new BodyTooLarge()
    chunks.push(asBuffer(chunk))
  }
  const [only] = chunks
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length)
}

/** Reads a stream without closing it: an HTTP request that is closed takes the connection for its answer with it. */
export async function* borrow(
  body: AsyncIterable<Uint8Array> | Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (body instanceof Uint8Array) {
    if (body.length > 0) yield body
    return
  }
  const stream = body as { iterator?: (options: { destroyOnReturn: boolean }) => AsyncIterable<Uint8Array> }
  yield* stream.iterator ? stream.iterator({ destroyOnReturn: false }) : body
}
