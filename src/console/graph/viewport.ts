/** Which part of the layout is seen, and how large. Pure. */
import { isNarrow, type Layout, type Size } from './layout.ts'

/** As React Flow has it: where the layout's origin lies in the frame, and the zoom. */
export interface Viewport {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

/** The middle of what is seen, in px of the layout, and how large. */
export interface Outlook {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

const MARGIN = 36
/** a picture never needs more of the page than this */
export const MOST_OF_PAGE = 0.62
export const LEAST_HEIGHT = 260
/** React Flow zooms no further out; 50 stages of 50 actions fit */
export const MIN_ZOOM = 0.04
export const MAX_ZOOM = 1.6

export function fitted(layout: Layout, view: Size): Viewport {
  if (layout.direction === 'down') return { x: (view.width - layout.width) / 2, y: 8, zoom: 1 }
  const height = frameHeight(layout, view)
  const zoom = Math.max(
    MIN_ZOOM,
    Math.min(1, (view.width - 2 * MARGIN) / layout.width, (height - 2 * MARGIN) / layout.height),
  )
  return { x: (view.width - layout.width * zoom) / 2, y: (height - layout.height * zoom) / 2, zoom }
}

export function viewportOf({ x, y, zoom }: Outlook, layout: Layout, view: Size): Viewport {
  const within = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom))
  return { x: view.width / 2 - x * within, y: frameHeight(layout, view) / 2 - y * within, zoom: within }
}

export const outlookOf = ({ x, y, zoom }: Viewport, layout: Layout, view: Size): Outlook => ({
  x: Math.round((view.width / 2 - x) / zoom),
  y: Math.round((frameHeight(layout, view) / 2 - y) / zoom),
  zoom: Math.round(zoom * 1000) / 1000,
})

export function frameHeight(layout: Layout, view: Size): number {
  if (view.width === 0) return LEAST_HEIGHT
  if (layout.direction === 'down') return layout.height + 24
  const scale = Math.min(1, (view.width - 2 * MARGIN) / layout.width)
  return Math.round(Math.min(view.height, Math.max(LEAST_HEIGHT, layout.height * scale + 2 * MARGIN + 8)))
}

/** A frame that was not measured yet is as good as a usual one. */
export function roomIn(view: Size): Size {
  if (view.width === 0) return { width: 1200, height: 600 }
  return isNarrow(view) ? view : { width: view.width - 2 * MARGIN, height: view.height - 2 * MARGIN }
}

/** Where one looked, or at everything. */
export const startOf = (outlook: Outlook | undefined, layout: Layout, view: Size): Viewport =>
  outlook === undefined ? fitted(layout, view) : viewportOf(outlook, layout, view)
