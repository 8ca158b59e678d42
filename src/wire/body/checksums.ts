import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

export interface Digest {
  update(chunk: Uint8Array): void
  digest(): Buffer
}

/** The `x-amz-checksum-…` headers and trailers we can verify. Newer algorithms are accepted and stored unverified. */
export const CHECKSUMS: Readonly<Record<string, { readonly label: string; readonly start: () => Digest }>> = {
  'x-amz-checksum-crc32': { label: 'CRC32', start: startCrc32 },
  'x-amz-checksum-crc32c': { label: 'CRC32C', start: startCrc32c },
  'x-amz-checksum-crc64nvme': { label: 'CRC64NVME', start: startCrc64Nvme },
  'x-amz-checksum-sha1': { label: 'SHA1', start: () => startHash('sha1') },
  'x-amz-checksum-sha256': { label: 'SHA256', start: () => startHash('sha256') },
}

export function startHash(algorithm: 'md5' | 'sha1' | 'sha256'): Digest {
  const hash = createHash(algorithm)
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest() }
}

function startCrc32(): Digest {
  let crc = 0
  return {
    update: (chunk) => {
      crc = crc32(chunk, crc)
    },
    digest: () => bigEndian(crc),
  }
}

let crc32cTable: Uint32Array | undefined

/** Castagnoli polynomial, reflected. */
function startCrc32c(): Digest {
  const table = (crc32cTable ??= makeCrc32cTable())
  let crc = 0xffffffff
  return {
    update: (chunk) => {
      let value = crc
      // indexing a typed array with a masked byte is always in range; `?? 0` would cost a third of the speed
      for (let i = 0; i < chunk.length; i++) value = (table[(value ^ chunk[i]!) & 0xff] as number) ^ (value >>> 8)
      crc = value
    },
    digest: () => bigEndian((crc ^ 0xffffffff) >>> 0),
  }
}

function makeCrc32cTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
    return value >>> 0
  })
}

let crc64Tables: { readonly high: Int32Array; readonly low: Int32Array } | undefined

/** Polynomial 0xAD93D23594C93659 of the NVMe specification, reflected; kept in two 32-bit halves because BigInt is slow. */
function startCrc64Nvme(): Digest {
  const { high, low } = (crc64Tables ??= makeCrc64Tables())
  let crcHigh = -1
  let crcLow = -1
  return {
    update: (chunk) => {
      let h = crcHigh
      let l = crcLow
      for (let i = 0; i < chunk.length; i++) {
        const index = (l ^ chunk[i]!) & 0xff
        l = ((l >>> 8) | (h << 24)) ^ (low[index] as number)
        h = (h >>> 8) ^ (high[index] as number)
      }
      crcHigh = h
      crcLow = l
    },
    digest: () => Buffer.concat([bigEndian(~crcHigh >>> 0), bigEndian(~crcLow >>> 0)]),
  }
}

function makeCrc64Tables(): { high: Int32Array; low: Int32Array } {
  const high = new Int32Array(256)
  const low = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let h = 0
    let l = byte
    for (let bit = 0; bit < 8; bit++) {
      const carry = l & 1
      l = (l >>> 1) | (h << 31)
      h >>>= 1
      if (carry) {
        h ^= 0x9a6c9329
        l ^= 0xac4bc9b5
      }
    }
    high[byte] = h
    low[byte] = l
  }
  return { high, low }
}

function bigEndian(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(4)
  buffer.writeUInt32BE(value)
  return buffer
}
