import * as Iam from '@aws-sdk/client-iam'
import type * as Sdk from '@aws-sdk/client-iam'
import { define, on, update } from '../define.ts'
import { all, insert, load, newEntity, remove, type Role } from '../entities.ts'
import { deleteConflict, validationError } from '../errors.ts'
import { paged, under } from '../listing.ts'
import { checkedPolicy } from '../policy-document.ts'
import { addTags } from '../tags.ts'
import { roleView } from '../views.ts'

const role = on<{ RoleName?: string | undefined }>('role', ({ RoleName }) => RoleName)
const DEFAULT_SESSION_SECONDS = 3600

const createRole = define<Sdk.CreateRoleCommandInput, Sdk.CreateRoleCommandOutput>(
  Iam.CreateRole$,
  role,
  async ({ store, clock }, input, { account }) => {
    const at = clock.now()
    const entity = newEntity(account, 'role', {
      name: input.RoleName,
      path: input.Path,
      tags: addTags({}, input.Tags),
      at,
    })
    const created: Role = {
      ...entity,
      inline: {},
      attached: [],
      trust: checkedPolicy(input.AssumeRolePolicyDocument),
      maxSessionSeconds: sessionSeconds(input.MaxSessionDuration) ?? DEFAULT_SESSION_SECONDS,
      ...(input.Description !== undefined && { description: input.Description }),
      ...(input.PermissionsBoundary !== undefined && { boundary: input.PermissionsBoundary }),
    }
    await store.write((tx) => insert(tx, account, 'role', created))
    return { Role: roleView(created) }
  },
)

const getRole = define<Sdk.GetRoleCommandInput, Sdk.GetRoleCommandOutput>(
  Iam.GetRole$,
  role,
  async ({ store }, { RoleName }, { account }) => ({
    Role: roleView(await load(store.read, account, 'role', RoleName)),
  }),
)

const listRoles = define<Sdk.ListRolesCommandInput, Sdk.ListRolesCommandOutput>(
  Iam.ListRoles$,
  '*',
  async ({ store }, input, { account }) => {
    const roles = (await all(store.read, account, 'role')).filter(under(input.PathPrefix))
    const { items, ...page } = paged(roles, ({ name }) => name, input)
    return { ...page, Roles: items.map(roleView) }
  },
)

const updateRole = define<Sdk.UpdateRoleCommandInput, Sdk.UpdateRoleCommandOutput>(
  Iam.UpdateRole$,
  role,
  async (dependencies, { RoleName, Description, MaxSessionDuration }, call) => {
    const maxSessionSeconds = sessionSeconds(MaxSessionDuration)
    await update(dependencies, call, 'role', RoleName, (existing) => ({
      ...existing,
      ...(Description !== undefined && { description: Description }),
      ...(maxSessionSeconds !== undefined && { maxSessionSeconds }),
    }))
    return {}
  },
)

const updateRoleDescription = define<Sdk.UpdateRoleDescriptionCommandInput, Sdk.UpdateRoleDescriptionCommandOutput>(
  Iam.UpdateRoleDescription$,
  role,
  async (dependencies, { RoleName, Description = '' }, call) => ({
    Role: roleView(
      await update(dependencies, call, 'role', RoleName, (existing) => ({ ...existing, description: Description })),
    ),
  }),
)

const updateAssumeRolePolicy = define<Sdk.UpdateAssumeRolePolicyCommandInput, Sdk.UpdateAssumeRolePolicyCommandOutput>(
  Iam.UpdateAssumeRolePolicy$,
  role,
  async (dependencies, { RoleName, PolicyDocument }, call) => {
    const trust = checkedPolicy(PolicyDocument)
    await update(dependencies, call, 'role', RoleName, (existing) => ({ ...existing, trust }))
    return {}
  },
)

const putRoleBoundary = define<Sdk.PutRolePermissionsBoundaryCommandInput, Sdk.PutRolePermissionsBoundaryCommandOutput>(
  Iam.PutRolePermissionsBoundary$,
  role,
  async (dependencies, { RoleName, PermissionsBoundary = '' }, call) => {
    await update(dependencies, call, 'role', RoleName, (existing) => ({ ...existing, boundary: PermissionsBoundary }))
    return {}
  },
)

const deleteRoleBoundary = define<
  Sdk.DeleteRolePermissionsBoundaryCommandInput,
  Sdk.DeleteRolePermissionsBoundaryCommandOutput
>(Iam.DeleteRolePermissionsBoundary$, role, async (dependencies, { RoleName }, call) => {
  await update(dependencies, call, 'role', RoleName, ({ boundary: _removed, ...existing }) => existing)
  return {}
})

const deleteRole = define<Sdk.DeleteRoleCommandInput, Sdk.DeleteRoleCommandOutput>(
  Iam.DeleteRole$,
  role,
  async ({ store }, { RoleName }, { account }) => {
    await store.write(async (tx) => {
      const { name, attached, inline } = await load(tx, account, 'role', RoleName)
      if (attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.')
      if (Object.keys(inline).length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.')
      if ((await all(tx, account, 'instance-profile')).some(({ roles }) => roles.includes(name))) {
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.')
      }
      await remove(tx, account, 'role', name)
    })
    return {}
  },
)

/** @throws ValidationError unless it lies between an hour and twelve */
function sessionSeconds(seconds: number | undefined): number | undefined {
  if (seconds !== undefined && (seconds < 3600 || seconds > 43_200)) {
    throw validationError('The MaxSessionDuration must be a value from 3600 to 43200 seconds')
  }
  return seconds
}

export const roleOperations = [
  createRole,
  getRole,
  listRoles,
  updateRole,
  updateRoleDescription,
  updateAssumeRolePolicy,
  putRoleBoundary,
  deleteRoleBoundary,
  deleteRole,
]
