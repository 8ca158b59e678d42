/** What an endpoint of the console is: a row of a table, whose gate is passed before it runs. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ConsoleSession } from './sessions.ts'

export interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
  /** of the peer, or what a declared proxy says */
  readonly sourceAddress: string
  /** the browser talks TLS to us or to the proxy in front */
  readonly secure: boolean
  /** fires when the client is gone */
  readonly signal: AbortSignal
}

export interface SignedInVisit extends Visit {
  readonly session: ConsoleSession
  /** a stream outlives the request that opened it, but not the session */
  readonly isStillOpen: () => Promise<boolean>
}

export interface Answer {
  readonly statusCode: number
  readonly headers?: Readonly<Record<string, string>>
  /** sent as JSON; absent: no content */
  readonly body?: unknown
}

/** `undefined`: the endpoint has answered by itself, e.g. with a stream. */
type Outcome = Promise<Answer | undefined>

export type Endpoint = { readonly method: 'GET' | 'POST'; readonly path: string } & (
  | { readonly access: 'anybody'; readonly handle: (visit: Visit) => Outcome }
  | { readonly access: 'signed-in'; readonly handle: (visit: SignedInVisit) => Outcome }
)

/** What to answer instead, in words for a person. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly statusCode: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  constructor(statusCode: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.statusCode = statusCode
    this.code = code
    this.headers = headers
  }
}

export const ok = (body: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  statusCode: 200,
  headers,
  body,
})

/** @throws Refusal */
export function required(query: URLSearchParams, name: string): string {
  const value = query.get(name)
  if (value === null || value === '') throw new Refusal(400, 'BadRequest', `The parameter ${name} is missing.`)
  return value
}

/** A whole number from 0 to `most`. @throws Refusal */
export function count(query: URLSearchParams, name: string, usual: number, most: number): number {
  const text = query.get(name)
  if (text === null || text === '') return usual
  if (!/^\d{1,16}$/.test(text)) throw new Refusal(400, 'BadRequest', `The parameter ${name} is no whole number.`)
  return Math.min(Number(text), most)
}

/** Which region the page looks at; a session knows the one it was opened with. @throws Refusal */
export function regionOf({ query, session }: SignedInVisit): string {
  const region = query.get('region') ?? session.region
  if (!isRegion(region)) throw new Refusal(400, 'BadRequest', 'The parameter region is no name of a region.')
  return region
}

export const isRegion = (text: string): boolean => /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(text)
