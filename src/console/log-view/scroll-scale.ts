/**
 * Browsers draw no element higher than some ten million pixels; a million lines are higher. So the scrolled element is kept small
 * and what is seen in it is moved: by pixels while one scrolls, by proportion when one drags the bar.
 */
export interface ScrollPlace {
  /** where the browser thinks it is */
  readonly scrollTop: number
  /** how much lower it really is */
  readonly offset: number
}

/** Firefox gives up at 17.8 million, Chromium at 33.5. */
export const MAX_HEIGHT = 10_000_000

export const domHeight = (total: number): number => Math.min(total, MAX_HEIGHT)

/** The place as the browser must be told to show it. @param y 0 to total - view */
export function placeAt(y: number, total: number, view: number): ScrollPlace {
  const hidden = total - domHeight(total)
  if (hidden <= 0) return { scrollTop: Math.max(0, y), offset: 0 }
  const part = Math.min(1, Math.max(0, y / Math.max(1, total - view)))
  const offset = Math.round(part * hidden)
  return { scrollTop: Math.max(0, y - offset), offset }
}

/**
 * After the browser scrolled by itself.
 * @returns the real place; where `place.scrollTop` differs from `scrollTop` the browser must be told
 */
export function scrolledTo(
  scrollTop: number,
  before: ScrollPlace,
  total: number,
  view: number,
): { readonly y: number; readonly place: ScrollPlace } {
  const dom = domHeight(total)
  if (total <= dom) return { y: scrollTop, place: { scrollTop, offset: 0 } }
  const end = dom - view
  if (scrollTop <= 0) return { y: 0, place: { scrollTop: 0, offset: 0 } }
  if (scrollTop >= end - 1) return { y: total - view, place: { scrollTop, offset: total - dom } }
  const isDragged = Math.abs(scrollTop - before.scrollTop) > view
  if (isDragged) {
    const y = (scrollTop / end) * (total - view)
    return { y, place: { scrollTop, offset: Math.round(y - scrollTop) } }
  }
  const y = scrollTop + before.offset
  const ideal = placeAt(y, total, view)
  // the browser is told only when it drifted far from where the bar should stand: telling it often makes the wheel jerk
  return Math.abs(ideal.scrollTop - scrollTop) > view * 20 || scrollTop < view || scrollTop > end - view
    ? { y, place: ideal }
    : { y, place: { scrollTop, offset: before.offset } }
}
