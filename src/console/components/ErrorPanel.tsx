import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import { failureOf } from '../api/failure.ts'

/** An error of the API where its answer would have been: code, text, what to do, and another try. */
export function ErrorPanel({ error, retry }: { error: unknown; retry?: () => void }) {
  const { code, message, advice } = failureOf(error)
  return (
    <Alert
      type="error"
      header={code}
      action={retry === undefined ? undefined : <Button onClick={retry}>Try again</Button>}
    >
      {message} {advice}
    </Alert>
  )
}
