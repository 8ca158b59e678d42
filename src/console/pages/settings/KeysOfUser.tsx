import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
  type AccessKey,
} from '@aws-sdk/client-iam'
import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { iam } from '../../api/iam.ts'
import { noticeFailure } from '../../components/notices.ts'
import { Copyable } from '../../ui/Mono.tsx'
import { StatusBadge } from '../../ui/StatusBadge.tsx'

const keysOf = (UserName: string) =>
  queryOptions({
    queryKey: ['access-keys', UserName],
    queryFn: async ({ signal }) =>
      (await iam().send(new ListAccessKeysCommand({ UserName }), { abortSignal: signal })).AccessKeyMetadata ?? [],
  })

/** The access keys of one user; a new one's secret is shown once and kept nowhere. */
export function KeysOfUser({ name }: { name: string }) {
  const { data = [] } = useQuery(keysOf(name))
  const [made, setMade] = useState<AccessKey>()
  const queries = useQueryClient()

  const change = async (what: string, call: () => Promise<unknown>): Promise<void> => {
    try {
      await call()
      await queries.invalidateQueries({ queryKey: keysOf(name).queryKey })
    } catch (error) {
      noticeFailure(what, error)
    }
  }
  const create = async (): Promise<void> =>
    await change('New key', async () =>
      setMade((await iam().send(new CreateAccessKeyCommand({ UserName: name }))).AccessKey),
    )

  return (
    <SpaceBetween size="xs">
      {data.map(({ AccessKeyId = '', Status }) => (
        <SpaceBetween key={AccessKeyId} direction="horizontal" size="xs" alignItems="center">
          <Copyable text={AccessKeyId} name="the key's id" />
          <StatusBadge status={Status === 'Active' ? 'Succeeded' : 'Stopped'} detail={`(${Status ?? ''})`} />
          <Button
            variant="inline-link"
            ariaLabel={`${Status === 'Active' ? 'Deactivate' : 'Activate'} ${AccessKeyId}`}
            onClick={() =>
              void change('Change the key', async () => {
                const next = Status === 'Active' ? 'Inactive' : 'Active'
                await iam().send(new UpdateAccessKeyCommand({ UserName: name, AccessKeyId, Status: next }))
              })
            }
          >
            {Status === 'Active' ? 'Deactivate' : 'Activate'}
          </Button>
          {Status !== 'Active' && (
            <Button
              variant="inline-link"
              ariaLabel={`Delete ${AccessKeyId}`}
              onClick={() =>
                void change('Delete the key', async () => {
                  await iam().send(new DeleteAccessKeyCommand({ UserName: name, AccessKeyId }))
                })
              }
            >
              Delete
            </Button>
          )}
        </SpaceBetween>
      ))}
      {made !== undefined && (
        <Alert type="success" header="The secret is shown only now" dismissible onDismiss={() => setMade(undefined)}>
          <Copyable text={made.AccessKeyId ?? ''} name="the key's id" />
          <br />
          <Copyable text={made.SecretAccessKey ?? ''} name="the secret" />
        </Alert>
      )}
      <Button variant="inline-link" ariaLabel={`New key for ${name}`} onClick={() => void create()}>
        New key
      </Button>
    </SpaceBetween>
  )
}
