import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TLSSocket } from 'node:tls'
import type { WireRequest, WireResponse } from './wire.ts'

/** What a trusted proxy in front says about the connection it took, instead of what the socket says. */
export interface ConnectionFacts {
  readonly secure?: boolean
  readonly sourceAddress?: string
}

/** Undoes what a request left on its connection, which outlives it. */
const releases = new WeakMap<IncomingMessage, () => void>()

/** For who answers a request without `sendWireResponse`: its connection may serve thousands more. */
export const releaseWireRequest = (message: IncomingMessage): void => releases.get(message)?.()

/** @returns the request as received; its signal fires when the connection closes before `sendWireResponse` is done */
export function toWireRequest(message: IncomingMessage, facts: ConnectionFacts = {}): WireRequest {
  const { socket } = message
  const controller = new AbortController()
  const gone = (): void => controller.abort(new Error('the client closed the connection'))
  socket.once('close', gone)
  releases.set(message, () => socket.off('close', gone))
  return {
    method: message.method ?? 'GET',
    url: message.url ?? '/',
    headers: joinHeaders(message.rawHeaders),
    body: message,
    sourceAddress: facts.sourceAddress ?? socket.remoteAddress ?? '',
    secure: facts.secure ?? socket instanceof TLSSocket,
    signal: controller.signal,
  }
}

/**
 * Sends an answer, no faster than the client takes it. Resolves when it is sent or the client is gone; never rejects.
 * Node writes the one Date header; an answer that brings its own replaces it.
 */
export async function sendWireResponse(response: ServerResponse, answer: WireResponse): Promise<void> {
  const { statusCode, headers, body } = answer
  try {
    response.writeHead(statusCode, withoutHopHeaders(headers))
    if (body instanceof Readable && response.req.method !== 'HEAD') await pipeline(body, response)
    else {
      if (body instanceof Readable) body.destroy()
      await new Promise<void>((resolve) => {
        response.once('close', resolve)
        response.end(body instanceof Readable || response.req.method === 'HEAD' ? undefined : body, () => resolve())
      })
    }
  } catch {
    response.destroy() // the stream broke halfway: cutting the connection is the only way left to tell
  } finally {
    releaseWireRequest(response.req)
    response.req.resume() // what an operation did not read must not stand before the connection's next request
  }
}

/** As the signature needs them: repeated headers joined by a comma without a space, in the order received. */
function joinHeaders(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]?.toLowerCase() ?? ''
    const value = raw[i + 1] ?? ''
    const earlier = headers[name]
    headers[name] = earlier === undefined ? value : `${earlier},${value}`
  }
  return headers
}

const HOP_HEADERS = new Set(['connection', 'transfer-encoding', 'keep-alive'])

const withoutHopHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_HEADERS.has(name.toLowerCase())))
