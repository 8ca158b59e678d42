import { HttpResponse } from '@smithy/core/protocols'
import { buildQueryString } from '@smithy/core/protocols'
import type { HttpHandlerOptions, HttpRequest, RequestHandler } from '@smithy/types'
import { Readable } from 'node:stream'
import type { Dispatcher, WireRequest } from './wire.ts'

/** What the SDK clients' `requestHandler` option takes. */
export type InProcessHandler = RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions> & {
  readonly metadata: { readonly handlerProtocol: string }
  updateHttpClientConfig(key: never, value: never): void
  httpHandlerConfigs(): Record<string, never>
}

/**
 * Lets an SDK client call the dispatcher without a socket: requests are signed, verified and authorized like anyone else's.
 * @example new CodePipelineClient({ requestHandler: inProcessHandler(dispatcher), … })
 */
export function inProcessHandler(dispatcher: Dispatcher): InProcessHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request, options = {}) {
      const signal = asSignal(options.abortSignal)
      signal.throwIfAborted()
      const answered = dispatcher.handle(toWireRequest(request, signal))
      const { statusCode, headers, body } = await untilAborted(answered, signal)
      const stream =
        body instanceof Readable ? body : Readable.from(body === undefined || body.length === 0 ? [] : [body])
      return { response: new HttpResponse({ statusCode, headers: { ...headers }, body: stream }) }
    },
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  }
}

function toWireRequest(request: HttpRequest, signal: AbortSignal): WireRequest {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value
  headers['host'] ??= request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`
  const query = request.query ? buildQueryString(request.query) : ''
  return {
    method: request.method,
    url: query === '' ? request.path : `${request.path}?${query}`,
    headers,
    body: toBody(request.body),
    sourceAddress: '127.0.0.1',
    secure: request.protocol === 'https:',
    signal,
  }
}

function toBody(body: unknown): Readable | Uint8Array {
  if (body === undefined || body === null) return new Uint8Array()
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  if (body instanceof Readable) return body
  return Readable.from(body as AsyncIterable<Uint8Array>, { objectMode: false })
}

/** The SDK's own signal type lacks what Node's has. */
const NEVER = new AbortController().signal
const asSignal = (signal: unknown): AbortSignal => (signal instanceof AbortSignal ? signal : NEVER)

/** A caller that gave up does not wait for the operation to notice. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal === NEVER) return work
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
