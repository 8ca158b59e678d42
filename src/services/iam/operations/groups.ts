import * as Iam from '@aws-sdk/client-iam'
import type * as Sdk from '@aws-sdk/client-iam'
import { define, on, update } from '../define.ts'
import { all, insert, load, newEntity, remove, save, type Group } from '../entities.ts'
import { deleteConflict, noSuchEntity } from '../errors.ts'
import { paged, under } from '../listing.ts'
import { groupView, userView } from '../views.ts'

const group = on<{ GroupName?: string | undefined }>('group', ({ GroupName }) => GroupName)

const createGroup = define<Sdk.CreateGroupCommandInput, Sdk.CreateGroupCommandOutput>(
  Iam.CreateGroup$,
  group,
  async ({ store, clock }, { GroupName, Path }, { account }) => {
    const created: Group = {
      ...newEntity(account, 'group', { name: GroupName, path: Path, tags: {}, at: clock.now() }),
      inline: {},
      attached: [],
      members: [],
    }
    await store.write((tx) => insert(tx, account, 'group', created))
    return { Group: groupView(created) }
  },
)

const getGroup = define<Sdk.GetGroupCommandInput, Sdk.GetGroupCommandOutput>(
  Iam.GetGroup$,
  group,
  async ({ store }, input, { account }) => {
    const found = await load(store.read, account, 'group', input.GroupName)
    const members = (await all(store.read, account, 'user')).filter(({ name }) => found.members.includes(name))
    const { items, ...page } = paged(members, ({ name }) => name, input)
    return { ...page, Group: groupView(found), Users: items.map(userView) }
  },
)

const listGroups = define<Sdk.ListGroupsCommandInput, Sdk.ListGroupsCommandOutput>(
  Iam.ListGroups$,
  '*',
  async ({ store }, input, { account }) => {
    const groups = (await all(store.read, account, 'group')).filter(under(input.PathPrefix))
    const { items, ...page } = paged(groups, ({ name }) => name, input)
    return { ...page, Groups: items.map(groupView) }
  },
)

const deleteGroup = define<Sdk.DeleteGroupCommandInput, Sdk.DeleteGroupCommandOutput>(
  Iam.DeleteGroup$,
  group,
  async ({ store }, { GroupName }, { account }) => {
    await store.write(async (tx) => {
      const { name, members, attached, inline } = await load(tx, account, 'group', GroupName)
      if (members.length > 0) throw deleteConflict('Cannot delete entity, must remove users from group first.')
      if (attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.')
      if (Object.keys(inline).length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.')
      await remove(tx, account, 'group', name)
    })
    return {}
  },
)

const addUserToGroup = define<Sdk.AddUserToGroupCommandInput, Sdk.AddUserToGroupCommandOutput>(
  Iam.AddUserToGroup$,
  group,
  async ({ store }, { GroupName, UserName }, { account }) => {
    await store.write(async (tx) => {
      const found = await load(tx, account, 'group', GroupName)
      const { name } = await load(tx, account, 'user', UserName)
      await save(tx, account, 'group', { ...found, members: [...new Set([...found.members, name])] })
    })
    return {}
  },
)

const removeUserFromGroup = define<Sdk.RemoveUserFromGroupCommandInput, Sdk.RemoveUserFromGroupCommandOutput>(
  Iam.RemoveUserFromGroup$,
  group,
  async (dependencies, { GroupName, UserName = '' }, call) => {
    await update(dependencies, call, 'group', GroupName, (found) => {
      if (!found.members.includes(UserName)) throw noSuchEntity(`The user with name ${UserName} cannot be found.`)
      return { ...found, members: found.members.filter((name) => name !== UserName) }
    })
    return {}
  },
)

export const groupOperations = [createGroup, getGroup, listGroups, deleteGroup, addUserToGroup, removeUserFromGroup]
