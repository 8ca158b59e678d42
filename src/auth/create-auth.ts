import type { Clock } from '../base/clock.ts'
import { randomAlphanumeric, randomToken } from '../base/ids.ts'
import { silentLog, type Log } from '../base/log.ts'
import { invariant } from '../core/invariant.ts'
import type { KeyRing } from '../keys/keys.ts'
import type { Resource, ResourceKey, ResourceWriter, Store } from '../store/store.ts'
import type { Credentials, Principal } from '../wire/wire.ts'
import type { Auth, SessionCredentials } from './auth.ts'
import { createAuthorizer, type Policy } from './authorize.ts'
import { sessionPrincipal } from './principals.ts'
import { seal, unseal, type SealedSecret } from './sealed-secret.ts'

export interface AuthOptions {
  readonly store: Store
  readonly clock: Clock
  readonly keys: KeyRing
  readonly log?: Log
  readonly policies?: readonly Policy[]
}

/** What is stored of a key, long-lived or of a session. */
interface StoredKey {
  readonly secret: SealedSecret
  readonly token?: SealedSecret
  readonly expiresAt?: number
  readonly inactive?: boolean
  /** of a user's own session: the key it stands for, without which it is nothing */
  readonly standsFor?: string
  readonly principal: Omit<Principal, 'accessKeyId'>
}

type Known = Credentials & Pick<StoredKey, 'standsFor'>

/** An ended session is still known for this long, so that its holder is told "expired" and not "unknown". */
const REMEMBER_ENDED_MS = 3_600_000

/** Keys of one account that one issue clears away; more than one, so that they do not pile up. */
const SWEPT_AT_ONCE = 4

export function createAuth({ store, clock, keys, log = silentLog, policies = [] }: AuthOptions): Auth {
  // every request looks its key up: kept in clear, in memory only
  const known = new Map<string, Known>()

  return {
    ...createAuthorizer(policies),
    async lookup(accessKeyId) {
      const found = known.get(accessKeyId) ?? (await read(accessKeyId))
      if (found?.expiresAt !== undefined && found.expiresAt + REMEMBER_ENDED_MS < clock.now()) {
        known.delete(accessKeyId)
        return undefined
      }
      if (found?.standsFor !== undefined && (known.get(found.standsFor) ?? (await read(found.standsFor))) === undefined)
        return undefined
      return found
    },
    async issueSession({ account, roleArn, sessionName, seconds, policy }) {
      invariant(roleArn.includes(':role/'), `${roleArn} is not the ARN of a role`)
      const principal = sessionPrincipal(account, roleArn, sessionName)
      return issue({ principal: policy === undefined ? principal : { ...principal, sessionPolicy: policy }, seconds })
    },
    async issueOwnSession({ accessKeyId, owner, seconds }) {
      const holder = known.get(accessKeyId) ?? (await read(accessKeyId))
      if (holder === undefined || holder.sessionToken !== undefined) return undefined
      const { accessKeyId: _key, ...principal } = holder.principal
      return issue({ principal, seconds, owner, standsFor: accessKeyId })
    },
    async endOwnSessions(account, owner) {
      const ended = await store.write(async ({ resources }) => {
        const issued = await resources.list({ ...kindOf(account, 'Session'), parent: owner })
        for (const session of issued) await resources.delete(session)
        return issued
      })
      for (const { name } of ended) known.delete(name)
    },
    async addAccessKey({ accessKeyId, secretAccessKey, principal }) {
      const document: StoredKey = { secret: seal(keys, accessKeyId, secretAccessKey), principal }
      await store.write(async ({ resources }) => {
        // ids are global: the same id in another account would make it a matter of luck who the caller is
        const other = await resources.find('auth', 'AccessKey', accessKeyId)
        invariant(
          other === undefined || other.account === principal.account,
          `access key ${accessKeyId} is another account's`,
        )
        await resources.put(keyOf(principal.account, 'AccessKey', accessKeyId), document)
      })
      known.set(accessKeyId, { secretAccessKey, principal: { ...principal, accessKeyId } })
    },
    async changeAccessKey(accessKeyId, to) {
      await store.write(async ({ resources }) => {
        const key = await resources.find<StoredKey>('auth', 'AccessKey', accessKeyId)
        if (key === undefined) return
        if (to === 'deleted') await resources.delete(key)
        else await resources.put(key, { ...key.document, inactive: to === 'inactive' } satisfies StoredKey)
      })
      known.delete(accessKeyId)
    },
  }

  async function issue({
    principal,
    seconds,
    owner,
    standsFor,
  }: {
    readonly principal: Omit<Principal, 'accessKeyId'>
    readonly seconds: number
    readonly owner?: string
    readonly standsFor?: string
  }): Promise<SessionCredentials> {
    const { account } = principal
    const credentials = {
      accessKeyId: `ASIA${randomAlphanumeric(16).toUpperCase()}`,
      secretAccessKey: randomToken(30),
      sessionToken: randomToken(96),
      expiresAt: clock.now() + seconds * 1000,
    }
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = credentials
    const link = standsFor === undefined ? {} : { standsFor }
    const secret = seal(keys, accessKeyId, secretAccessKey)
    const token = seal(keys, accessKeyId, sessionToken)
    const document: StoredKey = { secret, token, expiresAt, principal, ...link }
    const swept = await store.write(async ({ resources }) => {
      await resources.put(keyOf(account, 'Session', accessKeyId), document, {
        ordinal: expiresAt,
        ifVersion: 0,
        ...(owner !== undefined && { parent: owner }),
      })
      return sweep(resources, account)
    })
    for (const old of swept) known.delete(old)
    known.set(accessKeyId, {
      secretAccessKey,
      sessionToken,
      expiresAt,
      principal: { accessKeyId, ...principal },
      ...link,
    })
    return credentials
  }

  async function read(accessKeyId: string): Promise<Known | undefined> {
    const type = accessKeyId.startsWith('ASIA') ? 'Session' : 'AccessKey'
    const stored = await store.read.resources.find<StoredKey>('auth', type, accessKeyId)
    if (stored === undefined || stored.document.inactive === true) return undefined
    const credentials = open(stored)
    // an `addAccessKey` or `changeAccessKey` may have come in between: what it left is newer
    if (credentials !== undefined && stored.version === (await store.read.resources.get(stored))?.version)
      known.set(accessKeyId, credentials)
    return credentials
  }

  /** A key whose secret cannot be read is as good as unknown to its caller, but not to the operator. */
  function open({ name: accessKeyId, document }: Resource<StoredKey>): Known | undefined {
    const { secret, token, expiresAt, principal, standsFor } = document
    try {
      return {
        secretAccessKey: unseal(keys, accessKeyId, secret),
        ...(token !== undefined && { sessionToken: unseal(keys, accessKeyId, token) }),
        ...(expiresAt !== undefined && { expiresAt }),
        principal: { ...principal, accessKeyId },
        ...(standsFor !== undefined && { standsFor }),
      }
    } catch (error) {
      log.error({ err: error, accessKeyId }, 'the secret of an access key cannot be read')
      return undefined
    }
  }

  /** @returns the ids of sessions that ended long ago, now deleted */
  async function sweep(resources: ResourceWriter, account: string): Promise<readonly string[]> {
    const oldest = await resources.list({ ...kindOf(account, 'Session'), order: 'ordinal', limit: SWEPT_AT_ONCE })
    const ended = oldest.filter(({ ordinal }) => ordinal + REMEMBER_ENDED_MS < clock.now())
    for (const session of ended) await resources.delete(session)
    return ended.map(({ name }) => name)
  }
}

const kindOf = (account: string, type: 'AccessKey' | 'Session') => ({ account, region: '', service: 'auth', type })

const keyOf = (account: string, type: 'AccessKey' | 'Session', name: string): ResourceKey => ({
  ...kindOf(account, type),
  name,
})
