/** How callers are called. Source: IAM user guide, "IAM identifiers". */
import { createHash } from 'node:crypto'
import type { Principal } from '../wire/wire.ts'

export type PrincipalOfKey = Omit<Principal, 'accessKeyId'>

/** An IAM user; administrators are users too. */
export const userPrincipal = (account: string, name: string): PrincipalOfKey => ({
  account,
  arn: `arn:aws:iam::${account}:user/${name}`,
  userId: uniqueId('AIDA', `${account}/${name}`),
  type: 'User',
})

/** Somebody who took on a role. `arn:aws:iam::1:role/service-role/Name` becomes `arn:aws:sts::1:assumed-role/Name/session`. */
export function sessionPrincipal(account: string, roleArn: string, sessionName: string): PrincipalOfKey {
  const role = roleArn.slice(roleArn.lastIndexOf('/') + 1)
  return {
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${sessionName}`,
    userId: `${uniqueId('AROA', roleArn)}:${sessionName}`,
    type: 'AssumedRole',
  }
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Looks like IAM's unique ids, and is the same for the same name after every start. */
const uniqueId = (prefix: string, name: string): string =>
  prefix + Array.from(createHash('sha256').update(name).digest().subarray(0, 17), (byte) => BASE32[byte & 31]).join('')
