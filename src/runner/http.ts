/** The runner's own HTTP client: Node's plain one, because it starts in no time and streams both ways. */
import http, { type IncomingMessage, type RequestOptions } from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: string | Readable
  readonly signal?: AbortSignal
}

/** Resolves when the head of the answer is there; its body is the caller's to read. */
export async function send({ method, url, headers = {}, body, signal }: HttpRequest): Promise<IncomingMessage> {
  const { protocol } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`cannot speak ${protocol}`)
  const options: RequestOptions = { method, headers, agent: agents[protocol], ...(signal && { signal }) }
  const request = (protocol === 'http:' ? http : https).request(url, options)
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve)
    request.once('error', reject)
  })
  if (body instanceof Readable) {
    // an early answer (403 while we still upload) counts, the broken pipe behind it does not
    pipeline(body, request).catch(() => undefined)
  } else request.end(body)
  return await answered
}

const MAX_TEXT_BYTES = 8 * 1024 * 1024

export async function readText(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_TEXT_BYTES) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export const isOk = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 200 && statusCode < 300
