import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar'
import type { Notice } from './notices.ts'

/** What just happened. */
export default function Notices({ notices }: { notices: readonly Notice[] }) {
  const told = notices.map(({ dismiss, ...notice }): FlashbarProps.MessageDefinition => ({
    ...notice,
    dismissible: true,
    dismissLabel: 'Close',
    onDismiss: dismiss,
  }))
  return (
    <div className="notices">
      <Flashbar items={told} i18nStrings={{ ariaLabel: 'Notifications' }} />
    </div>
  )
}
