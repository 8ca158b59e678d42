/** When an access key was last used, and for what: written down now and then, so that an old key can be told from a needed one. */
import type { Log } from '../../base/log.ts'
import type { Store } from '../../store/store.ts'
import type { CallRecord } from '../../wire/wire.ts'
import { recordKey } from './entities.ts'

export interface KeyUse {
  /** ms since the epoch */
  readonly at: number
  readonly service: string
  readonly region: string
}

export const KEY_USE_TYPE = 'access-key-use'

/** A busy key costs one small write in so long. */
const NOTED_EVERY_MS = 15 * 60_000

/** @returns who is told of calls; never throws and never waits */
export function noteKeyUse({ store, log }: { readonly store: Store; readonly log: Log }): (call: CallRecord) => void {
  const noted = new Map<string, number>()
  return ({ principal: { accessKeyId, account, type }, service, region, startedAt }) => {
    // a session's key is gone in an hour; the root's and the development keys are in no list
    if (type !== 'User' || accessKeyId.startsWith('ASIA')) return
    if (startedAt - (noted.get(accessKeyId) ?? 0) < NOTED_EVERY_MS) return
    noted.set(accessKeyId, startedAt)
    const use: KeyUse = { at: startedAt, service, region }
    store
      .write((tx) => tx.resources.put(recordKey(account, KEY_USE_TYPE, accessKeyId), use))
      .catch((error: unknown) => log.warn({ err: error, accessKeyId }, 'the use of an access key was not written down'))
  }
}
