import * as Iam from '@aws-sdk/client-iam'
import type * as Sdk from '@aws-sdk/client-iam'
import { define, on, update } from '../define.ts'
import { all, insert, load, newEntity, remove, save, type InstanceProfile } from '../entities.ts'
import { deleteConflict, limitExceeded, noSuchEntity } from '../errors.ts'
import { paged, under } from '../listing.ts'
import { addTags } from '../tags.ts'
import { instanceProfileView } from '../views.ts'

const profile = on<{ InstanceProfileName?: string | undefined }>(
  'instance-profile',
  ({ InstanceProfileName }) => InstanceProfileName,
)

const createInstanceProfile = define<Sdk.CreateInstanceProfileCommandInput, Sdk.CreateInstanceProfileCommandOutput>(
  Iam.CreateInstanceProfile$,
  profile,
  async ({ store, clock }, { InstanceProfileName, Path, Tags }, { account }) => {
    const created: InstanceProfile = {
      ...newEntity(account, 'instance-profile', {
        name: InstanceProfileName,
        path: Path,
        tags: addTags({}, Tags),
        at: clock.now(),
      }),
      roles: [],
    }
    await store.write((tx) => insert(tx, account, 'instance-profile', created))
    return { InstanceProfile: instanceProfileView(created, []) }
  },
)

const getInstanceProfile = define<Sdk.GetInstanceProfileCommandInput, Sdk.GetInstanceProfileCommandOutput>(
  Iam.GetInstanceProfile$,
  profile,
  async ({ store }, { InstanceProfileName }, { account }) => ({
    InstanceProfile: instanceProfileView(
      await load(store.read, account, 'instance-profile', InstanceProfileName),
      await all(store.read, account, 'role'),
    ),
  }),
)

const listInstanceProfiles = define<Sdk.ListInstanceProfilesCommandInput, Sdk.ListInstanceProfilesCommandOutput>(
  Iam.ListInstanceProfiles$,
  '*',
  async ({ store }, input, { account }) => {
    const roles = await all(store.read, account, 'role')
    const profiles = (await all(store.read, account, 'instance-profile')).filter(under(input.PathPrefix))
    const { items, ...page } = paged(profiles, ({ name }) => name, input)
    return { ...page, InstanceProfiles: items.map((found) => instanceProfileView(found, roles)) }
  },
)

const listInstanceProfilesForRole = define<
  Sdk.ListInstanceProfilesForRoleCommandInput,
  Sdk.ListInstanceProfilesForRoleCommandOutput
>(
  Iam.ListInstanceProfilesForRole$,
  on('role', ({ RoleName }) => RoleName),
  async ({ store }, input, { account }) => {
    const role = await load(store.read, account, 'role', input.RoleName)
    const profiles = (await all(store.read, account, 'instance-profile')).filter(({ roles }) =>
      roles.includes(role.name),
    )
    const { items, ...page } = paged(profiles, ({ name }) => name, input)
    return { ...page, InstanceProfiles: items.map((found) => instanceProfileView(found, [role])) }
  },
)

const addRole = define<Sdk.AddRoleToInstanceProfileCommandInput, Sdk.AddRoleToInstanceProfileCommandOutput>(
  Iam.AddRoleToInstanceProfile$,
  profile,
  async ({ store }, { InstanceProfileName, RoleName }, { account }) => {
    await store.write(async (tx) => {
      const found = await load(tx, account, 'instance-profile', InstanceProfileName)
      const { name } = await load(tx, account, 'role', RoleName)
      if (found.roles.length > 0) throw limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1')
      await save(tx, account, 'instance-profile', { ...found, roles: [name] })
    })
    return {}
  },
)

const removeRole = define<
  Sdk.RemoveRoleFromInstanceProfileCommandInput,
  Sdk.RemoveRoleFromInstanceProfileCommandOutput
>(Iam.RemoveRoleFromInstanceProfile$, profile, async (dependencies, { InstanceProfileName, RoleName = '' }, call) => {
  await update(dependencies, call, 'instance-profile', InstanceProfileName, (found) => {
    if (!found.roles.includes(RoleName)) throw noSuchEntity(`The role with name ${RoleName} cannot be found.`)
    return { ...found, roles: found.roles.filter((name) => name !== RoleName) }
  })
  return {}
})

const deleteInstanceProfile = define<Sdk.DeleteInstanceProfileCommandInput, Sdk.DeleteInstanceProfileCommandOutput>(
  Iam.DeleteInstanceProfile$,
  profile,
  async ({ store }, { InstanceProfileName }, { account }) => {
    await store.write(async (tx) => {
      const { name, roles } = await load(tx, account, 'instance-profile', InstanceProfileName)
      if (roles.length > 0) {
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.')
      }
      await remove(tx, account, 'instance-profile', name)
    })
    return {}
  },
)

export const instanceProfileOperations = [
  createInstanceProfile,
  getInstanceProfile,
  listInstanceProfiles,
  listInstanceProfilesForRole,
  addRole,
  removeRole,
  deleteInstanceProfile,
]
