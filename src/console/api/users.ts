import { ListUsersCommand } from '@aws-sdk/client-iam'
import { queryOptions } from '@tanstack/react-query'
import { iam } from './iam.ts'

/** The users of the account. */
export const users = () =>
  queryOptions({
    queryKey: ['users'],
    queryFn: async ({ signal }) => (await iam().send(new ListUsersCommand({}), { abortSignal: signal })).Users ?? [],
  })
