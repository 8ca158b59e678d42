import * as Iam from '@aws-sdk/client-iam'
import type * as Sdk from '@aws-sdk/client-iam'
import type { Writer } from '../../../store/store.ts'
import type { Call } from '../../../wire/wire.ts'
import { awsManagedPolicies, isAwsManaged } from '../aws-managed-policies.ts'
import { define } from '../define.ts'
import type { IamDependencies } from '../dependencies.ts'
import { all, arnOf, insert, newEntity, remove, save, type ManagedPolicy } from '../entities.ts'
import { deleteConflict, invalidInput, limitExceeded, noSuchEntity } from '../errors.ts'
import { paged, under } from '../listing.ts'
import { attachments, loadPolicy } from '../managed-policies.ts'
import { checkedPolicy, encodedPolicy } from '../policy-document.ts'
import { addTags, removeTags, tagList } from '../tags.ts'
import { policyView } from '../views.ts'

const MOST_VERSIONS = 5
const policy = ({ PolicyArn }: { PolicyArn?: string | undefined }) => PolicyArn ?? '*'

const createPolicy = define<Sdk.CreatePolicyCommandInput, Sdk.CreatePolicyCommandOutput>(
  Iam.CreatePolicy$,
  ({ PolicyName }, { account }) => arnOf(account, 'policy', PolicyName ?? '*'),
  async ({ store, clock }, input, { account }) => {
    const at = clock.now()
    const created: ManagedPolicy = {
      ...newEntity(account, 'policy', { name: input.PolicyName, path: input.Path, tags: addTags({}, input.Tags), at }),
      ...(input.Description !== undefined && { description: input.Description }),
      versions: [{ id: 'v1', document: checkedPolicy(input.PolicyDocument), createdAt: at }],
      defaultVersionId: 'v1',
      newestVersion: 1,
      updatedAt: at,
    }
    await store.write((tx) => insert(tx, account, 'policy', created))
    return { Policy: policyView(created, 0) }
  },
)

const getPolicy = define<Sdk.GetPolicyCommandInput, Sdk.GetPolicyCommandOutput>(
  Iam.GetPolicy$,
  policy,
  async ({ store }, { PolicyArn = '' }, { account }) => {
    const found = await loadPolicy(store.read, account, PolicyArn)
    return { Policy: policyView(found, (await attachments(store.read, account))(PolicyArn).count) }
  },
)

const listPolicies = define<Sdk.ListPoliciesCommandInput, Sdk.ListPoliciesCommandOutput>(
  Iam.ListPolicies$,
  '*',
  async ({ store }, input, { account }) => {
    const { Scope = 'All', OnlyAttached = false, PathPrefix } = input
    const having = await attachments(store.read, account)
    const own = Scope === 'AWS' ? [] : await all(store.read, account, 'policy')
    const policies = [...own, ...(Scope === 'Local' ? [] : awsManagedPolicies())]
      .filter(under(PathPrefix))
      .map((found) => ({ found, count: having(found.arn).count }))
      .filter(({ count }) => !OnlyAttached || count > 0)
    const { items, ...page } = paged(policies, ({ found }) => found.arn, input)
    return { ...page, Policies: items.map(({ found, count }) => policyView(found, count)) }
  },
)

const listEntitiesForPolicy = define<Sdk.ListEntitiesForPolicyCommandInput, Sdk.ListEntitiesForPolicyCommandOutput>(
  Iam.ListEntitiesForPolicy$,
  policy,
  async ({ store }, { PolicyArn = '' }, { account }) => {
    await loadPolicy(store.read, account, PolicyArn)
    const { roles, users, groups } = (await attachments(store.read, account))(PolicyArn)
    return {
      PolicyRoles: roles.map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      PolicyUsers: users.map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyGroups: groups.map(({ name, id }) => ({ GroupName: name, GroupId: id })),
      IsTruncated: false,
    }
  },
)

const deletePolicy = define<Sdk.DeletePolicyCommandInput, Sdk.DeletePolicyCommandOutput>(
  Iam.DeletePolicy$,
  policy,
  async ({ store }, { PolicyArn = '' }, { account }) => {
    await store.write(async (tx) => {
      const { name, versions } = await loadOwn(tx, account, PolicyArn)
      if ((await attachments(tx, account))(PolicyArn).count > 0) {
        throw deleteConflict('Cannot delete a policy attached to entities.')
      }
      if (versions.length > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
            'The default version is deleted with the policy.',
        )
      }
      await remove(tx, account, 'policy', name)
    })
    return {}
  },
)

const createPolicyVersion = define<Sdk.CreatePolicyVersionCommandInput, Sdk.CreatePolicyVersionCommandOutput>(
  Iam.CreatePolicyVersion$,
  policy,
  async (dependencies, { PolicyArn, PolicyDocument, SetAsDefault = false }, call) => {
    const document = checkedPolicy(PolicyDocument)
    const createdAt = dependencies.clock.now()
    const { newestVersion, defaultVersionId } = await change(dependencies, call, PolicyArn, (found) => {
      if (found.versions.length >= MOST_VERSIONS) {
        throw limitExceeded(
          'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
        )
      }
      const id = `v${found.newestVersion + 1}`
      return {
        ...found,
        versions: [...found.versions, { id, document, createdAt }],
        newestVersion: found.newestVersion + 1,
        updatedAt: createdAt,
        ...(SetAsDefault && { defaultVersionId: id }),
      }
    })
    const VersionId = `v${newestVersion}`
    return {
      PolicyVersion: { VersionId, IsDefaultVersion: VersionId === defaultVersionId, CreateDate: new Date(createdAt) },
    }
  },
)

const getPolicyVersion = define<Sdk.GetPolicyVersionCommandInput, Sdk.GetPolicyVersionCommandOutput>(
  Iam.GetPolicyVersion$,
  policy,
  async ({ store }, { PolicyArn = '', VersionId = '' }, { account }) => {
    const found = await loadPolicy(store.read, account, PolicyArn)
    const version = requireVersion(found, VersionId)
    return { PolicyVersion: { ...versionView(found, version), Document: encodedPolicy(version.document) } }
  },
)

const listPolicyVersions = define<Sdk.ListPolicyVersionsCommandInput, Sdk.ListPolicyVersionsCommandOutput>(
  Iam.ListPolicyVersions$,
  policy,
  async ({ store }, { PolicyArn = '' }, { account }) => {
    const found = await loadPolicy(store.read, account, PolicyArn)
    return { Versions: found.versions.toReversed().map((version) => versionView(found, version)), IsTruncated: false }
  },
)

const deletePolicyVersion = define<Sdk.DeletePolicyVersionCommandInput, Sdk.DeletePolicyVersionCommandOutput>(
  Iam.DeletePolicyVersion$,
  policy,
  async (dependencies, { PolicyArn, VersionId = '' }, call) => {
    await change(dependencies, call, PolicyArn, (found) => {
      requireVersion(found, VersionId)
      if (VersionId === found.defaultVersionId) {
        throw deleteConflict('Cannot delete the default version of a policy.')
      }
      return { ...found, versions: found.versions.filter(({ id }) => id !== VersionId) }
    })
    return {}
  },
)

const setDefaultPolicyVersion = define<
  Sdk.SetDefaultPolicyVersionCommandInput,
  Sdk.SetDefaultPolicyVersionCommandOutput
>(Iam.SetDefaultPolicyVersion$, policy, async (dependencies, { PolicyArn, VersionId = '' }, call) => {
  await change(dependencies, call, PolicyArn, (found) => ({
    ...found,
    defaultVersionId: requireVersion(found, VersionId).id,
    updatedAt: dependencies.clock.now(),
  }))
  return {}
})

const tagPolicy = define<Sdk.TagPolicyCommandInput, Sdk.TagPolicyCommandOutput>(
  Iam.TagPolicy$,
  policy,
  async (dependencies, { PolicyArn, Tags }, call) => {
    await change(dependencies, call, PolicyArn, (found) => ({ ...found, tags: addTags(found.tags, Tags) }))
    return {}
  },
)

const untagPolicy = define<Sdk.UntagPolicyCommandInput, Sdk.UntagPolicyCommandOutput>(
  Iam.UntagPolicy$,
  policy,
  async (dependencies, { PolicyArn, TagKeys }, call) => {
    await change(dependencies, call, PolicyArn, (found) => ({ ...found, tags: removeTags(found.tags, TagKeys) }))
    return {}
  },
)

const listPolicyTags = define<Sdk.ListPolicyTagsCommandInput, Sdk.ListPolicyTagsCommandOutput>(
  Iam.ListPolicyTags$,
  policy,
  async ({ store }, { PolicyArn = '' }, { account }) => ({
    Tags: tagList((await loadPolicy(store.read, account, PolicyArn)).tags),
    IsTruncated: false,
  }),
)

const change = (
  { store }: IamDependencies,
  { account }: Call,
  arn: string | undefined,
  how: (found: ManagedPolicy) => ManagedPolicy,
): Promise<ManagedPolicy> =>
  store.write(async (tx) => {
    const changed = how(await loadOwn(tx, account, arn ?? ''))
    await save(tx, account, 'policy', changed)
    return changed
  })

/** AWS's own policies are for reading. @throws InvalidInput, NoSuchEntity */
async function loadOwn(tx: Writer, account: string, arn: string): Promise<ManagedPolicy> {
  if (isAwsManaged(arn)) throw invalidInput('Cannot perform the operation on an AWS managed policy.')
  return await loadPolicy(tx, account, arn)
}

type Version = ManagedPolicy['versions'][number]

function requireVersion({ arn, versions }: ManagedPolicy, versionId: string): Version {
  const version = versions.find(({ id }) => id === versionId)
  if (version === undefined) {
    throw noSuchEntity(`Policy ${arn} version ${versionId} does not exist or is not attachable.`)
  }
  return version
}

const versionView = ({ defaultVersionId }: ManagedPolicy, { id, createdAt }: Version) => ({
  VersionId: id,
  IsDefaultVersion: id === defaultVersionId,
  CreateDate: new Date(createdAt),
})

export const managedPolicyOperations = [
  createPolicy,
  getPolicy,
  listPolicies,
  listEntitiesForPolicy,
  deletePolicy,
  createPolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  deletePolicyVersion,
  setDefaultPolicyVersion,
  tagPolicy,
  untagPolicy,
  listPolicyTags,
]
