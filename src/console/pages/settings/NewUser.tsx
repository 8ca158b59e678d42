import { CreateUserCommand } from '@aws-sdk/client-iam'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { iam } from '../../api/iam.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'

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
        <Modal
          visible
          header="New user"
          closeAriaLabel="Close"
          onDismiss={() => setOpen(false)}
          footer={
            <Box float="right">
              <SpaceBetween direction="horizontal" size="xs">
                <Button variant="link" onClick={() => setOpen(false)}>
                  Cancel
                </Button>
                <Button variant="primary" disabled={name === ''} onClick={() => void create()}>
                  Create
                </Button>
              </SpaceBetween>
            </Box>
          }
        >
          <SpaceBetween size="m">
            {error !== undefined && <ErrorPanel error={error} />}
            <FormField label="Name">
              <Input value={name} onChange={({ detail }) => setName(detail.value)} />
            </FormField>
          </SpaceBetween>
        </Modal>
      )}
    </>
  )
}
