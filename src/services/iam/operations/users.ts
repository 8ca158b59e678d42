import * as Iam from '@aws-sdk/client-iam'
import type * as Sdk from '@aws-sdk/client-iam'
import { ownedKeys } from '../access-keys.ts'
import { define, on } from '../define.ts'
import { all, find, insert, load, newEntity, remove, type User } from '../entities.ts'
import { deleteConflict } from '../errors.ts'
import { gitCredentialsOf } from '../git-credentials.ts'
import { paged, under } from '../listing.ts'
import { addTags } from '../tags.ts'
import { groupView, userView } from '../views.ts'

const user = on<{ UserName?: string | undefined }>('user', ({ UserName }) => UserName)

const createUser = define<Sdk.CreateUserCommandInput, Sdk.CreateUserCommandOutput>(
  Iam.CreateUser$,
  user,
  async ({ store, clock }, input, { account }) => {
    const created: User = {
      ...newEntity(account, 'user', {
        name: input.UserName,
        path: input.Path,
        tags: addTags({}, input.Tags),
        at: clock.now(),
      }),
      inline: {},
      attached: [],
      ...(input.PermissionsBoundary !== undefined && { boundary: input.PermissionsBoundary }),
    }
    await store.write((tx) => insert(tx, account, 'user', created))
    return { User: userView(created) }
  },
)

/** Without a name: the caller, who need not be a user that was made here (development keys, role sessions). */
const getUser = define<Sdk.GetUserCommandInput, Sdk.GetUserCommandOutput>(
  Iam.GetUser$,
  user,
  async ({ store, clock }, { UserName }, { account, principal }) => {
    if (UserName !== undefined) return { User: userView(await load(store.read, account, 'user', UserName)) }
    const name = principal.arn.slice(principal.arn.lastIndexOf('/') + 1)
    const found = principal.type === 'User' ? await find(store.read, account, 'user', name) : undefined
    if (found !== undefined) return { User: userView(found) }
    return {
      User: {
        Path: '/',
        UserName: name,
        UserId: principal.userId,
        Arn: principal.arn,
        CreateDate: new Date(clock.now()),
      },
    }
  },
)

const listUsers = define<Sdk.ListUsersCommandInput, Sdk.ListUsersCommandOutput>(
  Iam.ListUsers$,
  '*',
  async ({ store }, input, { account }) => {
    const users = (await all(store.read, account, 'user')).filter(under(input.PathPrefix))
    const { items, ...page } = paged(users, ({ name }) => name, input)
    return { ...page, Users: items.map(userView) }
  },
)

const listGroupsForUser = define<Sdk.ListGroupsForUserCommandInput, Sdk.ListGroupsForUserCommandOutput>(
  Iam.ListGroupsForUser$,
  user,
  async ({ store }, input, { account }) => {
    const { name: userName } = await load(store.read, account, 'user', input.UserName)
    const groups = (await all(store.read, account, 'group')).filter(({ members }) => members.includes(userName))
    const { items, ...page } = paged(groups, ({ name }) => name, input)
    return { ...page, Groups: items.map(groupView) }
  },
)

const deleteUser = define<Sdk.DeleteUserCommandInput, Sdk.DeleteUserCommandOutput>(
  Iam.DeleteUser$,
  user,
  async ({ store }, { UserName }, { account }) => {
    await store.write(async (tx) => {
      const { name, attached, inline } = await load(tx, account, 'user', UserName)
      if (attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.')
      if (Object.keys(inline).length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.')
      if ((await ownedKeys(tx, account, name)).length > 0) {
        throw deleteConflict('Cannot delete entity, must delete access keys first.')
      }
      if ((await gitCredentialsOf(tx, account, name)).length > 0) {
        throw deleteConflict('Cannot delete entity, must delete service specific credentials first.')
      }
      if ((await all(tx, account, 'group')).some(({ members }) => members.includes(name))) {
        throw deleteConflict('Cannot delete entity, must remove users from group first.')
      }
      await remove(tx, account, 'user', name)
    })
    return {}
  },
)

export const userOperations = [createUser, getUser, listUsers, listGroupsForUser, deleteUser]
