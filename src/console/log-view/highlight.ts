import type { Span, Style } from './ansi.ts'
import type { Range } from './pattern.ts'

/** A stretch of a line that looks the same all over. */
export interface Stretch {
  /** where in the line it begins */
  readonly from: number
  readonly text: string
  readonly style: Style
  readonly isMatch: boolean
}

/** Cuts the spans of a line where matches begin and end. @param ranges in order, apart */
export function highlight(spans: readonly Span[], ranges: readonly Range[]): readonly Stretch[] {
  const stretches: Stretch[] = []
  let begin = 0
  let nth = 0
  for (const { text, style } of spans) {
    const end = begin + text.length
    for (let at = begin; at < end;) {
      while (nth < ranges.length && (ranges[nth]?.[1] ?? 0) <= at) nth += 1
      const [from, to] = ranges[nth] ?? [Infinity, Infinity]
      const isMatch = at >= from
      const next = Math.min(end, isMatch ? to : from)
      stretches.push({ from: at, text: text.slice(at - begin, next - begin), style, isMatch })
      at = next
    }
    begin = end
  }
  return stretches
}
