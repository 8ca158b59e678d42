/**
 * Which part of a log is in view. It belongs to the reader: what arrives, is folded or turns out higher never moves what they look
 * at. Only at the end, and only while they follow, it goes along.
 */
import type { LogModel } from './model.ts'
import { placeAt, scrolledTo, type ScrollPlace } from './scroll-scale.ts'

/** what stays where it is: a line of a log, and how far it is above the edge of the view */
export interface Anchor {
  readonly log: number
  readonly line: number
  readonly above: number
}

export interface Viewport {
  readonly anchor: Anchor
  readonly place: ScrollPlace
  /** the browser is somewhere else, and must be told */
  readonly isMoved: boolean
  /** goes along with the end */
  readonly isFollowing: boolean
  /** lines that came since one stopped following */
  readonly unseen: number
  /** the first place of the document in view */
  readonly top: number
  /** is a place of the document wholly in view? */
  sees(place: number): boolean
  /** rows in view, and a few around them */
  rows(): { readonly from: number; readonly to: number }
  resize(height: number): void
  /** the browser was told `place`, and is there now */
  shown(scrollTop: number): void
  /** the browser scrolled. @returns where it should have scrolled to */
  scrolled(scrollTop: number): number
  follow(on: boolean): void
  /** brings a place of the document into view; stops following */
  show(place: number, where?: 'middle' | 'top'): void
  /** a row turned out to be of another height than it seemed */
  measured(row: number, height: number): void
  /** after the model changed */
  refresh(): void
}

const AROUND_PX = 400
/** so close to the end counts as at the end */
const END_PX = 8

export function createViewport(model: LogModel, isFollowing: boolean, changed: () => void, begin?: Anchor): Viewport {
  let height = 600
  let y = 0
  let place: ScrollPlace = { scrollTop: 0, offset: 0 }
  /** where the browser is; `place` is where it will be told to be */
  let shown = place
  let anchor = begin ?? { log: 0, line: 0, above: 0 }
  /** who looks at the beginning goes on looking at the beginning */
  let isAtTop = begin === undefined
  let following = isFollowing
  let seen = 0

  const { heights, document } = model
  const end = (): number => Math.max(0, heights.total - height)
  const moveTo = (to: number): void => {
    y = Math.min(Math.max(0, to), end())
    place = placeAt(y, heights.total, height)
  }
  const drop = (): void => {
    const row = heights.rowAt(y)
    anchor = { ...document.at(model.rows.line(row)), above: y - heights.top(row) }
    isAtTop = y <= 0
  }
  const settle = (): void => {
    if (following) {
      moveTo(end())
      seen = document.count
    } else if (isAtTop) {
      moveTo(0)
    } else {
      const at = document.placeOf(anchor.log, anchor.line)
      const row = model.rows.row(Math.max(0, at))
      const isHidden = at >= 0 && model.rows.isHidden(at)
      moveTo(heights.top(row) + (isHidden ? 0 : Math.min(anchor.above, heights.height(row))))
    }
  }

  return {
    get anchor() {
      return anchor
    },
    get place() {
      return place
    },
    get isMoved() {
      return Math.abs(place.scrollTop - shown.scrollTop) >= 1
    },
    get isFollowing() {
      return following
    },
    get unseen() {
      return following ? 0 : Math.max(0, document.count - seen)
    },
    get top() {
      return model.rows.line(heights.rowAt(y))
    },
    sees(at) {
      const row = model.rows.row(at)
      const from = heights.top(row)
      return from >= y && from + heights.height(row) <= y + height
    },
    rows() {
      if (heights.count === 0) return { from: 0, to: 0 }
      return { from: heights.rowAt(Math.max(0, y - AROUND_PX)), to: heights.rowAt(y + height + AROUND_PX) + 1 }
    },
    resize(value) {
      if (value === height || value <= 0) return
      height = value
      settle()
      changed()
    },
    shown(scrollTop) {
      shown = { scrollTop, offset: place.offset }
    },
    scrolled(scrollTop) {
      // an echo of what the browser was told: it may come after more has arrived, and is nobody's wish
      if (Math.abs(scrollTop - shown.scrollTop) < 1) return scrollTop
      const before = shown.scrollTop + shown.offset
      const moved = scrolledTo(scrollTop, shown, heights.total, height)
      ;({ y, place } = moved)
      shown = place
      if (y >= end() - END_PX) following = true
      else if (y < before) following = false
      if (!following) seen = Math.max(seen, model.rows.line(heights.rowAt(y + height)) + 1)
      else seen = document.count
      drop()
      changed()
      return place.scrollTop
    },
    follow(on) {
      following = on
      seen = document.count
      if (on) settle()
      drop()
      changed()
    },
    show(at, where = 'middle') {
      model.reveal(at)
      following = false
      seen = Math.max(seen, document.count)
      const row = model.rows.row(at)
      moveTo(heights.top(row) - (where === 'top' ? 0 : height / 3))
      drop()
      changed()
    },
    measured(row, value) {
      if (heights.set(row, value) === 0) return
      settle()
      changed()
    },
    refresh() {
      settle()
      changed()
    },
  }
}
