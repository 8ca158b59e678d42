import FormField from '@cloudscape-design/components/form-field'
import Textarea from '@cloudscape-design/components/textarea'
import { useState, type ReactNode } from 'react'
import { Dialog } from '../ui/Dialog.tsx'

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
    <Dialog title={title} action={label} busy={busy} onCancel={onCancel} onAction={() => onAnswer(text.trim())}>
      {children}
      {field !== undefined && (
        <FormField label={field}>
          <Textarea value={text} rows={3} onChange={({ detail }) => setText(detail.value)} />
        </FormField>
      )}
    </Dialog>
  )
}
