import Button from '@cloudscape-design/components/button'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'

/** The server could not even be asked who is signed in. */
export function StartFailure({ error }: { error: unknown }) {
  return (
    <main className="login">
      <ErrorPanel error={error} />
      <Button onClick={() => globalThis.location.reload()}>Load again</Button>
    </main>
  )
}
