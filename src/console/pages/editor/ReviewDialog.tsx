import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { DifferenceList } from './DifferenceList.tsx'

/** What saving would change, in words, before it is saved. */
export function ReviewDialog(props: {
  before: PipelineDeclaration
  after: PipelineDeclaration
  busy: boolean
  onCancel: () => void
  onSave: () => void
}) {
  const { before, after, busy, onCancel, onSave } = props
  return (
    <Modal
      visible
      size="large"
      header={`Save ${after.name ?? ''} as version ${(before.version ?? 0) + 1}`}
      closeAriaLabel="Close"
      onDismiss={onCancel}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onCancel}>
              Back
            </Button>
            <Button variant="primary" loading={busy} onClick={onSave}>
              Save
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <DifferenceList before={before} after={after} />
      <Box color="text-body-secondary" padding={{ top: 'm' }}>
        Saving starts nothing. Executions in progress go on with the structure as it is then in the stages they enter.
      </Box>
    </Modal>
  )
}
