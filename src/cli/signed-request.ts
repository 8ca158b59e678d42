import { SignatureV4 } from '@smithy/signature-v4'
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Connection } from './connection.ts'
import { explain } from './failure.ts'

export interface OwnRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/** Asks one of the server's own endpoints, signed for the service `pipewright`. @throws CliFailure when nothing answers */
export async function send(connection: Connection, request: OwnRequest): Promise<IncomingMessage> {
  const { protocol, hostname, port, host } = new URL(connection.endpoint)
  const { method, path, query = {}, body, signal } = request
  const signer = new SignatureV4({
    service: 'pipewright',
    region: connection.region,
    credentials: connection.credentials,
    sha256: Sha256,
  })
  const signed = await signer.sign({
    method,
    protocol,
    hostname,
    ...(port !== '' && { port: Number(port) }),
    path,
    query: { ...query },
    headers: { host, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body }),
  })
  const search = new URLSearchParams(query).toString().replaceAll('+', '%20')
  const options = { method, hostname, port, path: search === '' ? path : `${path}?${search}`, headers: signed.headers }
  const open = protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    open({ ...options, ...(signal && { signal }) }, resolve)
      .once('error', (error) => reject(explain(error, connection.endpoint) as Error))
      .end(body)
  })
}

/** The hash the signer asks for, over node:crypto. */
export class Sha256 {
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
