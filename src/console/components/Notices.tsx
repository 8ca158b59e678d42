import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar'
import type { Notice } from './notices.ts'

const LOST: FlashbarProps.MessageDefinition = {
  id: 'connection-lost',
  type: 'warning',
  header: 'Connection lost',
  content: 'What you see may be out of date. The page tries again by itself and catches up.',
  loading: true,
}

/** What just happened, and that the page is not up to date when it is not. */
export default function Notices({ notices, lost }: { notices: readonly Notice[]; lost: boolean }) {
  const told = notices.map(({ dismiss, ...notice }) => ({
    ...notice,
    dismissible: true,
    dismissLabel: 'Close',
    onDismiss: dismiss,
  }))
  return (
    <div className="notices">
      <Flashbar items={[...(lost ? [LOST] : []), ...told]} i18nStrings={{ ariaLabel: 'Notifications' }} />
    </div>
  )
}
