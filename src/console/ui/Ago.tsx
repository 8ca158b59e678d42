import { useNow, useTimeZone } from './clock.ts'
import { absoluteTime, duration, relativeTime } from './time.ts'

type When = Date | number | undefined

/** "3 minutes ago", with the instant itself on hover. */
export function Ago({ at }: { at: When }) {
  const now = useNow()
  const timeZone = useTimeZone()
  if (at === undefined) return <>–</>
  const ms = Number(at)
  return (
    <time dateTime={new Date(ms).toISOString()} title={absoluteTime(ms, timeZone)}>
      {relativeTime(Math.min(ms, now), now)}
    </time>
  )
}

/** How long it took, or takes so far. */
export function Took({ from, to }: { from: When; to?: When }) {
  const now = useNow()
  if (from === undefined) return <>–</>
  return <>{duration(Math.max(0, Number(to ?? now) - Number(from)))}</>
}
