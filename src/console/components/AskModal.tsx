import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Textarea from '@cloudscape-design/components/textarea'
import { useState, type ReactNode } from 'react'

/** "Are you sure", with a word to add where somebody else will read it. */
export default function AskModal(props: {
  title: string
  /** the label of the text to add; absent: nothing to add */
  field: string | undefined
  /** of the button that does it */
  label: string
  busy: boolean
  onCancel: () => void
  onAnswer: (text: string) => void
  children?: ReactNode
}) {
  const { title, field, label, busy, onCancel, onAnswer, children } = props
  const [text, setText] = useState('')
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close"
      onDismiss={onCancel}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onCancel}>
              Cancel
            </Button>
            <Button variant="primary" loading={busy} onClick={() => onAnswer(text.trim())}>
              {label}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {children}
        {field !== undefined && (
          <FormField label={field}>
            <Textarea value={text} rows={3} onChange={({ detail }) => setText(detail.value)} />
          </FormField>
        )}
      </SpaceBetween>
    </Modal>
  )
}
