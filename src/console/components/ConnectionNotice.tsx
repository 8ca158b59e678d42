import Alert from '@cloudscape-design/components/alert'

/** That the page is not up to date when it is not. Always loaded: when the server is gone it is too late to fetch what says so. */
export const ConnectionNotice = ({ isLost }: { isLost: boolean }) => (
  <div role="status" className={isLost ? 'notices' : undefined}>
    {isLost && (
      <Alert type="warning" header="Connection lost">
        What you see may be out of date. The page tries again by itself and catches up.
      </Alert>
    )}
  </div>
)
