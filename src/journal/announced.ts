import type { EventRow } from '../store/store.ts'

/** Beyond this they are better read from the store, a portion at a time, than kept in memory. */
const KEPT = 1000

/** Rows that this process committed a moment ago: a consumer that has kept up need not read them back. */
export interface Announced {
  add(rows: readonly EventRow[]): void
  /** All that came behind `after`; undefined when something in between was not announced, or nothing at all was: read the store. */
  take(after: number): readonly EventRow[] | undefined
}

export function createAnnounced(): Announced {
  let kept: EventRow[] = []
  return {
    add(rows) {
      if (kept.length + rows.length > KEPT) kept = []
      else kept.push(...rows)
    },
    take(after) {
      const news = kept.filter(({ sequence }) => sequence > after)
      kept = []
      const complete = news.every(({ sequence }, index) => sequence === after + 1 + index)
      return complete && news.length > 0 ? news : undefined
    },
  }
}
