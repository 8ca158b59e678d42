import { memo } from 'react'
import { describeDoor } from './describe.ts'
import { useGraph, useView } from './graph-store.ts'
import type { Rect } from './layout.ts'
import type { Door } from './model.ts'

/** The transition into a stage: open, or closed with the reason in view. */
export const StageDoor = memo(function StageDoor({ stage, door, place }: { stage: string; door: Door; place: Rect }) {
  const key = `door:${stage}`
  const { select, store } = useGraph()
  const isSelected = useView(({ selected }) => selected === key)
  const isStop = useView(({ focus }) => focus === key)
  const isNear = useView(({ level }) => level === 'near')
  const style = { transform: `translate(${place.x}px, ${place.y}px)`, width: place.width, height: place.height }
  return (
    <>
      <button
        type="button"
        className="pg-door nodrag nopan"
        data-key={key}
        data-open={door.isOpen}
        data-selected={isSelected || undefined}
        aria-label={describeDoor(stage, door)}
        title={describeDoor(stage, door)}
        tabIndex={isStop ? 0 : -1}
        style={style}
        onFocus={() => store.set({ focus: key })}
        onClick={() => select(key)}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          {door.isOpen ? (
            <path d="M6 3.2 10.8 8 6 12.8 4.8 11.6 8.4 8 4.8 4.4z" />
          ) : (
            <path d="M5 7V5.2a3 3 0 0 1 6 0V7h.8c.4 0 .7.3.7.7v5c0 .4-.3.8-.7.8H4.2a.8.8 0 0 1-.7-.8v-5c0-.4.3-.7.7-.7zm1.5 0h3V5.2a1.5 1.5 0 0 0-3 0z" />
          )}
        </svg>
      </button>
      {!door.isOpen && isNear && (
        <span
          className="pg-door-reason"
          style={{ transform: `translate(${place.x + place.width / 2}px, ${place.y - 8}px) translate(-50%, -100%)` }}
        >
          {door.reason ?? 'closed'}
        </span>
      )}
    </>
  )
})
