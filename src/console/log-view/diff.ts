/**
 * What two attempts' logs say differently. Times, durations and random ids differ in every run and say nothing: lines that differ
 * in them only count as the same. Unique lines that both have are the fixed points (patience); what lies between them is compared
 * line by line when it is small, and called replaced when it is not: time grows with n log n, not with n².
 */
import { stripAnsi } from './ansi.ts'

export type DiffBlock =
  /** `count` lines of `a` from `a` on say the same as those of `b` from `b` on */
  | { readonly kind: 'same'; readonly a: number; readonly b: number; readonly count: number }
  /** lines a..a+removed became b..b+added; either may be none */
  | {
      readonly kind: 'changed'
      readonly a: number
      readonly b: number
      readonly removed: number
      readonly added: number
    }

/** What of a line is compared. */
export function essence(line: string): string {
  const text = stripAnsi(line.length > 4000 ? line.slice(0, 4000) : line)
  return /[0-9]/.test(text) ? VOLATILE.reduce((said, [pattern, name]) => said.replaceAll(pattern, name), text) : text
}

const VOLATILE: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\b/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{1,9}(?:\.\d{1,9})? ?(?:ms|s|sec|secs|seconds|min|minutes|µs|ns)\b/g, '<duration>'],
  [/\/tmp\/[\w.-]{1,100}/g, '<folder>'],
  [/\/src\d{6,12}\b/g, '<folder>'],
  [/\b(?:pid|PID)[ =:]\d{1,9}/g, '<pid>'],
]

/** @param a,b the lines' essences */
export function diffLines(a: readonly string[], b: readonly string[]): readonly DiffBlock[] {
  const [left, right] = numbered(a, b)
  const matches: Match[] = []
  align(left, right, { a: 0, aEnd: left.length, b: 0, bEnd: right.length }, matches)
  return blocksOf(matches, left.length, right.length)
}

interface Match {
  readonly a: number
  readonly b: number
  readonly count: number
}

interface Area {
  readonly a: number
  readonly aEnd: number
  readonly b: number
  readonly bEnd: number
}

/** areas up to this many cells are compared cell by cell */
const SMALL = 250_000

/** Equal lines get equal numbers: comparing costs nothing from here on. */
function numbered(a: readonly string[], b: readonly string[]): readonly [Int32Array, Int32Array] {
  const numbers = new Map<string, number>()
  const toNumber = (line: string): number => {
    const known = numbers.get(line) ?? numbers.size
    numbers.set(line, known)
    return known
  }
  return [Int32Array.from(a, toNumber), Int32Array.from(b, toNumber)]
}

/** A list of areas instead of recursion: logs may be made to nest deeply. */
function align(left: Int32Array, right: Int32Array, whole: Area, matches: Match[]): void {
  const areas = [whole]
  for (let area = areas.pop(); area !== undefined; area = areas.pop()) {
    let { a, aEnd, b, bEnd } = area
    let head = 0
    while (a + head < aEnd && b + head < bEnd && left[a + head] === right[b + head]) head += 1
    if (head > 0) matches.push({ a, b, count: head })
    a += head
    b += head
    let tail = 0
    while (aEnd - tail > a && bEnd - tail > b && left[aEnd - tail - 1] === right[bEnd - tail - 1]) tail += 1
    aEnd -= tail
    bEnd -= tail
    if (tail > 0) matches.push({ a: aEnd, b: bEnd, count: tail })
    if (a === aEnd || b === bEnd) continue
    const fixed = fixedPoints(left, right, { a, aEnd, b, bEnd })
    if (fixed.length === 0) {
      if ((aEnd - a) * (bEnd - b) <= SMALL) compareCells(left, right, { a, aEnd, b, bEnd }, matches)
      continue
    }
    for (const [index, point] of fixed.entries()) {
      const next = fixed[index + 1] ?? { a: aEnd, b: bEnd }
      if (index === 0) areas.push({ a, aEnd: point.a, b, bEnd: point.b })
      areas.push({ a: point.a, aEnd: next.a, b: point.b, bEnd: next.b })
    }
  }
}

/** Lines that both have exactly once, in the longest order that both agree on. */
function fixedPoints(left: Int32Array, right: Int32Array, { a, aEnd, b, bEnd }: Area): { a: number; b: number }[] {
  const inLeft = uniques(left, a, aEnd)
  const inRight = uniques(right, b, bEnd)
  const common: { a: number; b: number }[] = []
  for (const [line, at] of inLeft) {
    const other = inRight.get(line)
    if (at >= 0 && other !== undefined && other >= 0) common.push({ a: at, b: other })
  }
  return longestAscending(common.toSorted((one, other) => one.a - other.a))
}

/** line -> where it is; -1: more than once */
function uniques(lines: Int32Array, from: number, to: number): Map<number, number> {
  const found = new Map<number, number>()
  for (let at = from; at < to; at += 1) {
    const line = lines[at] ?? 0
    found.set(line, found.has(line) ? -1 : at)
  }
  return found
}

/** The longest part of the list whose `b` ascend (patience sorting). */
function longestAscending(points: readonly { a: number; b: number }[]): { a: number; b: number }[] {
  const tops: number[] = []
  const before = new Int32Array(points.length)
  for (const [index, { b }] of points.entries()) {
    let low = 0
    let high = tops.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((points[tops[middle] ?? 0]?.b ?? 0) < b) low = middle + 1
      else high = middle
    }
    before[index] = tops[low - 1] ?? -1
    tops[low] = index
  }
  const chosen: { a: number; b: number }[] = []
  for (let index = tops.at(-1) ?? -1; index >= 0; index = before[index] ?? -1)
    chosen.push(points[index] as { a: number; b: number })
  return chosen.reverse()
}

/** The longest common part of a small area, by the book. */
function compareCells(left: Int32Array, right: Int32Array, { a, aEnd, b, bEnd }: Area, matches: Match[]): void {
  const width = bEnd - b + 1
  const lengths = new Uint32Array((aEnd - a + 1) * width)
  for (let i = aEnd - a - 1; i >= 0; i -= 1)
    for (let j = bEnd - b - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        left[a + i] === right[b + j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0)
  for (let i = 0, j = 0; i < aEnd - a && j < bEnd - b;) {
    if (left[a + i] === right[b + j]) {
      matches.push({ a: a + i, b: b + j, count: 1 })
      i += 1
      j += 1
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i += 1
    else j += 1
  }
}

function blocksOf(matches: readonly Match[], aLength: number, bLength: number): readonly DiffBlock[] {
  const blocks: DiffBlock[] = []
  let a = 0
  let b = 0
  const change = (aTo: number, bTo: number): void => {
    if (a < aTo || b < bTo) blocks.push({ kind: 'changed', a, b, removed: aTo - a, added: bTo - b })
  }
  for (const match of matches.toSorted((one, other) => one.a - other.a)) {
    change(match.a, match.b)
    const last = blocks.at(-1)
    if (last?.kind === 'same') blocks[blocks.length - 1] = { ...last, count: last.count + match.count }
    else blocks.push({ kind: 'same', ...match })
    a = match.a + match.count
    b = match.b + match.count
  }
  change(aLength, bLength)
  return blocks
}
