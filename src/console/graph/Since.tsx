import { useNow } from '../ui/clock.ts'
import { duration } from '../ui/time.ts'
import { useView } from './graph-store.ts'
import type { ActionRun, Instant } from './model.ts'

/** Now, or the instant that is shown. */
export function useShownNow(): Instant {
  const now = useNow()
  return useView(({ at }) => at) ?? now
}

/** "12 s" while it runs, "3 min ago" when it is over. */
export function SinceRun({ run }: { run: ActionRun | undefined }) {
  const now = useShownNow()
  if (run === undefined) return <></>
  if (run.status === 'InProgress')
    return <>{run.startedAt !== undefined && duration(Math.max(0, now - run.startedAt))}</>
  return <>{run.updatedAt !== undefined && briefAgo(now - run.updatedAt)}</>
}

/** "12 s": beside a state, how long it has lasted */
export function SinceInstant({ at }: { at: Instant | undefined }) {
  const now = useShownNow()
  return <>{at !== undefined && brief(now - at)}</>
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** "now", "14 s ago", "3 h ago": room is short on the picture */
const briefAgo = (ms: number): string => (ms < 1000 ? 'now' : `${brief(ms)} ago`)

function brief(ms: number): string {
  const unit = UNITS.find(([, length]) => ms >= length)
  return unit === undefined ? '' : `${Math.floor(ms / unit[1])} ${unit[0]}`
}
