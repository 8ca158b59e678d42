import * as fc from 'fast-check'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CHECKSUMS } from './checksums.ts'

/** The check values of the CRC catalogue and of FIPS 180 for these texts. */
const KNOWN = {
  'x-amz-checksum-crc32': ['123456789', 'cbf43926'],
  'x-amz-checksum-crc32c': ['123456789', 'e3069283'],
  'x-amz-checksum-crc64nvme': ['123456789', 'ae8b14860a799888'],
  'x-amz-checksum-sha1': ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  'x-amz-checksum-sha256': ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
}

const hex = (name: string, chunks: readonly Uint8Array[]): string => {
  const digest = CHECKSUMS[name]?.start()
  assert.ok(digest)
  for (const chunk of chunks) digest.update(chunk)
  return digest.digest().toString('hex')
}

describe('checksums', () => {
  for (const [name, [text, expected]] of Object.entries(KNOWN)) {
    it(`${name} of ${text} is ${expected}`, () => assert.equal(hex(name, [Buffer.from(text ?? '')]), expected))

    it(`${name} does not depend on how the bytes are split`, () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
          assert.equal(hex(name, chunks), hex(name, [Buffer.concat(chunks)]))
        }),
      )
    })
  }
})
