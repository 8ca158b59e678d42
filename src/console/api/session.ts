/**
 * Who is signed in. The cookie is the server's and invisible to scripts; with it the page gets short-lived credentials, by which
 * it signs every call like any other client of the API. They live in this module's memory and nowhere else.
 */
export interface Session {
  readonly mode: 'dev' | 'server'
  readonly signedIn: boolean
  readonly account?: string
  readonly region?: string
  readonly user?: string
  readonly csrfToken?: string
  readonly version: string
  readonly strict: boolean
  readonly publicUrl?: string
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

/** The server said no, in its own words. */
export class ConsoleRefusal extends Error {
  override readonly name = 'ConsoleRefusal'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const OWN = '/_pipewright/console/'
/** new credentials are fetched this long before the old ones end */
const MARGIN_MS = 5 * 60_000

let current: Session | undefined
let credentials: Promise<Credentials> | undefined

/** The session as the server knows it now; asks for it once. */
export async function openSession(): Promise<Session> {
  current = await read<Session>(await fetch(`${OWN}session`, { credentials: 'same-origin' }))
  return current
}

export const session = (): Session | undefined => current

export async function login(keys: { accessKeyId: string; secretAccessKey: string; region: string }): Promise<Session> {
  credentials = undefined
  current = await postOwn<Session>('login', keys)
  return current
}

export async function logout(): Promise<void> {
  await postOwn('logout', {})
  credentials = undefined
  current = undefined
}

/** Credentials that are good for a while yet; calls made at the same time share one request for them. */
export async function sessionCredentials(): Promise<Credentials> {
  const known = await credentials?.catch(() => undefined)
  if (known !== undefined && known.expiration.getTime() - Date.now() > MARGIN_MS) return known
  credentials = postOwn<Omit<Credentials, 'expiration'> & { expiration: string | number }>('credentials', {}).then(
    (given) => ({ ...given, expiration: new Date(given.expiration) }),
  )
  return await credentials
}

/** A GET of our own endpoints for the console. @throws ConsoleRefusal */
export const getOwn = async <Answer>(path: string, signal?: AbortSignal): Promise<Answer> =>
  await read<Answer>(await fetch(`${OWN}${path}`, { credentials: 'same-origin', ...(signal && { signal }) }))

/** A POST of our own endpoints for the console, with the proof that it came from this page. @throws ConsoleRefusal */
export const postOwn = async <Answer>(path: string, body: unknown): Promise<Answer> =>
  await read<Answer>(
    await fetch(`${OWN}${path}`, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', 'x-csrf-token': current?.csrfToken ?? '' },
      body: JSON.stringify(body),
    }),
  )

async function read<Answer>(response: Response): Promise<Answer> {
  if (response.ok) return response.status === 204 ? (undefined as Answer) : ((await response.json()) as Answer)
  const text = await response.text()
  throw new ConsoleRefusal(response.status, messageOf(text) ?? `The server answered ${response.status}.`)
}

function messageOf(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
