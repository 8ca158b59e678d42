import type { Reader } from '../../store/store.ts'
import { findAwsManaged } from './aws-managed-policies.ts'
import { all, find, type HolderKind, type ManagedPolicy } from './entities.ts'
import { noSuchEntity } from './errors.ts'

/** Names are unique in an account, whatever their path: the last part of the ARN finds the policy. */
export const policyNameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)

/** The account's own, or AWS's. @throws NoSuchEntity */
export async function loadPolicy(
  reader: Pick<Reader, 'resources'>,
  account: string,
  arn: string,
): Promise<ManagedPolicy> {
  const policy = findAwsManaged(arn) ?? (await find(reader, account, 'policy', policyNameOf(arn)))
  if (policy?.arn !== arn) throw noSuchEntity(`Policy ${arn} was not found.`)
  return policy
}

/** Names and ids of everybody a policy is attached to. */
export async function attachments(reader: Pick<Reader, 'resources'>, account: string) {
  const holders = async (kind: HolderKind) =>
    (await all(reader, account, kind)).map(({ name, id, attached }) => ({ name, id, attached }))
  const [roles, users, groups] = [await holders('role'), await holders('user'), await holders('group')]
  return (arn: string) => {
    const having = (list: typeof roles) => list.filter(({ attached }) => attached.includes(arn))
    const found = { roles: having(roles), users: having(users), groups: having(groups) }
    return { ...found, count: found.roles.length + found.users.length + found.groups.length }
  }
}
