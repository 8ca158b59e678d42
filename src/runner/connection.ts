/** How the runner finds its server, and finds it again: the server may crash and come back on another port. */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { isOk, readText, send } from './http.ts'
import { RUNNER_PATH, WORKER_HEADER } from './protocol.ts'

export interface ServerAddress {
  /** e.g. `http://127.0.0.1:4566` */
  readonly address: string
  readonly token: string
}

/** After so long without a server its builds have no one to report to; without a build there is nothing to wait for at all. */
export const GIVE_UP_MS = 10 * 60_000
export const GIVE_UP_IDLE_MS = 15_000
const FIRST_DELAY_MS = 20
const MAX_DELAY_MS = 1000

/** The server understood and refuses: asking again changes nothing. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly statusCode: number
  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

/** The data folder was deleted, and every server of it with it. */
export const isFolderGone = (error: unknown): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT'

export interface Connection {
  /** Posts JSON until the server answers. @throws Refused for an answer 4xx */
  post(path: string, body: unknown): Promise<string>
  /** The long answer with jobs in it. Rejects when there is no server now; `post` keeps trying, this does not. */
  stream(query: string): Promise<IncomingMessage>
}

/** @param file `runner.json` of the data folder, read again whenever the server is not where it was */
export function connect(file: string, worker: string, signal: AbortSignal): Connection {
  let server: ServerAddress | undefined
  const request = async (method: 'GET' | 'POST', path: string, body?: string): Promise<IncomingMessage> => {
    server ??= JSON.parse(await readFile(file, 'utf8')) as ServerAddress
    try {
      const answer = await send({
        method,
        url: `${server.address}${RUNNER_PATH}${path}`,
        headers: {
          authorization: `Bearer ${server.token}`,
          [WORKER_HEADER]: worker,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
        ...(body === undefined ? {} : { body }),
        signal,
      })
      const status = answer.statusCode ?? 0
      if (isOk(answer)) return answer
      const text = await readText(answer)
      if (status >= 500) throw new Error(`the server answered ${status}: ${text}`)
      throw new Refused(status, text)
    } catch (error) {
      server = undefined
      throw error
    }
  }
  return {
    stream: (query) => request('GET', `/stream?${query}`),
    async post(path, body) {
      const text = JSON.stringify(body)
      const giveUpAt = Date.now() + GIVE_UP_MS
      for (let wait = FIRST_DELAY_MS; ; wait = Math.min(wait * 2, MAX_DELAY_MS)) {
        try {
          return await readText(await request('POST', path, text))
        } catch (error) {
          // 401: an old address now belongs to a server that does not know us
          const isFinal = (error instanceof Refused && error.statusCode !== 401) || isFolderGone(error)
          if (isFinal || signal.aborted || Date.now() > giveUpAt) throw error
          await delay(wait, undefined, { signal })
        }
      }
    },
  }
}
