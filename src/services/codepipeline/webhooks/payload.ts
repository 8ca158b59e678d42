import type { Readable } from 'node:stream'

/** Source: GitHub documentation, "Webhook events and payloads": payloads are capped at 25 MB. */
export const MOST_BYTES = 25 * 1024 * 1024

/** A sender reads our answer once it has sent everything: a little too much is read and thrown away, more is cut off. */
const MOST_READ = 2 * MOST_BYTES

/** @returns the whole body as received, or undefined when it is larger than `MOST_BYTES` */
export async function readBody(
  body: Readable,
  headers: Readonly<Record<string, string>>,
): Promise<Uint8Array | undefined> {
  if (Number(headers['content-length'] ?? 0) > MOST_READ) return undefined
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length
    if (size > MOST_READ) return undefined
    if (size > MOST_BYTES) chunks.length = 0
    else chunks.push(chunk as Buffer)
  }
  return size > MOST_BYTES ? undefined : Buffer.concat(chunks, size)
}

/** JSON, or a form whose field `payload` is JSON. @returns undefined when it is neither */
export function parsePayload(body: Uint8Array, contentType = ''): { readonly payload: unknown } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    const isForm = /^\s*application\/x-www-form-urlencoded\b/i.test(contentType)
    const json = isForm ? new URLSearchParams(text).get('payload') : text
    return json === null ? undefined : { payload: JSON.parse(json) as unknown }
  } catch {
    return undefined
  }
}
