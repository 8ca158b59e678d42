import { createHash } from 'node:crypto'
import { AuthFailure } from '../sigv4/failure.ts'
import { byteReader, incompleteBody, invalidChunk, type ByteReader } from './byte-reader.ts'
import type { ChunkSigner } from './chunk-signer.ts'

const LINE_LIMIT = 4096
const TRAILER_LIMIT = 32

export interface ChunkedOptions {
  /** absent for unsigned chunks */
  readonly signer?: ChunkSigner
  /** called once, after the last byte and before the end, with lower-case names */
  readonly onTrailers: (trailers: ReadonlyMap<string, string>) => void
}

/**
 * Takes `Content-Encoding: aws-chunked` off: `<hex size>[;chunk-signature=<hex>]\r\n<bytes>\r\n…0…\r\n[trailers]\r\n`.
 * Bytes are handed on before their chunk's signature is known, so memory stays flat; a wrong one ends the stream with an error.
 * @throws AuthFailure, ServiceError
 */
export async function* decodeAwsChunked(
  source: AsyncIterator<Uint8Array>,
  { signer, onTrailers }: ChunkedOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const reader = byteReader(source)
  for (;;) {
    const { size, signature } = readChunkHeader(await reader.line(LINE_LIMIT))
    const hash = signer && createHash('sha256')
    for (let left = size; left > 0;) {
      const bytes = await reader.some(left)
      left -= bytes.length
      hash?.update(bytes)
      yield bytes
    }
    if (signer && hash) {
      if (signature === undefined) throw new AuthFailure('SignatureMismatch')
      signer.chunk(hash.digest('hex'), signature)
    }
    if (size === 0) break
    if ((await reader.line(LINE_LIMIT)) !== '') throw invalidChunk()
  }
  onTrailers(await readTrailers(reader, signer))
}

function readChunkHeader(line: string | undefined): { size: number; signature: string | undefined } {
  if (line === undefined) throw incompleteBody()
  const match = /^([0-9a-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line)
  if (match === null) throw invalidChunk()
  return { size: Number.parseInt(match[1] ?? '', 16), signature: match[2] }
}

async function readTrailers(reader: ByteReader, signer: ChunkSigner | undefined): Promise<ReadonlyMap<string, string>> {
  const trailers = new Map<string, string>()
  let signed = ''
  let signature: string | undefined
  for (let line = await reader.line(LINE_LIMIT); line; line = await reader.line(LINE_LIMIT)) {
    const colon = line.indexOf(':')
    if (colon <= 0 || trailers.size >= TRAILER_LIMIT) throw invalidChunk()
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'x-amz-trailer-signature') signature = value
    else {
      trailers.set(name, value)
      signed += `${name}:${value}\n`
    }
  }
  if (signer && trailers.size > 0) {
    if (signature === undefined) throw new AuthFailure('SignatureMismatch')
    signer.trailer(signed, signature)
  }
  return trailers
}
