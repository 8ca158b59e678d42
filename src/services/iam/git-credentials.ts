/**
 * User names and passwords for git, made by IAM and checked by the git host: it finds the record by the service user name
 * (service `iam`, type `git-credential`) and compares the SHA-256 of the password, which is 256 random bits and needs no salt.
 */
import { createHash } from 'node:crypto'
import { randomToken } from '../../base/ids.ts'
import type { Reader } from '../../store/store.ts'

export interface GitCredential {
  /** `ACCA…`, what the API calls it by */
  readonly id: string
  readonly account: string
  readonly userName: string
  readonly serviceUserName: string
  /** hex */
  readonly passwordHash: string
  readonly active: boolean
  readonly createdAt: number
}

export const GIT_CREDENTIAL_TYPE = 'git-credential'

export function newPassword(): { readonly password: string; readonly passwordHash: string } {
  const password = `${randomToken()}=`
  return { password, passwordHash: createHash('sha256').update(password).digest('hex') }
}

/** Oldest first. */
export async function gitCredentialsOf(
  { resources }: Pick<Reader, 'resources'>,
  account: string,
  userName: string,
): Promise<readonly GitCredential[]> {
  const records = await resources.list<GitCredential>({
    account,
    region: '',
    service: 'iam',
    type: GIT_CREDENTIAL_TYPE,
    parent: userName,
    order: 'ordinal',
  })
  return records.map(({ document }) => document)
}
