import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import RadioGroup from '@cloudscape-design/components/radio-group'
import { StopPipelineExecutionCommand } from '@aws-sdk/client-codepipeline'
import { useState } from 'react'
import { codepipeline } from '../../api/codepipeline.ts'
import { noticeFailure, noticeSuccess } from '../../components/notices.ts'
import { Dialog } from '../../ui/Dialog.tsx'

/** Stop and wait, or stop and abandon; why is kept with the execution. */
export default function StopDialog({ name, id, onClose }: { name: string; id: string; onClose: () => void }) {
  const [way, setWay] = useState('wait')
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const stop = async (): Promise<void> => {
    setBusy(true)
    try {
      await codepipeline().send(
        new StopPipelineExecutionCommand({
          pipelineName: name,
          pipelineExecutionId: id,
          abandon: way === 'abandon',
          ...(reason.trim() !== '' && { reason: reason.trim() }),
        }),
      )
      noticeSuccess(way === 'abandon' ? 'It is stopped.' : 'It stops when the running actions have ended.')
    } catch (error) {
      noticeFailure('Stop', error)
    } finally {
      onClose()
    }
  }
  return (
    <Dialog
      title={`Stop execution ${id.slice(0, 8)}`}
      action="Stop"
      busy={busy}
      onCancel={onClose}
      onAction={() => void stop()}
    >
      <RadioGroup
        value={way}
        onChange={({ detail }) => setWay(detail.value)}
        ariaLabel="How to stop"
        items={[
          {
            value: 'wait',
            label: 'Stop and wait',
            description: 'Actions that run may end; none begins any more.',
          },
          {
            value: 'abandon',
            label: 'Stop and abandon',
            description: 'At once. Nobody waits for what runs: it may go on, half done.',
          },
        ]}
      />
      <FormField
        label="Reason"
        description="Others read it here and in the history."
        constraintText="At most 200 characters"
      >
        <Input value={reason} onChange={({ detail }) => setReason(detail.value.slice(0, 200))} />
      </FormField>
    </Dialog>
  )
}
