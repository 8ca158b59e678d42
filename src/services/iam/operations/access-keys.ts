import * as Iam from '@aws-sdk/client-iam'
import type * as Sdk from '@aws-sdk/client-iam'
import { randomBytes } from 'node:crypto'
import type { Reader } from '../../../store/store.ts'
import type { Call } from '../../../wire/wire.ts'
import { KEY_TYPE, ownedKeys, type KeyRecord } from '../access-keys.ts'
import { define, on } from '../define.ts'
import { load, recordKey, uniqueId } from '../entities.ts'
import { limitExceeded, noSuchEntity } from '../errors.ts'
import { KEY_USE_TYPE, type KeyUse } from '../key-use.ts'
import { paged } from '../listing.ts'
import { ownName } from '../own-name.ts'

const MOST_KEYS = 2
const user = on<{ UserName?: string | undefined }>('user', ({ UserName }) => UserName)

/** The key works from this answer on; the secret is in it and never shown again. */
const createAccessKey = define<Sdk.CreateAccessKeyCommandInput, Sdk.CreateAccessKeyCommandOutput>(
  Iam.CreateAccessKey$,
  user,
  async ({ store, auth, clock }, { UserName }, call) => {
    const { account } = call
    const accessKeyId = uniqueId('AKIA').slice(0, 20)
    const secretAccessKey = randomBytes(30).toString('base64')
    const createdAt = clock.now()
    const { name, arn, id } = await store.write(async (tx) => {
      const owner = await load(tx, account, 'user', UserName ?? ownName(call))
      if ((await ownedKeys(tx, account, owner.name)).length >= MOST_KEYS) {
        throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${MOST_KEYS}`)
      }
      const record: KeyRecord = { accessKeyId, userName: owner.name, active: true, createdAt }
      await tx.resources.put(recordKey(account, KEY_TYPE, accessKeyId), record, {
        parent: owner.name,
        ordinal: createdAt,
      })
      return owner
    })
    await auth.addAccessKey({ accessKeyId, secretAccessKey, principal: { account, arn, userId: id, type: 'User' } })
    return {
      AccessKey: {
        UserName: name,
        AccessKeyId: accessKeyId,
        Status: 'Active',
        SecretAccessKey: secretAccessKey,
        CreateDate: new Date(createdAt),
      },
    }
  },
)

const listAccessKeys = define<Sdk.ListAccessKeysCommandInput, Sdk.ListAccessKeysCommandOutput>(
  Iam.ListAccessKeys$,
  user,
  async ({ store }, input, call) => {
    const { name } = await load(store.read, call.account, 'user', input.UserName ?? ownName(call))
    const keys = await ownedKeys(store.read, call.account, name)
    const { items, ...page } = paged(keys, ({ accessKeyId }) => accessKeyId, input)
    return {
      ...page,
      AccessKeyMetadata: items.map(({ accessKeyId, userName, active, createdAt }) => ({
        UserName: userName,
        AccessKeyId: accessKeyId,
        Status: active ? 'Active' : 'Inactive',
        CreateDate: new Date(createdAt),
      })),
    }
  },
)

const updateAccessKey = define<Sdk.UpdateAccessKeyCommandInput, Sdk.UpdateAccessKeyCommandOutput>(
  Iam.UpdateAccessKey$,
  user,
  async ({ store, auth }, input, call) => {
    const active = input.Status === 'Active'
    const { accessKeyId } = await store.write(async (tx) => {
      const key = await owned(tx, input, call)
      await tx.resources.put(
        recordKey(call.account, KEY_TYPE, key.accessKeyId),
        { ...key, active },
        { parent: key.userName, ordinal: key.createdAt },
      )
      return key
    })
    await auth.changeAccessKey(accessKeyId, active ? 'active' : 'inactive')
    return {}
  },
)

const deleteAccessKey = define<Sdk.DeleteAccessKeyCommandInput, Sdk.DeleteAccessKeyCommandOutput>(
  Iam.DeleteAccessKey$,
  user,
  async ({ store, auth }, input, call) => {
    const { accessKeyId } = await owned(store.read, input, call)
    // First the key, then its record: whatever happens between the two, the key is dead and can be deleted again.
    await auth.changeAccessKey(accessKeyId, 'deleted')
    await store.write(async ({ resources }) => {
      await resources.delete(recordKey(call.account, KEY_TYPE, accessKeyId))
      await resources.delete(recordKey(call.account, KEY_USE_TYPE, accessKeyId))
    })
    return {}
  },
)

/** By calls signed with the key itself; a session that was opened with it is another key. */
const getAccessKeyLastUsed = define<Sdk.GetAccessKeyLastUsedCommandInput, Sdk.GetAccessKeyLastUsedCommandOutput>(
  Iam.GetAccessKeyLastUsed$,
  '*',
  async ({ store }, { AccessKeyId = '' }, { account }) => {
    const { resources } = store.read
    const record = await resources.get<KeyRecord>(recordKey(account, KEY_TYPE, AccessKeyId))
    if (record === undefined) throw unknownKey(AccessKeyId)
    const use = (await resources.get<KeyUse>(recordKey(account, KEY_USE_TYPE, AccessKeyId)))?.document
    return {
      UserName: record.document.userName,
      AccessKeyLastUsed:
        use === undefined
          ? { LastUsedDate: undefined, ServiceName: 'N/A', Region: 'N/A' }
          : { LastUsedDate: new Date(use.at), ServiceName: use.service, Region: use.region },
    }
  },
)

interface KeyInput {
  readonly UserName?: string | undefined
  readonly AccessKeyId?: string | undefined
}

/** @throws NoSuchEntity */
async function owned(reader: Reader, { UserName, AccessKeyId = '' }: KeyInput, call: Call): Promise<KeyRecord> {
  const { name } = await load(reader, call.account, 'user', UserName ?? ownName(call))
  const found = (await ownedKeys(reader, call.account, name)).find(({ accessKeyId }) => accessKeyId === AccessKeyId)
  if (found === undefined) throw unknownKey(AccessKeyId)
  return found
}

const unknownKey = (id: string) => noSuchEntity(`The Access Key with id ${id} cannot be found.`)

export const accessKeyOperations = [
  createAccessKey,
  listAccessKeys,
  updateAccessKey,
  deleteAccessKey,
  getAccessKeyLastUsed,
]
