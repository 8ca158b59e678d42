import { diffLines, type DiffBlock } from './diff.ts'

const CONTEXT = 3
const MOST_LINES = 400

interface Line {
  readonly kind: 'same' | 'removed' | 'added' | 'gap'
  readonly number: number
  readonly text: string
}

/** Two texts, line by line: what went, what came, and a little around it. */
export function TextDiff({ before, after, label }: { before: string; after: string; label: string }) {
  const [a, b] = [before.split('\n'), after.split('\n')]
  const lines = diffLines(a, b).flatMap((block) => linesOf(block, a, b))
  const shown = lines.slice(0, MOST_LINES)
  return (
    <div className="diff" role="group" aria-label={label}>
      {shown.map(({ kind, number, text }) => (
        <div key={`${kind} ${number}`} className="diff-line" data-kind={kind}>
          <span className="diff-mark">{MARKS[kind]}</span>
          <code>{text}</code>
        </div>
      ))}
      {lines.length > shown.length && <div className="quiet">{lines.length - shown.length} more lines</div>}
    </div>
  )
}

const MARKS = { same: ' ', removed: '−', added: '+', gap: '⋯' } as const

function linesOf(block: DiffBlock, a: readonly string[], b: readonly string[]): readonly Line[] {
  if (block.kind === 'same') return around(block, a)
  const removed = a.slice(block.a, block.a + block.removed)
  const added = b.slice(block.b, block.b + block.added)
  return [
    ...removed.map((text, index): Line => ({ kind: 'removed', number: block.a + index, text })),
    ...added.map((text, index): Line => ({ kind: 'added', number: block.b + index, text })),
  ]
}

function around({ a: from, count }: Extract<DiffBlock, { kind: 'same' }>, a: readonly string[]): readonly Line[] {
  const line = (number: number): Line => ({ kind: 'same', number, text: a[number] ?? '' })
  const all = Array.from({ length: Math.min(count, CONTEXT * 2 + 1) }, (_, index) => index)
  if (count <= CONTEXT * 2) return all.map((index) => line(from + index))
  const isFirst = from === 0
  const isLast = from + count >= a.length
  return [
    ...(isFirst ? [] : all.slice(0, CONTEXT).map((index) => line(from + index))),
    { kind: 'gap', number: from, text: `${count} lines are the same` },
    ...(isLast ? [] : all.slice(0, CONTEXT).map((index) => line(from + count - CONTEXT + index))),
  ]
}
