import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { ZipFile } from 'yazl'
import { attachment } from './artifacts.ts'
import { listEntries, openRemoteZip } from './remote-zip.ts'

describe('artifacts of hostile authors', () => {
  it('given names as long as names can be, a list ends before it fills the memory, and says so', async () => {
    const zip = new ZipFile()
    for (let each = 0; each < 100; each += 1) zip.addBuffer(Buffer.from('x'), `${each}${'a'.repeat(65_000)}`)
    zip.end()
    const bytes = await buffer(zip.outputStream)
    const remote = await openRemoteZip(bytes.length, async (start, end) => Readable.from([bytes.subarray(start, end)]))
    const { entries, truncated } = await listEntries(remote, 20_000)
    assert.equal(truncated, true)
    assert.ok(entries.length > 50 && entries.length < 70, String(entries.length))
  })

  it('given a name that reads otherwise than it is, it is saved under one that does not', () => {
    const header = attachment('report\u202Egnp.exe')
    assert.doesNotMatch(decodeURIComponent(header), /\u202E/)
    assert.match(header, /_gnp\.exe/)
  })

  it('given a name of 64 kB, it is saved under its end', () => {
    const header = attachment(`${'\u{1F600}'.repeat(16_000)}.tar.gz`)
    assert.ok(header.length < 4000, String(header.length))
    assert.match(header, /\.tar\.gz$/)
  })

  it('given line breaks and quotes, the header holds none', () => {
    assert.doesNotMatch(attachment('x"\r\nSet-Cookie: a=b').slice('attachment; filename="'.length), /[\r\n]|".*".*"/)
  })
})
