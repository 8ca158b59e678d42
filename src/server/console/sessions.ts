/**
 * Who is signed in to the console. A session is a random token in a cookie; the store knows its hash, and the access key it was
 * opened with: a key that is deactivated or deleted takes its sessions with it.
 */
import { createHash, createHmac } from 'node:crypto'
import type { Auth } from '../../auth/auth.ts'
import type { Clock } from '../../base/clock.ts'
import { randomToken } from '../../base/ids.ts'
import type { Resource, Store } from '../../store/store.ts'
import type { Principal } from '../../wire/wire.ts'

export interface ConsoleSession {
  /** hash of the token: names the session and reveals nothing */
  readonly id: string
  /** what a POST must show: a page of another origin can send the cookie, but cannot know this */
  readonly csrfToken: string
  readonly region: string
  /** of the key it was opened with */
  readonly principal: Principal
}

export interface ConsoleSessions {
  /** @returns undefined for an unknown key */
  open(accessKeyId: string, region: string): Promise<{ token: string; session: ConsoleSession } | undefined>
  /** @returns undefined for a token that is unknown or idle for too long, or whose key is gone */
  find(token: string): Promise<ConsoleSession | undefined>
  /** The same question later; asking it is no use of the session. */
  isOpen(session: ConsoleSession): Promise<boolean>
  /** Ends the session and the credentials it was given. */
  end(session: ConsoleSession): Promise<void>
}

interface SessionDocument {
  readonly accessKeyId: string
  readonly region: string
  readonly openedAt: number
}

export const IDLE_MS = 12 * 3_600_000
/** however busy it was */
const LONGEST_MS = 7 * 24 * 3_600_000
/** using a session is written down this often at most */
const TOUCH_MS = 5 * 60_000
/** old ones that the opening of one clears away: more than one, so that they do not pile up */
const SWEPT_AT_ONCE = 8
/** an account's; beyond it the one used longest ago ends */
const MOST_SESSIONS = 1000
const KIND = { region: '', service: 'pipewright', type: 'console-session' }

export function createConsoleSessions({
  store,
  auth,
  clock,
}: {
  readonly store: Store
  readonly auth: Pick<Auth, 'lookup' | 'endOwnSessions'>
  readonly clock: Clock
}): ConsoleSessions {
  return {
    async open(accessKeyId, region) {
      const credentials = await auth.lookup(accessKeyId)
      if (credentials === undefined) return undefined
      const token = randomToken()
      const { account } = credentials.principal
      const now = clock.now()
      const document: SessionDocument = { accessKeyId, region, openedAt: now }
      const swept = await store.write(async ({ resources }) => {
        const kind = { account, ...KIND }
        const tooMany = (await resources.count(kind)) >= MOST_SESSIONS
        const oldest = await resources.list<SessionDocument>({ ...kind, order: 'ordinal', limit: SWEPT_AT_ONCE })
        const ended = oldest.filter((stored, index) => isOver(stored, now) || (tooMany && index === 0))
        for (const stored of ended) await resources.delete(stored)
        await resources.put({ ...kind, name: hash(token) }, document, { ordinal: now, ifVersion: 0 })
        return ended
      })
      for (const { name } of swept) await auth.endOwnSessions(account, name)
      return { token, session: toSession(token, document, credentials.principal) }
    },
    async find(token) {
      const stored = await store.read.resources.find<SessionDocument>(KIND.service, KIND.type, hash(token))
      if (stored === undefined || isOver(stored, clock.now())) return undefined
      const credentials = await auth.lookup(stored.document.accessKeyId)
      if (credentials === undefined || credentials.principal.account !== stored.account) return undefined
      if (clock.now() - stored.ordinal >= TOUCH_MS) await touch(stored)
      return toSession(token, stored.document, credentials.principal)
    },
    async isOpen({ id, principal }) {
      const name = { account: principal.account, ...KIND, name: id }
      const stored = await store.read.resources.get<SessionDocument>(name)
      if (stored === undefined || isOver(stored, clock.now())) return false
      return (await auth.lookup(stored.document.accessKeyId)) !== undefined
    },
    async end({ id, principal }) {
      await store.write((tx) => tx.resources.delete({ account: principal.account, ...KIND, name: id }))
      await auth.endOwnSessions(principal.account, id)
    },
  }

  async function touch(stored: Resource<SessionDocument>): Promise<void> {
    await store.write(async ({ resources }) => {
      // it may have ended in between
      const now = await resources.get<SessionDocument>(stored)
      if (now !== undefined) await resources.put(stored, now.document, { ordinal: clock.now() })
    })
  }
}

const isOver = ({ ordinal, document }: Resource<SessionDocument>, now: number): boolean =>
  now - ordinal > IDLE_MS || now - document.openedAt > LONGEST_MS

const toSession = (token: string, { region }: SessionDocument, principal: Principal): ConsoleSession => ({
  id: hash(token),
  csrfToken: createHmac('sha256', token).update('csrf').digest('base64url'),
  region,
  principal,
})

const hash = (token: string): string => createHash('sha256').update(token).digest('base64url')
