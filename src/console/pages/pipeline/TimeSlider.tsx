import Button from '@cloudscape-design/components/button'
import { useEffect, useEffectEvent, useMemo, useState } from 'react'
import { nextMark, type Mark } from '../../graph/marks.ts'
import type { Instant } from '../../graph/model.ts'
import { useNow } from '../../ui/clock.ts'
import { absoluteTime } from '../../ui/time.ts'
import { timelineOf } from './timeline.ts'

const SPEED = 10
const FRAME_MS = 100

/** Slides through the history of the pipeline, or plays it ten times as fast as it was. */
export function TimeSlider(props: {
  marks: readonly Mark[]
  at: Instant | undefined
  timeZone: 'local' | 'UTC'
  /** @param at absent: now */
  onMove: (at: Instant | undefined) => void
}) {
  const { marks, at, timeZone, onMove } = props
  const now = useNow()
  const lastMinute = Math.floor(now / 60_000) * 60_000
  const timeline = useMemo(() => timelineOf(marks, lastMinute + 60_000), [marks, lastMinute])
  const [isPlaying, setPlaying] = useState(false)
  const position = at === undefined ? timeline.length : timeline.positionOf(at)
  const moveTo = (wanted: number): void =>
    onMove(wanted >= timeline.length ? undefined : Math.round(timeline.instantAt(wanted)))
  const tick = useEffectEvent((elapsedMs: number) => {
    if (position >= timeline.length) setPlaying(false)
    else moveTo(position + elapsedMs * SPEED)
  })
  useEffect(() => {
    if (!isPlaying) return undefined
    let before = performance.now()
    const timer = setInterval(() => {
      const at = performance.now()
      tick(at - before)
      before = at
    }, FRAME_MS)
    return () => clearInterval(timer)
  }, [isPlaying])

  const play = (): void => {
    if (at === undefined) onMove(marks[0]?.at)
    setPlaying(!isPlaying)
  }
  const step = (direction: 'forward' | 'back'): void => onMove(nextMark(marks, at ?? now, direction)?.at)
  const nearest = at === undefined ? undefined : marks.findLast((mark) => mark.at <= at)

  return (
    <div className="slider" role="group" aria-label="History of the picture">
      <Button
        variant="icon"
        iconName={isPlaying ? 'pause' : 'play'}
        ariaLabel={isPlaying ? 'Pause' : 'Play at ten times the speed'}
        onClick={play}
      />
      <Button variant="icon" iconName="angle-left" ariaLabel="The change before" onClick={() => step('back')} />
      <Button
        variant="icon"
        iconName="angle-right"
        ariaLabel="The next change"
        disabled={at === undefined}
        onClick={() => step('forward')}
      />
      <div className="slider-track">
        <svg className="slider-marks" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">
          {MARK_KINDS.map((kind) => (
            <path key={kind} data-kind={kind} d={ticks(timeline.marks, timeline.length, kind)} />
          ))}
        </svg>
        <input
          type="range"
          min={0}
          max={timeline.length}
          step="any"
          value={position}
          aria-label="Instant that the picture shows"
          aria-valuetext={at === undefined ? 'now' : absoluteTime(at, timeZone)}
          onChange={(event) => moveTo(event.target.valueAsNumber)}
        />
      </div>
      <span className="slider-label">
        {at === undefined ? (
          <strong>Now</strong>
        ) : (
          <>
            <strong>{absoluteTime(at, timeZone)}</strong>
            <span className="quiet">{nearest?.label}</span>
          </>
        )}
      </span>
      <Button disabled={at === undefined} onClick={() => (setPlaying(false), onMove(undefined))}>
        Now
      </Button>
    </div>
  )
}

const MARK_KINDS = ['action', 'door', 'started', 'ended', 'failed'] as const satisfies readonly Mark['kind'][]

const ticks = (marks: readonly (Mark & { readonly position: number })[], length: number, kind: Mark['kind']): string =>
  marks
    .filter((mark) => mark.kind === kind)
    .map(({ position }) => `M${((position / Math.max(1, length)) * 1000).toFixed(1)} 0v14`)
    .join('')
