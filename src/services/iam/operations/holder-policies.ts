/** Inline and attached policies work alike on roles, users and groups: one row of schemas each. */
import * as Iam from '@aws-sdk/client-iam'
import type { AttachedPolicy } from '@aws-sdk/client-iam'
import { findAwsManaged, isAwsManaged } from '../aws-managed-policies.ts'
import { define, on, update, type Make } from '../define.ts'
import { find, load, required, save, type HolderKind, type Kinds } from '../entities.ts'
import { noSuchEntity } from '../errors.ts'
import { paged, type PageInput } from '../listing.ts'
import { policyNameOf } from '../managed-policies.ts'
import { checkedPolicy, encodedPolicy } from '../policy-document.ts'

const HOLDERS = [
  {
    kind: 'role',
    member: 'RoleName',
    schemas: {
      put: Iam.PutRolePolicy$,
      get: Iam.GetRolePolicy$,
      list: Iam.ListRolePolicies$,
      delete: Iam.DeleteRolePolicy$,
      attach: Iam.AttachRolePolicy$,
      detach: Iam.DetachRolePolicy$,
      listAttached: Iam.ListAttachedRolePolicies$,
    },
  },
  {
    kind: 'user',
    member: 'UserName',
    schemas: {
      put: Iam.PutUserPolicy$,
      get: Iam.GetUserPolicy$,
      list: Iam.ListUserPolicies$,
      delete: Iam.DeleteUserPolicy$,
      attach: Iam.AttachUserPolicy$,
      detach: Iam.DetachUserPolicy$,
      listAttached: Iam.ListAttachedUserPolicies$,
    },
  },
  {
    kind: 'group',
    member: 'GroupName',
    schemas: {
      put: Iam.PutGroupPolicy$,
      get: Iam.GetGroupPolicy$,
      list: Iam.ListGroupPolicies$,
      delete: Iam.DeleteGroupPolicy$,
      attach: Iam.AttachGroupPolicy$,
      detach: Iam.DetachGroupPolicy$,
      listAttached: Iam.ListAttachedGroupPolicies$,
    },
  },
] as const

interface HolderInput extends PageInput {
  readonly RoleName?: string
  readonly UserName?: string
  readonly GroupName?: string
  readonly PolicyName?: string
  readonly PolicyDocument?: string
  readonly PolicyArn?: string
  readonly PathPrefix?: string
}

export const holderPolicyOperations: readonly Make[] = HOLDERS.flatMap(({ kind, member, schemas }) => {
  const nameOf = (input: HolderInput) => input[member]
  const holder = on(kind, nameOf)
  const missing = (policy: string) => noSuchEntity(`The ${kind} policy with name ${policy} cannot be found.`)

  return [
    define<HolderInput, object>(schemas.put, holder, async (dependencies, input, call) => {
      const name = required(input.PolicyName, 'policy name')
      const document = checkedPolicy(input.PolicyDocument)
      await update(dependencies, call, kind, nameOf(input), (found) =>
        changed(found, { inline: { ...found.inline, [name]: document } }),
      )
      return {}
    }),

    define<HolderInput, object>(schemas.get, holder, async ({ store }, input, { account }) => {
      const { name, inline } = await load(store.read, account, kind, nameOf(input))
      const { PolicyName = '' } = input
      const document = inline[PolicyName]
      if (document === undefined) throw missing(PolicyName)
      return { [member]: name, PolicyName, PolicyDocument: encodedPolicy(document) }
    }),

    define<HolderInput, object>(schemas.list, holder, async ({ store }, input, { account }) => {
      const { inline } = await load(store.read, account, kind, nameOf(input))
      const { items, ...page } = paged(Object.keys(inline), (name) => name, input)
      return { ...page, PolicyNames: items }
    }),

    define<HolderInput, object>(schemas.delete, holder, async (dependencies, input, call) => {
      const { PolicyName = '' } = input
      await update(dependencies, call, kind, nameOf(input), (found) => {
        if (!Object.hasOwn(found.inline, PolicyName)) throw missing(PolicyName)
        return changed(found, {
          inline: Object.fromEntries(Object.entries(found.inline).filter(([name]) => name !== PolicyName)),
        })
      })
      return {}
    }),

    define<HolderInput, object>(schemas.attach, holder, async ({ store }, input, { account }) => {
      const arn = required(input.PolicyArn, 'policy ARN')
      await store.write(async (tx) => {
        const found = await load(tx, account, kind, nameOf(input))
        const policy = isAwsManaged(arn) ? true : (await find(tx, account, 'policy', policyNameOf(arn)))?.arn === arn
        if (!policy) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`)
        await save(tx, account, kind, changed(found, { attached: [...new Set([...found.attached, arn])] }))
      })
      return {}
    }),

    define<HolderInput, object>(schemas.detach, holder, async (dependencies, input, call) => {
      const { PolicyArn = '' } = input
      await update(dependencies, call, kind, nameOf(input), (found) => {
        if (!found.attached.includes(PolicyArn)) throw noSuchEntity(`Policy ${PolicyArn} was not found.`)
        return changed(found, { attached: found.attached.filter((arn) => arn !== PolicyArn) })
      })
      return {}
    }),

    define<HolderInput, object>(schemas.listAttached, holder, async ({ store }, input, { account }) => {
      const { attached } = await load(store.read, account, kind, nameOf(input))
      const policies = attached
        .map((arn): AttachedPolicy => ({ PolicyArn: arn, PolicyName: findAwsManaged(arn)?.name ?? policyNameOf(arn) }))
        .filter(({ PolicyArn = '' }) => pathOf(PolicyArn).startsWith(input.PathPrefix ?? '/'))
      const { items, ...page } = paged(policies, ({ PolicyName = '' }) => PolicyName, input)
      return { ...page, AttachedPolicies: items }
    }),
  ]
})

/** `Kinds[K]` cannot be spread without forgetting which kind it is; nothing but these two members changes. */
const changed = <Found extends Kinds[HolderKind]>(
  found: Found,
  change: Partial<Pick<Found, 'inline' | 'attached'>>,
): Found => ({ ...found, ...change })

/** `arn:aws:iam::1:policy/team/Name` -> `/team/` */
const pathOf = (arn: string): string => arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1)
