import StatusIndicator from '@cloudscape-design/components/status-indicator'
import { lookOf } from './status.ts'

/** A status as colour, shape and word. `detail` follows the word: "Failed at Build". */
export function StatusBadge({ status, detail }: { status: string | undefined; detail?: string }) {
  const { type, label } = lookOf(status)
  return (
    <StatusIndicator type={type}>
      {label}
      {detail === undefined ? '' : ` ${detail}`}
    </StatusIndicator>
  )
}
