/** Where the time went: a bar for each run of an action on one scale. A stage's name zooms into it. */
import Spinner from '@cloudscape-design/components/spinner'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import type { Activity } from '../../../core/execution/explain/timing.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { useNow } from '../../ui/clock.ts'
import { lookOf } from '../../ui/status.ts'
import { duration } from '../../ui/time.ts'
import type { ExecutionData } from './use-execution.ts'
import { timedStages, waterfall, type Waterfall, type WaterfallRow } from './waterfall.ts'

const ROW_PX = 30

/** in the order in which the legend says them */
const ACTIVITIES: Readonly<Record<Activity, string>> = {
  running: 'Running',
  transferring: 'Moving artifacts',
  queued: 'Waiting for a runner or worker',
  approval: 'Waiting for approval',
  condition: 'Asking conditions',
  transition: 'Waiting in front of a stage',
  idle: 'Nothing to do',
}

export default function WaterfallView(props: {
  data: ExecutionData
  chosen: string | undefined
  onChoose: (run: string | undefined) => void
}) {
  const { data, chosen, onChoose } = props
  const now = useNow()
  const [zoom, setZoom] = useState<{ readonly from: number; readonly to: number; readonly stage: string }>()
  const stages = useMemo(() => (data.time === undefined ? [] : timedStages(data.time)), [data.time])
  const isRunning = data.time !== undefined && data.time.endedAt === undefined
  const until = isRunning ? now : (data.time?.endedAt ?? now)
  const drawn = useMemo(() => waterfall(stages, until, zoom), [stages, until, zoom])
  if (data.timeError !== null) return <ErrorPanel error={data.timeError} />
  if (data.time === undefined) return <Spinner />
  if (drawn.rows.length === 0) return <p className="quiet">No action has begun yet.</p>
  return (
    <div className="waterfall">
      <Legend totals={data.time.totals} />
      {zoom !== undefined && (
        <p className="quiet">
          Only {zoom.stage} is shown.{' '}
          <button type="button" className="run-name" onClick={() => setZoom(undefined)}>
            Show all of it
          </button>
        </p>
      )}
      <Rows
        drawn={drawn}
        chosen={chosen}
        onChoose={onChoose}
        onZoom={(row) => {
          if (row.kind !== 'stage') return
          const times = row.stage.runs.flatMap(({ segments }) => segments)
          const from = Math.min(...times.map(({ from }) => from))
          const to = Math.max(...times.map(({ to = until }) => to))
          setZoom(
            zoom?.stage === row.stage.name || times.length === 0 ? undefined : { from, to, stage: row.stage.name },
          )
        }}
      />
    </div>
  )
}

function Rows(props: {
  drawn: Waterfall
  chosen: string | undefined
  onChoose: (run: string | undefined) => void
  onZoom: (row: WaterfallRow) => void
}) {
  const { drawn, chosen, onChoose, onZoom } = props
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: drawn.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })
  const reveal = useEffectEvent((id: string) => {
    const index = drawn.rows.findIndex((row) => row.kind === 'run' && row.run.id === id)
    if (index >= 0) virtual.scrollToIndex(index, { align: 'auto' })
  })
  useEffect(() => {
    if (chosen !== undefined) reveal(chosen)
  }, [chosen])
  return (
    <div ref={scroller} className="waterfall-scroller">
      <div className="waterfall-head" aria-hidden="true">
        <span />
        <span className="waterfall-scale">
          {drawn.ticks.map(({ at, ms }) => (
            <span key={ms} className="waterfall-tick" style={{ insetInlineStart: `${at * 100}%` }}>
              {ms === 0 ? '0' : duration(ms)}
            </span>
          ))}
        </span>
      </div>
      <div className="waterfall-body" style={{ height: virtual.getTotalSize() }} role="list">
        <span className="waterfall-lines" aria-hidden="true">
          {drawn.ticks.map(({ at, ms }) => (
            <i key={ms} style={{ insetInlineStart: `${at * 100}%` }} />
          ))}
        </span>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = drawn.rows[index]
          if (row === undefined) return undefined
          const isChosen = row.kind === 'run' && row.run.id === chosen
          return (
            <div
              key={row.kind === 'run' ? row.run.id : `stage ${row.stage.name}`}
              role="listitem"
              className="waterfall-row"
              data-kind={row.kind}
              data-chosen={isChosen || undefined}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Name
                row={row}
                isChosen={isChosen}
                onClick={() => (row.kind === 'run' ? onChoose(isChosen ? undefined : row.run.id) : onZoom(row))}
              />
              <Bars row={row} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

function Name({ row, isChosen, onClick }: { row: WaterfallRow; isChosen: boolean; onClick: () => void }) {
  if (row.kind === 'stage') {
    return (
      <button type="button" className="waterfall-name" title="Show only this stage" onClick={onClick}>
        {row.stage.name}
      </button>
    )
  }
  const { action, attempt, status } = row.run
  return (
    <button type="button" className="waterfall-name" aria-pressed={isChosen} onClick={onClick}>
      <span className="waterfall-dot" data-status={status} aria-label={lookOf(status).label} role="img" />
      {action}
      {attempt > 1 && <span className="execution-tag">try {attempt}</span>}
    </button>
  )
}

function Bars({ row }: { row: WaterfallRow }) {
  const end = Math.max(
    0,
    ...(row.kind === 'stage' ? [row.span.at + row.span.width] : []),
    ...row.bars.map(({ at, width }) => at + width),
  )
  return (
    <span className="waterfall-track">
      {row.kind === 'stage' && <i className="waterfall-span" style={placed(row.span)} />}
      {row.bars.map(({ at, width, segment }) => (
        <i
          key={`${segment.activity} ${segment.from}`}
          className="waterfall-bar"
          data-activity={segment.activity}
          data-status={row.kind === 'run' ? row.run.status : undefined}
          title={`${ACTIVITIES[segment.activity]}${segment.to === undefined ? '' : `: ${duration(segment.to - segment.from)}`}`}
          style={placed({ at, width })}
        />
      ))}
      <span className="waterfall-ms" style={{ insetInlineStart: `calc(${end * 100}% + 8px)` }}>
        {duration(row.ms)}
      </span>
      <span className="visually-hidden">
        {row.bars
          .map(
            ({ segment: { activity, from, to } }) =>
              `${ACTIVITIES[activity]}${to === undefined ? ' until now' : ` ${duration(to - from)}`}`,
          )
          .join(', ')}
      </span>
    </span>
  )
}

const placed = ({ at, width }: { readonly at: number; readonly width: number }) => ({
  insetInlineStart: `${at * 100}%`,
  width: `${width * 100}%`,
})

/** All of the time, once: what went on side by side counts for what was nearest to work. */
function Legend({ totals }: { totals: Readonly<Record<Activity, number>> }) {
  const all = Object.values(totals).reduce((sum, ms) => sum + ms, 0)
  const shown = (Object.keys(ACTIVITIES) as Activity[]).filter((activity) => totals[activity] > 0)
  return (
    <div className="waterfall-legend">
      <div className="waterfall-total" aria-hidden="true">
        {shown.map((activity) => (
          <i key={activity} data-activity={activity} style={{ flexGrow: totals[activity] / Math.max(1, all) }} />
        ))}
      </div>
      <ul aria-label="Where the time went">
        {shown.map((activity) => (
          <li key={activity}>
            <i className="waterfall-key" data-activity={activity} aria-hidden="true" />
            {ACTIVITIES[activity]} <strong>{duration(totals[activity])}</strong>{' '}
            <span className="quiet">{percent(totals[activity] / Math.max(1, all))}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

const percent = (part: number): string => (part < 0.005 ? '< 1 %' : `${Math.round(part * 100)} %`)
