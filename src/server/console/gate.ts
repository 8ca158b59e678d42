/** What every request to the console's endpoints must show: where it comes from, who sends it, and that the page meant it. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Refusal, type Visit } from './endpoint.ts'
import type { ConsoleSession, ConsoleSessions } from './sessions.ts'

export const COOKIE = 'pipewright_session'

/** Cookies do not tell ports apart: two development servers of one machine would sign each other out. */
export function cookieName(mode: 'dev' | 'server', { headers }: IncomingMessage): string {
  const port = /:(\d+)$/.exec(headers.host ?? '')?.[1]
  return mode === 'server' || port === undefined || port === '4566' ? COOKIE : `${COOKIE}_${port}`
}

export function sessionCookie(name: string, token: string, secure: boolean): string {
  const end = token === '' ? '; Max-Age=0' : ''
  return `${name}=${token}; Path=/_pipewright/console; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}${end}`
}

export async function sessionOf(
  { request }: Pick<Visit, 'request'>,
  mode: 'dev' | 'server',
  sessions: ConsoleSessions,
): Promise<ConsoleSession | undefined> {
  const name = cookieName(mode, request)
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  const token = pairs.find(([key]) => key === name)?.[1]
  return token !== undefined && /^[\w-]{43}$/.test(token) ? await sessions.find(token) : undefined
}

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i

/** A name of somebody else that was made to resolve to this machine is not this machine's: DNS rebinding. */
export const isLoopbackHost = ({ headers }: IncomingMessage): boolean => LOOPBACK_HOST.test(headers.host ?? '')

export const isLoopbackAddress = (address: string): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address)

/** Another site, and another port or subdomain of ours, has no business here; old browsers and programs say nothing. */
export function refuseOtherSites({ headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return
  throw new Refusal(403, 'OtherSite', 'This request comes from another site.')
}

/**
 * Before there is a session there is no token to show: the browser's own word has to do.
 * @param origins what an `Origin` may say besides the address that was asked
 */
export function requireOwnPage({ headers }: IncomingMessage, origins: readonly string[]): void {
  const { origin, host = '' } = headers
  const site = headers['sec-fetch-site']
  const isOwn = origin !== undefined && (URL.parse(origin)?.host === host.toLowerCase() || origins.includes(origin))
  if (site === 'same-origin' || (site === undefined && isOwn)) return
  throw new Refusal(403, 'OtherSite', 'Sign in from the page of the console.')
}

export function requireCsrfToken({ headers }: IncomingMessage, { csrfToken }: ConsoleSession): void {
  const given = headers['x-csrf-token']
  if (typeof given === 'string' && isSame(given, csrfToken)) return
  throw new Refusal(403, 'CsrfToken', 'The x-csrf-token header is not that of this session. Load the page again.')
}

/** In a time that does not depend on where the difference is, nor on the lengths. */
export function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
