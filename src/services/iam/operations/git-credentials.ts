import * as Iam from '@aws-sdk/client-iam'
import type * as Sdk from '@aws-sdk/client-iam'
import type { Writer } from '../../../store/store.ts'
import type { Call } from '../../../wire/wire.ts'
import { define, on } from '../define.ts'
import { load, recordKey, uniqueId } from '../entities.ts'
import { limitExceeded, noSuchEntity, validationError } from '../errors.ts'
import { GIT_CREDENTIAL_TYPE, gitCredentialsOf, newPassword, type GitCredential } from '../git-credentials.ts'
import { ownName } from '../own-name.ts'

const SERVICE = 'codecommit.amazonaws.com'
const MOST_CREDENTIALS = 2
const user = on<{ UserName?: string | undefined }>('user', ({ UserName }) => UserName)

/** The password is in this answer and nowhere else. */
const createCredential = define<
  Sdk.CreateServiceSpecificCredentialCommandInput,
  Sdk.CreateServiceSpecificCredentialCommandOutput
>(Iam.CreateServiceSpecificCredential$, user, async ({ store, clock }, { UserName, ServiceName }, { account }) => {
  if (ServiceName !== SERVICE) throw validationError(`No such service ${ServiceName} is supported for this operation`)
  const { password, passwordHash } = newPassword()
  const credential = await store.write(async (tx) => {
    const { name } = await load(tx, account, 'user', UserName)
    const existing = await gitCredentialsOf(tx, account, name)
    if (existing.length >= MOST_CREDENTIALS) {
      throw limitExceeded(`Cannot exceed quota for ServiceSpecificCredentialsPerUser: ${MOST_CREDENTIALS}`)
    }
    const taken = new Set(existing.map(({ serviceUserName }) => serviceUserName))
    const serviceUserName = [`${name}-at-${account}`, `${name}+1-at-${account}`].find((one) => !taken.has(one)) ?? ''
    const created: GitCredential = {
      id: uniqueId('ACCA'),
      account,
      userName: name,
      serviceUserName,
      passwordHash,
      active: true,
      createdAt: clock.now(),
    }
    await put(tx, created)
    return created
  })
  return { ServiceSpecificCredential: { ...view(credential), ServicePassword: password } }
})

const listCredentials = define<
  Sdk.ListServiceSpecificCredentialsCommandInput,
  Sdk.ListServiceSpecificCredentialsCommandOutput
>(Iam.ListServiceSpecificCredentials$, user, async ({ store }, { UserName, ServiceName }, call) => {
  const { name } = await load(store.read, call.account, 'user', UserName ?? ownName(call))
  const credentials =
    ServiceName === undefined || ServiceName === SERVICE ? await gitCredentialsOf(store.read, call.account, name) : []
  return { ServiceSpecificCredentials: credentials.map(view), IsTruncated: false }
})

const resetCredential = define<
  Sdk.ResetServiceSpecificCredentialCommandInput,
  Sdk.ResetServiceSpecificCredentialCommandOutput
>(Iam.ResetServiceSpecificCredential$, user, async ({ store }, input, call) => {
  const { password, passwordHash } = newPassword()
  const credential = await store.write(async (tx) => {
    const reset = { ...(await require(tx, input, call)), passwordHash }
    await put(tx, reset)
    return reset
  })
  return { ServiceSpecificCredential: { ...view(credential), ServicePassword: password } }
})

const updateCredential = define<
  Sdk.UpdateServiceSpecificCredentialCommandInput,
  Sdk.UpdateServiceSpecificCredentialCommandOutput
>(Iam.UpdateServiceSpecificCredential$, user, async ({ store }, input, call) => {
  await store.write(async (tx) => put(tx, { ...(await require(tx, input, call)), active: input.Status === 'Active' }))
  return {}
})

const deleteCredential = define<
  Sdk.DeleteServiceSpecificCredentialCommandInput,
  Sdk.DeleteServiceSpecificCredentialCommandOutput
>(Iam.DeleteServiceSpecificCredential$, user, async ({ store }, input, call) => {
  await store.write(async (tx) => {
    const { serviceUserName } = await require(tx, input, call)
    await tx.resources.delete(recordKey(call.account, GIT_CREDENTIAL_TYPE, serviceUserName))
  })
  return {}
})

interface CredentialInput {
  readonly UserName?: string | undefined
  readonly ServiceSpecificCredentialId?: string | undefined
}

/** @throws NoSuchEntity */
async function require(tx: Writer, input: CredentialInput, call: Call): Promise<GitCredential> {
  const { name } = await load(tx, call.account, 'user', input.UserName ?? ownName(call))
  const wanted = input.ServiceSpecificCredentialId
  const found = (await gitCredentialsOf(tx, call.account, name)).find(({ id }) => id === wanted)
  if (found === undefined) throw noSuchEntity(`No such credential ${wanted} exists`)
  return found
}

const put = async (tx: Writer, credential: GitCredential): Promise<void> =>
  void (await tx.resources.put(
    recordKey(credential.account, GIT_CREDENTIAL_TYPE, credential.serviceUserName),
    credential,
    { parent: credential.userName, ordinal: credential.createdAt },
  ))

const view = (credential: GitCredential) => ({
  CreateDate: new Date(credential.createdAt),
  ServiceName: SERVICE,
  ServiceUserName: credential.serviceUserName,
  ServiceSpecificCredentialId: credential.id,
  UserName: credential.userName,
  Status: credential.active ? ('Active' as const) : ('Inactive' as const),
})

export const gitCredentialOperations = [
  createCredential,
  listCredentials,
  resetCredential,
  updateCredential,
  deleteCredential,
]
