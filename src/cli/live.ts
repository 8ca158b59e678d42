import { SignatureV4 } from '@smithy/signature-v4'
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createInterface } from 'node:readline'
import type { Connection } from './connection.ts'
import { CliFailure, explain } from './failure.ts'

export interface LiveEvent {
  readonly detailType: string
  readonly detail: Readonly<Record<string, unknown>>
}

export interface LiveLine {
  readonly timestamp: number
  readonly message: string
  readonly index: number
}

/** State changes of one pipeline from now on, the moment they are committed. The returned iterator is connected when it resolves. */
export const followEvents = (connection: Connection, pipeline: string, signal: AbortSignal) =>
  follow<LiveEvent>(connection, '/_pipewright/events', { pipeline }, signal)

/**
 * A log stream from line `from` on. With `follow` it stays open for what is added; without, it ends with the last line there is.
 */
export const readLog = (
  connection: Connection,
  log: { readonly group: string; readonly stream: string; readonly from: number; readonly follow: boolean },
  signal: AbortSignal,
) =>
  follow<LiveLine>(
    connection,
    '/_pipewright/logs',
    { ...log, from: String(log.from), follow: String(log.follow) },
    signal,
  )

async function follow<Item>(
  connection: Connection,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<AsyncIterable<Item>> {
  const response = await open(connection, path, query, signal)
  if (response.statusCode !== 200) {
    throw new CliFailure(`The server answered ${response.statusCode ?? 0} to ${path}.`, {
      hint: 'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that the server is a Pipewright of this version.',
    })
  }
  return lines(response, signal)
}

async function* lines<Item>(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<Item> {
  try {
    for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
      // an empty line only keeps the connection alive
      if (line !== '') yield JSON.parse(line) as Item
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    response.destroy()
  }
}

async function open(
  connection: Connection,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { protocol, hostname, port, host } = new URL(connection.endpoint)
  const signer = new SignatureV4({
    service: 'pipewright',
    region: connection.region,
    credentials: connection.credentials,
    sha256: Sha256,
  })
  const signed = await signer.sign({
    method: 'GET',
    protocol,
    hostname,
    ...(port !== '' && { port: Number(port) }),
    path,
    query: { ...query },
    headers: { host },
  })
  const request = protocol === 'https:' ? httpsRequest : httpRequest
  const target = `${path}?${new URLSearchParams(query).toString()}`.replaceAll('+', '%20')
  return new Promise((resolve, reject) => {
    request({ hostname, port, path: target, headers: signed.headers, signal }, resolve)
      .once('error', (error) => reject(explain(error, connection.endpoint) as Error))
      .end()
  })
}

/** The hash the signer asks for, over node:crypto. */
class Sha256 {
  readonly #secret: string | ArrayBuffer | ArrayBufferView | undefined
  #hash: Hash | Hmac
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret
    this.#hash = this.#start()
  }
  #start(): Hash | Hmac {
    if (this.#secret === undefined) return createHash('sha256')
    return createHmac('sha256', typeof this.#secret === 'string' ? this.#secret : bytesOf(this.#secret))
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data))
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {
    this.#hash = this.#start()
  }
}

const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)
