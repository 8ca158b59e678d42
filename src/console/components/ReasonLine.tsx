import type { Reason } from '../api/explain-types.ts'
import { Ago } from '../ui/Ago.tsx'
import { Remedies } from './Remedies.tsx'

/** Why it waits or failed, in one sentence, since when, and the buttons that unblock it. */
export function ReasonLine({ reason, most }: { reason: Reason; most?: number }) {
  return (
    <div className="reason">
      <div className="reason-text">
        {reason.message} <span className="quiet">{<Ago at={reason.since} />}</span>
      </div>
      <Remedies reason={reason} {...(most !== undefined && { most })} />
    </div>
  )
}
