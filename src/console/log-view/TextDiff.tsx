import { diffLines } from './diff.ts'
import { LineDiff } from './LineDiff.tsx'

/** Two texts, line by line: what went, what came, and a little around it. */
export function TextDiff({ before, after, label }: { before: string; after: string; label: string }) {
  const [a, b] = [linesOf(before), linesOf(after)]
  return <LineDiff a={a} b={b} blocks={diffLines(a, b)} label={label} />
}

/** A text that is not there has no lines, not an empty one. */
const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.split('\n'))
