import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import Box from '@cloudscape-design/components/box'
import { Dialog } from '../../ui/Dialog.tsx'
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
    <Dialog
      size="large"
      title={`Save ${after.name ?? ''} as version ${(before.version ?? 0) + 1}`}
      action="Save"
      busy={busy}
      onCancel={onCancel}
      onAction={onSave}
    >
      <DifferenceList before={before} after={after} />
      <Box color="text-body-secondary">
        Saving starts nothing. Executions in progress go on with the structure as it is then in the stages they enter.
      </Box>
    </Dialog>
  )
}
