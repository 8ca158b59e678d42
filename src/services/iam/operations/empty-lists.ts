/** What Terraform and the console read of every user or account though nothing here ever makes one: the honest answer is none. */
import * as Iam from '@aws-sdk/client-iam'
import { define, on, type Make } from '../define.ts'
import { load } from '../entities.ts'
import { noSuchEntity } from '../errors.ts'

const user = on<{ UserName?: string }>('user', ({ UserName }) => UserName)

const EMPTY = [
  { schema: Iam.ListMFADevices$, member: 'MFADevices' },
  { schema: Iam.ListSigningCertificates$, member: 'Certificates' },
  { schema: Iam.ListSSHPublicKeys$, member: 'SSHPublicKeys' },
] as const

export const emptyListOperations: readonly Make[] = [
  ...EMPTY.map(({ schema, member }) =>
    define<{ UserName?: string }, object>(schema, user, async () => ({ [member]: [], IsTruncated: false })),
  ),
  define<object, object>(Iam.ListAccountAliases$, '*', async () => ({ AccountAliases: [], IsTruncated: false })),
  define<object, object>(Iam.ListOpenIDConnectProviders$, '*', async () => ({ OpenIDConnectProviderList: [] })),
  define<{ UserName?: string }, object>(Iam.GetLoginProfile$, user, async ({ store }, { UserName }, { account }) => {
    await load(store.read, account, 'user', UserName)
    throw noSuchEntity(`Login Profile for User ${UserName} cannot be found.`)
  }),
]
