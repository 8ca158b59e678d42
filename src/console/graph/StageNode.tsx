import type { NodeProps } from '@xyflow/react'
import { memo } from 'react'
import { ActionCard } from './ActionCard.tsx'
import { describeStage } from './describe.ts'
import { farMarks } from './far-marks.ts'
import { GateBar } from './GateBar.tsx'
import { Glyph } from './Glyph.tsx'
import { useGraph, useView } from './graph-store.ts'
import type { StageSpot } from './layout.ts'
import { actionsOf, type StageBox } from './model.ts'
import type { StageFlowNode } from './nodes.ts'
import { SinceInstant } from './Since.tsx'
import { StageDoor } from './StageDoor.tsx'
import { BY_WEIGHT, styleOf } from './state-style.ts'

/** A stage with its door, conditions and actions. */
export const StageNode = memo(function StageNode({ data: { stage, spot, holder } }: NodeProps<StageFlowNode>) {
  const level = useView((view) => view.level)
  const inThread = useView(({ thread }) =>
    thread === undefined
      ? undefined
      : thread.holds.has(stage.name)
        ? 'holds'
        : thread.had.has(stage.name)
          ? 'had'
          : 'no',
  )
  const { tone } = styleOf(stage.look)
  return (
    <div
      role="group"
      aria-label={describeStage(stage)}
      className="pg-stage"
      data-tone={tone}
      data-level={level}
      data-thread={inThread}
    >
      <StageDoor stage={stage.name} door={stage.door} place={relative(spot.door, spot)} />
      <StageHead stage={stage} holder={holder} />
      {level === 'far' ? <FarActions stage={stage} spot={spot} /> : <NearActions stage={stage} spot={spot} />}
    </div>
  )
})

function StageHead({ stage, holder }: { stage: StageBox; holder: string | undefined }) {
  const key = `stage:${stage.name}`
  const { select, store, hover } = useGraph()
  const isSelected = useView(({ selected }) => selected === key)
  const isFar = useView(({ level }) => level === 'far')
  // from afar a stage stands for all that is in it
  const isStop = useView(({ focus, level }) => focus === key || (level === 'far' && isWithin(focus, stage.name)))
  const { label } = styleOf(stage.look)
  return (
    <button
      type="button"
      className="pg-head nodrag nopan"
      data-key={key}
      data-selected={isSelected || undefined}
      aria-pressed={isSelected}
      tabIndex={isStop ? 0 : -1}
      onFocus={() => {
        store.set({ focus: key })
        hover(stage.executionId)
      }}
      onBlur={() => hover(undefined)}
      onPointerEnter={() => hover(stage.executionId)}
      onPointerLeave={() => hover(undefined)}
      onClick={() => select(key)}
    >
      <span className="pg-said">{describeStage(stage)}</span>
      <span className="pg-head-line" aria-hidden="true">
        {!isFar && <Glyph look={stage.look} size={18} />}
        <span className="pg-head-name">{stage.name}</span>
      </span>
      {!isFar && (
        <span className="pg-head-rail" aria-hidden="true">
          {holder !== undefined && <span className="pg-head-holder">{holder}</span>}
          {holder === undefined && stage.executionId !== undefined && <span className="pg-head-room" />}
          <span className="pg-head-state">
            <span>{stage.look === 'Idle' ? '' : label}</span>
            <span>
              <SinceInstant at={stage.since} />
            </span>
          </span>
        </span>
      )}
    </button>
  )
}

const isWithin = (key: string | undefined, stage: string): boolean =>
  key !== undefined && /^\w+:([^/]*)/.exec(key)?.[1] === stage

function NearActions({ stage, spot }: { stage: StageBox; spot: StageSpot }) {
  const places = new Map(spot.actions.map((place) => [place.name, place]))
  const gates = new Map(spot.gates.map((place) => [place.key, place]))
  return (
    <>
      {stage.gates.map((gate) => {
        const place = gates.get(gate.key)
        return place === undefined ? undefined : (
          <GateBar key={gate.key} stage={stage.name} gate={gate} place={relative(place, spot)} />
        )
      })}
      {actionsOf(stage).map((action) => {
        const place = places.get(action.name)
        return place === undefined ? undefined : (
          <ActionCard key={action.name} action={action} place={relative(place, spot)} />
        )
      })}
    </>
  )
}

const FAR_COUNTS = 4

function FarActions({ stage, spot }: { stage: StageBox; spot: StageSpot }) {
  const counts = BY_WEIGHT.filter((look) => stage.tally[look] !== undefined).slice(0, FAR_COUNTS)
  return (
    <>
      <svg className="pg-far" width={spot.width} height={spot.height} aria-hidden="true">
        {farMarks(stage, spot).map(({ look, tone, cells, shapes }) => (
          <g key={look} data-tone={tone}>
            <path className="pg-far-cells" d={cells} />
            <path className="pg-far-shapes" d={shapes} />
          </g>
        ))}
      </svg>
      <span className="pg-far-counts" aria-hidden="true">
        {counts.map((look) => (
          <span key={look} data-tone={styleOf(look).tone}>
            <Glyph look={look} size={16} />
            {stage.tally[look]}
          </span>
        ))}
      </span>
    </>
  )
}

const relative = <Part extends { readonly x: number; readonly y: number }>(part: Part, spot: StageSpot): Part => {
  const known = RELATIVE.get(part)
  if (known !== undefined) return known as Part
  const moved = { ...part, x: part.x - spot.x, y: part.y - spot.y }
  RELATIVE.set(part, moved)
  return moved
}

/** one object a place, so that what did not move is not drawn again; a place belongs to one stage of one layout */
const RELATIVE = new WeakMap<object, object>()
