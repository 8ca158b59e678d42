/** Signing in with an access key, or in development without; and the credentials by which the page calls the APIs. */
import type { Auth } from '../../auth/auth.ts'
import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Trail } from '../../journal/journal.ts'
import type { Principal } from '../../wire/wire.ts'
import type { AuditRecord } from '../audit.ts'
import { DEV_KEY, isLoopback, type ServerConfig } from '../config.ts'
import { isRegion, ok, Refusal, type Answer, type Endpoint, type Visit } from './endpoint.ts'
import {
  cookieName,
  isLoopbackAddress,
  isLoopbackHost,
  isSame,
  requireOwnPage,
  sessionCookie,
  sessionOf,
} from './gate.ts'
import { createLoginLimits } from './login-limits.ts'
import { readJson } from './read-json.ts'
import type { ConsoleSession, ConsoleSessions } from './sessions.ts'

export type ConsoleConfig = Pick<ServerConfig, 'mode' | 'host' | 'publicUrl' | 'strict'>

export interface SignInDependencies {
  readonly config: ConsoleConfig
  readonly auth: Pick<Auth, 'lookup' | 'issueOwnSession'>
  readonly sessions: ConsoleSessions
  readonly clock: Clock
  readonly version: string
  readonly audit: Pick<Trail<AuditRecord>, 'add'>
}

/** Also what `GET …/session` answers. */
export interface SessionDocument {
  readonly mode: 'dev' | 'server'
  readonly signedIn: boolean
  readonly account?: string
  readonly region?: string
  /** the name: `administrator`, `root` */
  readonly user?: string
  readonly userArn?: string
  readonly csrfToken?: string
  readonly version: string
  readonly strict: boolean
  readonly publicUrl?: string
}

const CREDENTIALS_SECONDS = 3600
const USUAL_REGION = 'us-east-1'
/** compared with for keys that do not exist, so that they take as long */
const NO_SECRET = 'no secret at all'

export function signInEndpoints(deps: SignInDependencies): readonly Endpoint[] {
  const { config, auth, sessions, clock, audit } = deps
  const limits = createLoginLimits(clock)

  return [
    {
      method: 'GET',
      path: 'session',
      access: 'anybody',
      handle: async (visit) => {
        const session = await sessionOf(visit, config.mode, sessions)
        if (session !== undefined) return ok(describe(deps, session))
        return opensByItself(config, visit) ? await enter(visit, DEV_KEY.id, USUAL_REGION) : ok(describe(deps))
      },
    },
    {
      method: 'POST',
      path: 'login',
      access: 'anybody',
      handle: async (visit) => {
        requireOwnPage(visit.request, config.publicUrl === undefined ? [] : [new URL(config.publicUrl).origin])
        const given = await readLogin(visit)
        const { sourceAddress } = visit
        const seconds = limits.wait(sourceAddress, given.accessKeyId)
        if (seconds !== undefined) {
          throw new Refusal(429, 'TooManyAttempts', `Too many attempts. Try again in ${seconds} seconds.`, {
            'retry-after': String(seconds),
          })
        }
        const credentials = await auth.lookup(given.accessKeyId)
        const isRight = isSame(given.secretAccessKey, credentials?.secretAccessKey ?? NO_SECRET)
        // what was given for an hour opens no session of twelve
        if (credentials === undefined || credentials.sessionToken !== undefined || !isRight) {
          limits.failed(sourceAddress, given.accessKeyId)
          // whose the key is, is known; who tried it is not
          if (credentials !== undefined) note(visit, 'ConsoleLogin', credentials.principal, 'WrongKey')
          throw new Refusal(401, 'WrongKey', 'The access key ID or the secret access key is wrong.')
        }
        limits.succeeded(given.accessKeyId)
        note(visit, 'ConsoleLogin', credentials.principal)
        const earlier = await sessionOf(visit, config.mode, sessions)
        if (earlier !== undefined) await sessions.end(earlier)
        return await enter(visit, given.accessKeyId, given.region)
      },
    },
    {
      method: 'POST',
      path: 'logout',
      access: 'signed-in',
      handle: async (visit) => {
        const { request, secure, session } = visit
        await sessions.end(session)
        note(visit, 'ConsoleLogout', session.principal)
        return ok(describe(deps), { 'set-cookie': sessionCookie(cookieName(config.mode, request), '', secure) })
      },
    },
    {
      method: 'POST',
      path: 'credentials',
      access: 'signed-in',
      handle: async ({ session, isStillOpen }) => {
        const issued = await auth.issueOwnSession({
          accessKeyId: session.principal.accessKeyId,
          owner: session.id,
          seconds: CREDENTIALS_SECONDS,
        })
        // a logout that came in between has ended the credentials that there were, and these must not outlive it
        const isOver = issued !== undefined && !(await isStillOpen())
        if (isOver) await sessions.end(session)
        if (issued === undefined || isOver) throw new Refusal(401, 'SignedOut', 'The session has ended. Sign in again.')
        const { expiresAt, ...credentials } = issued
        return ok({ ...credentials, expiration: new Date(expiresAt).toISOString() })
      },
    },
  ]

  /** Signing in is no call of an API, but as much of a matter for the audit trail. */
  function note({ request, sourceAddress }: Visit, operation: string, principal: Principal, errorCode?: string): void {
    const time = clock.now()
    const { account, arn, type, accessKeyId } = principal
    audit.add(() => ({
      requestId: newId(),
      time,
      durationMs: 0,
      account,
      region: '',
      service: 'console',
      operation,
      principal: { arn, type, accessKeyId },
      sourceAddress,
      userAgent: (request.headers['user-agent'] ?? '').slice(0, 300),
      input: {},
      ...(errorCode !== undefined && { errorCode }),
    }))
  }

  async function enter({ request, secure }: Visit, accessKeyId: string, region: string): Promise<Answer> {
    const opened = await sessions.open(accessKeyId, region)
    if (opened === undefined) return ok(describe(deps))
    const cookie = sessionCookie(cookieName(config.mode, request), opened.token, secure)
    return ok(describe(deps, opened.session), { 'set-cookie': cookie })
  }
}

/** On one's own machine the key is known to all: asking for it would protect nothing. */
const opensByItself = ({ mode, host }: ConsoleConfig, { request }: Visit): boolean =>
  mode === 'dev' &&
  isLoopback(host) &&
  isLoopbackHost(request) &&
  // of the peer itself: whoever forwards the port to others has to let them sign in
  isLoopbackAddress(request.socket.remoteAddress ?? '') &&
  request.headers['x-forwarded-for'] === undefined

function describe({ config, version }: SignInDependencies, session?: ConsoleSession): SessionDocument {
  const { mode, publicUrl, strict = false } = config
  return {
    mode,
    signedIn: session !== undefined,
    ...(session && {
      account: session.principal.account,
      region: session.region,
      user: nameOf(session.principal.arn),
      userArn: session.principal.arn,
      csrfToken: session.csrfToken,
    }),
    version,
    strict,
    ...(publicUrl !== undefined && { publicUrl }),
  }
}

/** `arn:aws:iam::1:user/team/alice` is alice, `arn:aws:iam::1:root` is root. */
const nameOf = (arn: string): string => arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1)

async function readLogin({ request }: Visit) {
  const body = await readJson(request)
  const text = (name: string): string => {
    const value = body[name]
    return typeof value === 'string' ? value.trim() : ''
  }
  const region = text('region') || USUAL_REGION
  const given = { accessKeyId: text('accessKeyId'), secretAccessKey: text('secretAccessKey'), region }
  if (given.accessKeyId === '' || given.secretAccessKey === '' || given.accessKeyId.length > 128)
    throw new Refusal(400, 'BadRequest', 'Give an access key ID and its secret access key.')
  if (!isRegion(region)) throw new Refusal(400, 'BadRequest', `${JSON.stringify(region)} is no name of a region.`)
  return given
}
