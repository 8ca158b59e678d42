/** The first user of a team's server, made at its first start: an IAM user like those that are made later. */
import { randomBytes } from 'node:crypto'
import { KEY_TYPE, type KeyRecord } from './access-keys.ts'
import type { IamDependencies } from './dependencies.ts'
import { find, insert, newEntity, recordKey, uniqueId, type User } from './entities.ts'

const NAME = 'administrator'

interface Marker {
  readonly accessKeyId: string
  /** earlier versions did not list him among the users */
  readonly listed?: true
}

/** @returns the key, whose secret is shown this once; undefined when there was an administrator already */
export async function createAdministrator(
  { store, auth, clock }: Pick<IamDependencies, 'store' | 'auth' | 'clock'>,
  account: string,
): Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string } | undefined> {
  const marker = { account, region: '', service: 'pipewright', type: 'setup', name: NAME }
  const made = await store.read.resources.get<Marker>(marker)
  if (made?.document.listed === true) return undefined

  const createdAt = clock.now()
  const accessKeyId = made?.document.accessKeyId ?? uniqueId('AKIA').slice(0, 20)
  const entity = newEntity(account, 'user', { name: NAME, path: '/', tags: {}, at: createdAt })
  const user: User = { ...entity, inline: {}, attached: [] }
  const secretAccessKey = randomBytes(30).toString('base64url')
  if (made === undefined) {
    const principal = { account, arn: user.arn, userId: user.id, type: 'User' } as const
    // a crash behind this leaves a key that nobody has ever seen
    await auth.addAccessKey({ accessKeyId, secretAccessKey, principal })
  }
  await store.write(async (tx) => {
    const record: KeyRecord = { accessKeyId, userName: NAME, active: true, createdAt }
    if ((await find(tx, account, 'user', NAME)) === undefined) await insert(tx, account, 'user', user)
    await tx.resources.put(recordKey(account, KEY_TYPE, accessKeyId), record, { parent: NAME, ordinal: createdAt })
    await tx.resources.put(marker, { accessKeyId, listed: true } satisfies Marker)
  })
  return made === undefined ? { accessKeyId, secretAccessKey } : undefined
}
