/** How a stage is laid out within: head, rail, conditions, and its actions in rows. */
import type { StageConditionKey } from '../../core/pipeline/declaration.ts'
import type { Gate } from './model.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Rect extends Size {
  readonly x: number
  readonly y: number
}

export interface StageSpot extends Rect {
  readonly name: string
  readonly door: Rect
  /** where executions inside stand */
  readonly rail: Rect
  readonly gates: readonly (Rect & { readonly key: StageConditionKey })[]
  readonly actions: readonly (Rect & { readonly name: string })[]
}

/** What of a stage matters here. */
export interface StageShape {
  readonly name: string
  readonly gates: readonly Pick<Gate, 'key'>[]
  readonly rows: readonly { readonly actions: readonly { readonly name: string }[] }[]
}

/** The sizes of things in px at a zoom of 1. */
export const SIZES = {
  header: 42,
  rail: 34,
  padding: 12,
  gate: 26,
  /** an action in a row of few, and in a crowd */
  action: { width: 216, height: 60 },
  small: { width: 150, height: 44 },
  /** between actions that run side by side, and between rows */
  beside: 8,
  between: 18,
  door: { width: 30, height: 44 },
  /** from stage to stage: room for a door and for those who wait at it */
  gap: 112,
  gapDown: 74,
  lines: 72,
} as const

/** more side by side than this are a crowd */
const FEW = 3
const CROWDED_STAGE = 14

export type Inside = Omit<StageSpot, 'name' | 'door' | 'x' | 'y'>

const ENTRY: ReadonlySet<StageConditionKey> = new Set(['beforeEntry'])

/** @param fixedWidth of a column; absent: as wide as its widest row */
export function layoutStage({ gates, rows }: StageShape, fixedWidth?: number): Inside {
  const count = rows.reduce((sum, { actions }) => sum + actions.length, 0)
  const grids = rows.map(({ actions }) => gridOf(actions.length, count > CROWDED_STAGE, fixedWidth))
  const widest = Math.max(SIZES.action.width, ...grids.map(({ width }) => width))
  const inner = fixedWidth === undefined ? widest : fixedWidth - 2 * SIZES.padding
  const width = inner + 2 * SIZES.padding
  let y = SIZES.header
  const rail = { x: SIZES.padding, y, width: inner, height: SIZES.rail }
  y += SIZES.rail + 4
  const gateSpots: (Rect & { readonly key: StageConditionKey })[] = []
  const addGates = (which: (key: StageConditionKey) => boolean): void => {
    for (const { key } of gates.filter((gate) => which(gate.key))) {
      gateSpots.push({ key, x: SIZES.padding, y, width: inner, height: SIZES.gate })
      y += SIZES.gate + SIZES.beside
    }
  }
  addGates((key) => ENTRY.has(key))
  const actions: (Rect & { readonly name: string })[] = []
  for (const [index, row] of rows.entries()) {
    const grid = grids[index]
    if (grid === undefined) continue
    if (index > 0) y += SIZES.between
    actions.push(...cells(row.actions, grid, inner, y))
    y += grid.height
  }
  y += SIZES.padding
  addGates((key) => !ENTRY.has(key))
  return { width, height: y + (gates.some(({ key }) => !ENTRY.has(key)) ? 2 : 0), rail, gates: gateSpots, actions }
}

interface Grid extends Size {
  readonly columns: number
  readonly cell: Size
}

function gridOf(count: number, isCrowded: boolean, fixedWidth: number | undefined): Grid {
  const isCrowd = isCrowded || count > FEW
  const cell = isCrowd ? SIZES.small : SIZES.action
  const fits =
    fixedWidth === undefined
      ? Infinity
      : Math.max(1, Math.floor((fixedWidth - 2 * SIZES.padding + SIZES.beside) / (SIZES.small.width + SIZES.beside)))
  const wanted = isCrowd ? Math.min(count, Math.max(2, Math.ceil(Math.sqrt(count / 1.6)))) : count
  const columns = Math.max(1, Math.min(wanted, fits))
  const lines = Math.ceil(count / columns)
  return {
    columns,
    cell,
    width: columns * cell.width + (columns - 1) * SIZES.beside,
    height: lines * cell.height + Math.max(0, lines - 1) * SIZES.beside,
  }
}

/** A row narrower than its stage is stretched, but not out of shape. */
function cells(
  actions: readonly { readonly name: string }[],
  { columns, cell }: Grid,
  inner: number,
  top: number,
): readonly (Rect & { readonly name: string })[] {
  const share = (inner - (columns - 1) * SIZES.beside) / columns
  const width = Math.min(share, cell.width * 2.2)
  const left = SIZES.padding + (inner - columns * width - (columns - 1) * SIZES.beside) / 2
  return actions.map(({ name }, index) => ({
    name,
    x: left + (index % columns) * (width + SIZES.beside),
    y: top + Math.floor(index / columns) * (cell.height + SIZES.beside),
    width,
    height: cell.height,
  }))
}
