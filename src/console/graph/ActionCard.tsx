import { memo, type CSSProperties } from 'react'
import { relativeTime } from '../ui/time.ts'
import { describeAction } from './describe.ts'
import { Glyph } from './Glyph.tsx'
import { useGraph, useView } from './graph-store.ts'
import { SIZES, type Rect } from './stage-layout.ts'
import { useMinute } from './minute.ts'
import type { ActionBox } from './model.ts'
import { SinceRun } from './Since.tsx'
import { styleOf } from './state-style.ts'

/** One action: a button that opens what is known of it. */
export const ActionCard = memo(function ActionCard({ action, place }: { action: ActionBox; place: Rect }) {
  const key = `action:${action.stage}/${action.name}`
  const { select, store } = useGraph()
  const isSelected = useView(({ selected }) => selected === key)
  const isStop = useView(({ focus }) => focus === key)
  const level = useView((view) => view.level)
  const { look, run, isEarlier, others } = action
  const { tone, label } = styleOf(look)
  const minute = useMinute()
  const now = useView(({ at }) => at) ?? minute
  const isSmall = place.height < SIZES.action.height
  const style: CSSProperties = {
    transform: `translate(${place.x}px, ${place.y}px)`,
    width: place.width,
    height: place.height,
  }
  return (
    <button
      type="button"
      className="pg-action nodrag nopan"
      data-key={key}
      data-tone={tone}
      data-look={look}
      data-earlier={isEarlier || undefined}
      data-small={isSmall || undefined}
      data-selected={isSelected || undefined}
      aria-pressed={isSelected}
      tabIndex={isStop ? 0 : -1}
      style={style}
      onFocus={() => store.set({ focus: key })}
      onClick={() => select(key)}
    >
      <span className="pg-said">{describeAction(action, (at) => relativeTime(Math.min(at, now), now))}</span>
      <span className="pg-action-mark">
        <Glyph look={look} size={isSmall ? 14 : 16} />
      </span>
      <span className="pg-action-text" aria-hidden="true">
        <span className="pg-action-name">{action.name}</span>
        {level === 'near' && (
          <span className="pg-action-about">
            {isSmall ? '' : `${action.provider} · `}
            {look === 'Pending' ? label : run === undefined ? label : <AboutRun action={action} label={label} />}
          </span>
        )}
      </span>
      {others.length > 0 && (
        <span className="pg-action-others" aria-hidden="true">
          +{others.length}
        </span>
      )}
      {look === 'InProgress' && (
        <span className="pg-action-progress" data-known={run?.percentComplete !== undefined || undefined}>
          <span style={run?.percentComplete === undefined ? undefined : { width: `${run.percentComplete}%` }} />
        </span>
      )}
    </button>
  )
})

function AboutRun({ action: { look, run, isEarlier }, label }: { action: ActionBox; label: string }) {
  return (
    <>
      {isEarlier ? `earlier: ${label}` : look === 'Succeeded' ? '' : `${label} `}
      {isEarlier ? ' ' : ''}
      <SinceRun run={run} />
    </>
  )
}
