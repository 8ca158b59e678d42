/**
 * Where everything stands. Pure, deterministic and linear in the number of boxes: from the structure of the pipeline and the size of
 * the view to rectangles. Statuses do not move anything; only tokens move, and `token-spots.ts` says where to.
 *
 * Stages stand side by side. When that makes them too small to read, they are broken into lines like the words of a text; on a
 * narrow view they stand in one column.
 */
import type { Gate, Row } from './model.ts'
import {
  layoutStage,
  SIZES,
  type Inside,
  type Rect,
  type Size,
  type StageShape,
  type StageSpot,
} from './stage-layout.ts'

export type { Rect, Size, StageShape, StageSpot } from './stage-layout.ts'

export interface Layout extends Size {
  readonly direction: 'across' | 'down'
  readonly stages: readonly StageSpot[]
  /** from stage to stage through the door between them */
  readonly edges: readonly Edge[]
}

export interface Edge {
  /** the stage it leads into */
  readonly stage: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** below this width a phone is held upright */
const NARROW = 600
/** one line is kept while it can be read; another one must pay off */
const READABLE = 0.8
const WORTH = 1.2
const MOST_LINES = 12

export const isNarrow = ({ width }: Pick<Size, 'width'>): boolean => width < NARROW

export function layoutPipeline(stages: readonly StageShape[], view: Size): Layout {
  return isNarrow(view) ? down(stages, view.width) : across(stages, view)
}

// ---- side by side --------------------------------------------------------------------------------------------------------

function across(stages: readonly StageShape[], view: Size): Layout {
  const sizes = stages.map((stage) => layoutStage(stage))
  const lines = bestLines(sizes, view)
  const spots: StageSpot[] = []
  const edges: Edge[] = []
  let y = 0
  let width = 0
  for (const line of lines) {
    let x = 0
    let height = 0
    for (const index of line) {
      const [stage, size] = [stages[index], sizes[index]]
      if (stage === undefined || size === undefined) continue
      const middle = y + SIZES.header / 2 + 4
      const door = {
        ...SIZES.door,
        x: x + SIZES.gap - SIZES.door.width - 14,
        y: middle - SIZES.door.height / 2,
      }
      const spot = moved(stage.name, size, x + SIZES.gap, y, door)
      const previous = spots.at(-1)
      const entry: readonly [number, number] = [spot.x, middle]
      edges.push({
        stage: stage.name,
        points:
          previous === undefined
            ? [[x + 14, middle], entry]
            : previous.y === y
              ? [[previous.x + previous.width, middle], entry]
              : wrapped(previous, x + 14, y, entry),
      })
      spots.push(spot)
      x = spot.x + spot.width
      height = Math.max(height, spot.height)
    }
    width = Math.max(width, x)
    y += height + SIZES.lines
  }
  return { direction: 'across', width, height: Math.max(0, y - SIZES.lines), stages: spots, edges }
}

/** From the end of a line to the beginning of the next. */
function wrapped(
  previous: StageSpot,
  left: number,
  lineTop: number,
  entry: readonly [number, number],
): readonly (readonly [number, number])[] {
  const from = previous.y + SIZES.header / 2 + 4
  const right = previous.x + previous.width + 26
  const between = lineTop - SIZES.lines / 2
  return [
    [previous.x + previous.width, from],
    [right, from],
    [right, between],
    [left, between],
    [left, entry[1]],
    entry,
  ]
}

/** Breaks the stages into as many lines as let them be shown largest. */
function bestLines(sizes: readonly Size[], view: Size): readonly (readonly number[])[] {
  let best = linesOf(sizes.length, 1)
  let bestScale = scaleOf(best, sizes, view)
  for (let count = 2; count <= Math.min(MOST_LINES, sizes.length); count += 1) {
    const lines = linesOf(sizes.length, count)
    const scale = scaleOf(lines, sizes, view)
    if (bestScale >= READABLE) break
    if (scale < bestScale * WORTH) continue
    best = lines
    bestScale = scale
  }
  return best
}

function linesOf(stages: number, count: number): readonly (readonly number[])[] {
  const length = Math.max(1, Math.ceil(stages / count))
  return Array.from({ length: Math.ceil(stages / length) }, (_, line) =>
    Array.from({ length: Math.min(length, stages - line * length) }, (_, index) => line * length + index),
  )
}

function scaleOf(lines: readonly (readonly number[])[], sizes: readonly Size[], view: Size): number {
  let width = 1
  let height = -SIZES.lines
  for (const line of lines) {
    width = Math.max(
      width,
      line.reduce((sum, index) => sum + SIZES.gap + (sizes[index]?.width ?? 0), 0),
    )
    height += SIZES.lines + Math.max(0, ...line.map((index) => sizes[index]?.height ?? 0))
  }
  return Math.min(1, view.width / width, view.height / Math.max(1, height))
}

// ---- one column ----------------------------------------------------------------------------------------------------------

function down(stages: readonly StageShape[], viewWidth: number): Layout {
  const width = Math.max(240, viewWidth - 24)
  const spots: StageSpot[] = []
  const edges: Edge[] = []
  let y = 0
  for (const stage of stages) {
    const size = layoutStage(stage, width)
    const top = y + SIZES.gapDown
    const door = { ...SIZES.door, x: width / 2 - SIZES.door.width / 2, y: y + (SIZES.gapDown - SIZES.door.height) / 2 }
    spots.push(moved(stage.name, size, 0, top, door))
    edges.push({
      stage: stage.name,
      points: [
        [width / 2, y],
        [width / 2, top],
      ],
    })
    y = top + size.height
  }
  return { direction: 'down', width, height: y, stages: spots, edges }
}

const shifted = <Part extends Rect>(part: Part, x: number, y: number): Part => ({
  ...part,
  x: part.x + x,
  y: part.y + y,
})

const moved = (
  name: string,
  { rail, gates, actions, width, height }: Inside,
  x: number,
  y: number,
  door: Rect,
): StageSpot => ({
  name,
  x,
  y,
  width,
  height,
  door,
  rail: shifted(rail, x, y),
  gates: gates.map((gate) => shifted(gate, x, y)),
  actions: actions.map((action) => shifted(action, x, y)),
})

// ---- levels of detail ----------------------------------------------------------------------------------------------------

/** far: coloured shapes and counts; middle: shapes with names; near: everything. */
export type Level = 'far' | 'middle' | 'near'

export const levelOf = (zoom: number): Level => (zoom < 0.34 ? 'far' : zoom < 0.62 ? 'middle' : 'near')

/** The key of what the layout depends on: while it stays, nothing moves. */
export const shapeKey = (
  stages: readonly {
    readonly name: string
    readonly gates: readonly Pick<Gate, 'key'>[]
    readonly rows: readonly Row[]
  }[],
): string =>
  JSON.stringify(
    stages.map(({ name, gates, rows }) => [
      name,
      gates.map(({ key }) => key),
      rows.map(({ actions }) => actions.map((action) => action.name)),
    ]),
  )
