import { CreateUserCommand } from '@aws-sdk/client-iam'
import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { iam } from '../../api/iam.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { Dialog } from '../../ui/Dialog.tsx'

export function NewUser() {
  const [open, setOpen] = useState(false)
  const [name, setName] = useState('')
  const [error, setError] = useState<unknown>()
  const queries = useQueryClient()

  const create = async (): Promise<void> => {
    setError(undefined)
    try {
      await iam().send(new CreateUserCommand({ UserName: name }))
      await queries.invalidateQueries({ queryKey: ['users'] })
      setName('')
      setOpen(false)
    } catch (failure) {
      setError(failure)
    }
  }

  return (
    <>
      <Button onClick={() => setOpen(true)}>New user</Button>
      {open && (
        <Dialog
          title="New user"
          action="Create"
          disabled={name === ''}
          onCancel={() => setOpen(false)}
          onAction={() => void create()}
        >
          {error !== undefined && <ErrorPanel error={error} />}
          <FormField label="Name">
            <Input value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
        </Dialog>
      )}
    </>
  )
}
