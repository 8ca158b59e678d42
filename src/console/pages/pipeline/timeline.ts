/**
 * The slider's time: long stretches in which nothing happened are cut short, so that a night takes no more room than a coffee break.
 * Positions are ms of this shortened time.
 */
import type { Mark } from '../../graph/marks.ts'
import type { Instant } from '../../graph/model.ts'

export interface Timeline {
  readonly length: number
  readonly marks: readonly (Mark & { readonly position: number })[]
  readonly positionOf: (at: Instant) => number
  readonly instantAt: (position: number) => Instant
}

const LONGEST_GAP_MS = 20_000

export function timelineOf(marks: readonly Mark[], now: Instant): Timeline {
  const placed: (Mark & { readonly position: number })[] = []
  let position = 0
  let before: Instant | undefined
  for (const mark of marks) {
    position += before === undefined ? 0 : Math.min(mark.at - before, LONGEST_GAP_MS)
    before = mark.at
    placed.push({ ...mark, position })
  }
  const end = before === undefined ? 0 : position + Math.min(Math.max(0, now - before), LONGEST_GAP_MS)
  const lastBefore = (fits: (mark: (typeof placed)[number]) => boolean) => {
    let [low, high] = [0, placed.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const mark = placed[middle]
      if (mark !== undefined && fits(mark)) low = middle + 1
      else high = middle
    }
    return { mark: placed[low - 1], next: placed[low] }
  }
  return {
    length: end,
    marks: placed,
    positionOf(at) {
      const { mark, next } = lastBefore((each) => each.at <= at)
      if (mark === undefined) return 0
      return Math.min(mark.position + (at - mark.at), next?.position ?? end)
    },
    instantAt(wanted) {
      const { mark } = lastBefore((each) => each.position <= wanted)
      if (mark === undefined) return placed[0]?.at ?? now
      return mark.at + (wanted - mark.position)
    },
  }
}
