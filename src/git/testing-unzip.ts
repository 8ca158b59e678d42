import { buffer } from 'node:stream/consumers'
import { fromBufferPromise } from 'yauzl'

/** @returns path -> [Unix mode, or 0 when the archive does not say; content] */
export async function unzipForTest(bytes: Buffer): Promise<Record<string, readonly [number, string]>> {
  const zip = await fromBufferPromise(bytes)
  const entries: Record<string, readonly [number, string]> = {}
  for await (const entry of zip.eachEntry()) {
    const content = await buffer(await zip.openReadStreamPromise(entry))
    entries[entry.fileName] = [entry.externalFileAttributes >>> 16, content.toString()]
  }
  return entries
}
