import type { Reader } from '../../store/store.ts'

/** What a user's list of keys shows. The secret is with `auth`, and was shown once. */
export interface KeyRecord {
  readonly accessKeyId: string
  readonly userName: string
  readonly active: boolean
  readonly createdAt: number
}

export const KEY_TYPE = 'user-access-key'

/** Oldest first. */
export async function ownedKeys(
  { resources }: Pick<Reader, 'resources'>,
  account: string,
  userName: string,
): Promise<readonly KeyRecord[]> {
  const records = await resources.list<KeyRecord>({
    account,
    region: '',
    service: 'iam',
    type: KEY_TYPE,
    parent: userName,
    order: 'ordinal',
  })
  return records.map(({ document }) => document)
}
