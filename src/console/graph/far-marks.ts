/** The actions of a stage from far away: one path a look, so that a thousand actions are a handful of elements. */
import type { StageSpot } from './layout.ts'
import { actionsOf, type ActionLook, type StageBox } from './model.ts'
import { styleOf, type Tone } from './state-style.ts'

export interface FarMark {
  readonly look: ActionLook
  readonly tone: Tone
  /** the cells, filled */
  readonly cells: string
  /** the shape upon each cell */
  readonly shapes: string
}

export function farMarks(stage: StageBox, spot: StageSpot): readonly FarMark[] {
  const places = new Map(spot.actions.map((place) => [place.name, place]))
  const byLook = Map.groupBy(actionsOf(stage), ({ look }) => look)
  return [...byLook].map(([look, actions]) => {
    const rects = actions.flatMap(({ name }) => places.get(name) ?? [])
    return {
      look,
      tone: styleOf(look).tone,
      cells: rects
        .map(({ x, y, width, height }) => `M${r(x - spot.x)} ${r(y - spot.y)}h${r(width)}v${r(height)}h-${r(width)}z`)
        .join(''),
      shapes: rects
        .map(({ x, y, width, height }) =>
          SHAPE[styleOf(look).tone](x - spot.x + width / 2, y - spot.y + height / 2, height * 0.3),
        )
        .join(''),
    }
  })
}

const r = (value: number): number => Math.round(value * 10) / 10

type Draw = (x: number, y: number, half: number) => string

/** Strokes that can be told apart at a few pixels. */
const SHAPE = {
  quiet: () => '',
  good: (x, y, h) => `M${r(x - h)} ${r(y)}l${r(h * 0.7)} ${r(h * 0.7)}l${r(h * 1.2)}-${r(h * 1.3)}`,
  bad: (x, y, h) => `M${r(x - h)} ${r(y - h)}l${r(2 * h)} ${r(2 * h)}M${r(x + h)} ${r(y - h)}l-${r(2 * h)} ${r(2 * h)}`,
  error: (x, y, h) => `M${r(x)} ${r(y - h)}v${r(1.2 * h)}M${r(x)} ${r(y + 0.8 * h)}v${r(0.2 * h)}`,
  running: (x, y, h) => `M${r(x - 0.6 * h)} ${r(y - h)}l${r(1.6 * h)} ${r(h)}l-${r(1.6 * h)} ${r(h)}z`,
  person: (x, y, h) => `M${r(x - 0.5 * h)} ${r(y - h)}v${r(2 * h)}M${r(x + 0.5 * h)} ${r(y - h)}v${r(2 * h)}`,
  over: (x, y, h) => `M${r(x - h)} ${r(y)}h${r(2 * h)}`,
} as const satisfies Record<Tone, Draw>
