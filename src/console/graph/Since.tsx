import { useNow } from '../ui/clock.ts'
import { duration, relativeTime } from '../ui/time.ts'
import { useView } from './graph-store.ts'
import type { ActionRun, Instant } from './model.ts'

/** Now, or the instant that is shown. */
export function useShownNow(): Instant {
  const now = useNow()
  return useView(({ at }) => at) ?? now
}

/** "12 s" while it runs, "3 minutes ago" when it is over. */
export function SinceRun({ run }: { run: ActionRun | undefined }) {
  const now = useShownNow()
  if (run === undefined) return <></>
  if (run.status === 'InProgress')
    return <>{run.startedAt !== undefined && duration(Math.max(0, now - run.startedAt))}</>
  return <>{run.updatedAt !== undefined && relativeTime(Math.min(run.updatedAt, now), now)}</>
}

export function SinceInstant({ at }: { at: Instant | undefined }) {
  const now = useShownNow()
  return <>{at !== undefined && relativeTime(Math.min(at, now), now)}</>
}
