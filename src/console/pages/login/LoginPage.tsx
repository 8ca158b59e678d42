import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Form from '@cloudscape-design/components/form'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useState } from 'react'
import { failureOf } from '../../api/failure.ts'
import { region } from '../../api/region.ts'
import { login } from '../../api/session.ts'

/** Signing in with an access key: the same that the command line and the SDKs use. */
export function LoginPage({ onSignedIn }: { onSignedIn: () => void }) {
  const [accessKeyId, setAccessKeyId] = useState('')
  const [secretAccessKey, setSecretAccessKey] = useState('')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)

  const submit = async (): Promise<void> => {
    setBusy(true)
    try {
      await login({ accessKeyId, secretAccessKey, region: region() })
      onSignedIn()
    } catch (error) {
      setProblem(failureOf(error).message)
    } finally {
      setBusy(false)
    }
  }

  return (
    <main className="login">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Form
          header={<Header variant="h1">Pipewright</Header>}
          actions={
            <Button variant="primary" loading={busy} formAction="submit">
              Sign in
            </Button>
          }
        >
          <Container>
            <SpaceBetween size="l">
              {problem !== undefined && (
                <Alert type="error" header="Not signed in">
                  {problem}
                </Alert>
              )}
              <FormField label="Access key id">
                <Input
                  value={accessKeyId}

                  autoComplete="username"
                  onChange={({ detail }) => setAccessKeyId(detail.value)}
                />
              </FormField>
              <FormField label="Secret access key">
                <Input
                  type="password"
                  value={secretAccessKey}
                  autoComplete="current-password"
                  onChange={({ detail }) => setSecretAccessKey(detail.value)}
                />
              </FormField>
              <Box color="text-body-secondary" fontSize="body-s">
                The first start of the server printed an administrator&apos;s key. The secret is checked by the server
                and not kept in this browser.
              </Box>
            </SpaceBetween>
          </Container>
        </Form>
      </form>
    </main>
  )
}
