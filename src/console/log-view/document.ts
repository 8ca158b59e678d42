/** What the log view shows: one log as it is, or several in the order of time. Places in it count from 0. */
import type { LogFeed } from './feed.ts'
import { createMergedLog } from './merge.ts'
import type { Numbers } from './numbers.ts'

export interface LogDocument {
  readonly feeds: readonly LogFeed[]
  readonly count: number
  at(place: number): { readonly log: number; readonly line: number }
  /** where a line of a log stands; -1 when it is not there yet */
  placeOf(log: number, line: number): number
  /** takes in what arrived. @returns the first place that is not what it was */
  update(): number
}

export function createDocument(feeds: readonly LogFeed[]): LogDocument {
  const [only] = feeds
  if (feeds.length === 1 && only !== undefined) return singleDocument(feeds, only)
  const merged = createMergedLog()
  for (const { buffer } of feeds) merged.add(buffer)
  return {
    feeds,
    get count() {
      return merged.count
    },
    at: (place) => merged.at(place),
    placeOf: (log, line) => merged.rowOf(log, line),
    update: () => merged.update(),
  }
}

function singleDocument(feeds: readonly LogFeed[], { buffer }: LogFeed): LogDocument {
  let count = 0
  return {
    feeds,
    get count() {
      return count
    },
    at: (line) => ({ log: 0, line }),
    placeOf: (_log, line) => (line < count ? line : -1),
    update() {
      const before = count
      count = buffer.count
      return before
    },
  }
}

/**
 * The next or previous of some lines of each log, from a place on, around the end.
 * @param lists for each log of the document the lines in question
 * @returns its place; undefined when there is none
 */
export function nextPlace(
  document: LogDocument,
  lists: readonly Numbers[],
  from: number | undefined,
  direction: 1 | -1,
): number | undefined {
  const beyond = direction === 1 ? -1 : document.count
  return nearest(document, lists, from ?? beyond, direction) ?? nearest(document, lists, beyond, direction)
}

/** How many of the lines stand at or before a place. */
export const countUpTo = (document: LogDocument, lists: readonly Numbers[], place: number): number =>
  lists.reduce((sum, list, log) => sum + firstBeyond(document, list, log, place), 0)

function nearest(
  document: LogDocument,
  lists: readonly Numbers[],
  from: number,
  direction: 1 | -1,
): number | undefined {
  let best: number | undefined
  for (const [log, list] of lists.entries()) {
    const after = firstBeyond(document, list, log, direction === 1 ? from : from - 1)
    const line = list.at(direction === 1 ? after : after - 1)
    if (line === undefined) continue
    const place = document.placeOf(log, line)
    if (place >= 0 && (best === undefined || (place - best) * direction < 0)) best = place
  }
  return best
}

/** Index of the first line of the list that stands behind the place: lines of one log ascend with their places. */
function firstBeyond(document: LogDocument, list: Numbers, log: number, place: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const there = document.placeOf(log, list.at(middle) ?? 0)
    if (there >= 0 && there <= place) low = middle + 1
    else high = middle
  }
  return low
}
