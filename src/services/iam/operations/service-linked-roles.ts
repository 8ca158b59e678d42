import * as Iam from '@aws-sdk/client-iam'
import type * as Sdk from '@aws-sdk/client-iam'
import { define } from '../define.ts'
import { find, load, newEntity, remove, required, save, type Role } from '../entities.ts'
import { invalidInput, noSuchEntity } from '../errors.ts'
import { roleView } from '../views.ts'

/** `codestar-notifications.amazonaws.com` -> `AWSServiceRoleForCodestarNotifications`; AWS keeps a list, we follow its pattern. */
function roleName(service: string, suffix: string | undefined): string {
  const [label = ''] = service.split('.')
  const words = label.split('-').map((word) => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`)
  return `AWSServiceRoleFor${words.join('')}${suffix === undefined ? '' : `_${suffix}`}`
}

const createServiceLinkedRole = define<
  Sdk.CreateServiceLinkedRoleCommandInput,
  Sdk.CreateServiceLinkedRoleCommandOutput
>(Iam.CreateServiceLinkedRole$, '*', async ({ store, clock }, input, { account }) => {
  const service = required(input.AWSServiceName, 'service name')
  const name = roleName(service, input.CustomSuffix)
  const path = `/aws-service-role/${service}/`
  const role: Role = {
    ...newEntity(account, 'role', { name, path, tags: {}, at: clock.now() }),
    inline: {},
    attached: [],
    trust: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    }),
    maxSessionSeconds: 3600,
    ...(input.Description !== undefined && { description: input.Description }),
  }
  await store.write(async (tx) => {
    if ((await find(tx, account, 'role', name)) !== undefined) {
      throw invalidInput(`Service role name ${name} has been taken in this account, please try a different suffix.`)
    }
    await save(tx, account, 'role', role)
  })
  return { Role: roleView(role) }
})

const deleteServiceLinkedRole = define<
  Sdk.DeleteServiceLinkedRoleCommandInput,
  Sdk.DeleteServiceLinkedRoleCommandOutput
>(Iam.DeleteServiceLinkedRole$, '*', async ({ store }, { RoleName }, { account }) => {
  const { name, path } = await load(store.read, account, 'role', RoleName)
  if (!path.startsWith('/aws-service-role/')) throw noSuchEntity(`The service-linked role ${name} cannot be found.`)
  await store.write((tx) => remove(tx, account, 'role', name))
  return { DeletionTaskId: `task${path}${name}/${crypto.randomUUID()}` }
})

/** Deleting takes no time here, so every task there ever was has succeeded. */
const getDeletionStatus = define<
  Sdk.GetServiceLinkedRoleDeletionStatusCommandInput,
  Sdk.GetServiceLinkedRoleDeletionStatusCommandOutput
>(Iam.GetServiceLinkedRoleDeletionStatus$, '*', async () => ({ Status: 'SUCCEEDED' }))

export const serviceLinkedRoleOperations = [createServiceLinkedRole, deleteServiceLinkedRole, getDeletionStatus]
