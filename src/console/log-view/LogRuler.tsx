import { memo } from 'react'
import type { LogDocument } from './document.ts'
import type { LogModel } from './model.ts'
import type { Numbers } from './numbers.ts'

const BUCKETS = 240
/** of a longer list every so-manieth is drawn: there is no room for more */
const MOST_MARKS = 4000

/** Where in the whole log failures and matches are, beside the scroll bar. For the eye only: keys and buttons lead there too. */
export const LogRuler = memo(
  ({
    model,
    failures,
    found,
  }: {
    model: LogModel
    failures: readonly Numbers[]
    found: readonly Numbers[]
    version: number
  }) => (
    <div className="log-ruler" aria-hidden="true">
      {bucketsOf(model, found).map((bucket) => (
        <i
          key={`found ${bucket}`}
          className="log-tick"
          data-kind="found"
          style={{ top: `${(bucket / BUCKETS) * 100}%` }}
        />
      ))}
      {bucketsOf(model, failures).map((bucket) => (
        <i
          key={`failure ${bucket}`}
          className="log-tick"
          data-kind="failure"
          style={{ top: `${(bucket / BUCKETS) * 100}%` }}
        />
      ))}
    </div>
  ),
  (a, b) => a.version === b.version,
)

function bucketsOf(model: LogModel, lists: readonly Numbers[]): readonly number[] {
  const buckets = new Set<number>()
  for (const [log, list] of lists.entries()) addBuckets(buckets, model, model.document, log, list)
  return [...buckets]
}

function addBuckets(buckets: Set<number>, model: LogModel, document: LogDocument, log: number, list: Numbers): void {
  const step = Math.max(1, Math.ceil(list.length / MOST_MARKS))
  for (let index = 0; index < list.length; index += step) {
    const place = document.placeOf(log, list.at(index) ?? 0)
    if (place < 0) continue
    const top = model.heights.top(model.rows.row(place))
    buckets.add(Math.min(BUCKETS - 1, Math.floor((top / Math.max(1, model.heights.total)) * BUCKETS)))
  }
}
