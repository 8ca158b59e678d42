import type { IncomingMessage } from 'node:http'
import { Refusal } from './endpoint.ts'

const MOST_BYTES = 16 * 1024

/** A small JSON object. A form of another page cannot send this type without asking first. @throws Refusal */
export async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw new Refusal(415, 'NotJson', 'Send application/json.')
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_BYTES) throw new Refusal(413, 'TooLarge', 'The body is too large.')
    chunks.push(chunk)
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>
  } catch {
    // said below
  }
  throw new Refusal(400, 'NotJson', 'The body is no JSON object.')
}
