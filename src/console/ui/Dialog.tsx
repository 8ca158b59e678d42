import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { ReactNode } from 'react'

/** A question with one answer and the way back. */
export function Dialog(props: {
  title: string
  /** of the button that does it */
  action: string
  disabled?: boolean
  busy?: boolean
  size?: 'small' | 'medium' | 'large'
  onCancel: () => void
  onAction: () => void
  children: ReactNode
}) {
  const { title, action, disabled = false, busy = false, size = 'medium', onCancel, onAction, children } = props
  return (
    <Modal
      visible
      size={size}
      header={title}
      closeAriaLabel="Close"
      onDismiss={onCancel}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onCancel}>
              Cancel
            </Button>
            <Button variant="primary" disabled={disabled} loading={busy} onClick={onAction}>
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">{children}</SpaceBetween>
    </Modal>
  )
}
