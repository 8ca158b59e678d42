import { memo } from 'react'
import { describeGate } from './describe.ts'
import { Glyph } from './Glyph.tsx'
import { useGraph, useView } from './graph-store.ts'
import type { Rect } from './layout.ts'
import { GATE_NAMES } from './looks.ts'
import type { Gate } from './model.ts'
import { styleOf } from './state-style.ts'

/** A condition of a stage: a small gate across it. */
export const GateBar = memo(function GateBar({ stage, gate, place }: { stage: string; gate: Gate; place: Rect }) {
  const key = `gate:${stage}/${gate.key}`
  const { select, store } = useGraph()
  const isSelected = useView(({ selected }) => selected === key)
  const isStop = useView(({ focus }) => focus === key)
  const { tone, label } = styleOf(gate.look)
  return (
    <button
      type="button"
      className="pg-gate nodrag nopan"
      data-key={key}
      data-tone={tone}
      data-selected={isSelected || undefined}
      aria-pressed={isSelected}
      title={gate.rules.join(', ')}
      tabIndex={isStop ? 0 : -1}
      style={{ transform: `translate(${place.x}px, ${place.y}px)`, width: place.width, height: place.height }}
      onFocus={() => store.set({ focus: key })}
      onClick={() => select(key)}
    >
      <span className="pg-said">{describeGate(stage, gate)}</span>
      <Glyph look={gate.look} size={12} />
      <span aria-hidden="true">{GATE_NAMES[gate.key]}</span>
      <span className="pg-gate-state" aria-hidden="true">
        {gate.look === 'Idle' ? '' : label}
      </span>
    </button>
  )
})
