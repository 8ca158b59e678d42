import './line-diff.css'
import { useState } from 'react'
import type { DiffBlock } from './diff.ts'

const CONTEXT = 3
/** lines that are drawn at first */
const MOST_LINES = 1500

export interface LineDiffProps {
  readonly a: readonly string[]
  readonly b: readonly string[]
  readonly blocks: readonly DiffBlock[]
  readonly label: string
}

/** Two texts, line by line: what went, what came, and a little around it. */
export function LineDiff({ a, b, blocks, label }: LineDiffProps) {
  const [most, setMost] = useState(MOST_LINES)
  if (blocks.every(({ kind }) => kind === 'same')) return <p className="quiet">Both are the same.</p>
  const lines = blocks.flatMap((block, index) => linesOfBlock(block, a, b, index === 0, index === blocks.length - 1))
  return (
    <div className="line-diff" role="table" aria-label={label}>
      {lines.slice(0, most).map(({ kind, left, right, text }) => (
        <div key={`${kind} ${left ?? ''} ${right ?? ''}`} role="row" className="line-diff-line" data-kind={kind}>
          <span role="cell" className="line-diff-number">
            {left}
          </span>
          <span role="cell" className="line-diff-number">
            {right}
          </span>
          <span role="cell" className="line-diff-mark">
            {MARKS[kind]}
          </span>
          <span role="cell" className="line-diff-text">
            {text}
          </span>
        </div>
      ))}
      {lines.length > most && (
        <button type="button" className="line-diff-more" onClick={() => setMost(most * 4)}>
          {(lines.length - most).toLocaleString('en')} more lines
        </button>
      )}
    </div>
  )
}

const MARKS = { same: ' ', removed: '−', added: '+', gap: '⋯' } as const

interface Line {
  readonly kind: keyof typeof MARKS
  /** from 1 */
  readonly left?: number
  readonly right?: number
  readonly text: string
}

function linesOfBlock(
  block: DiffBlock,
  a: readonly string[],
  b: readonly string[],
  isFirst: boolean,
  isLast: boolean,
): readonly Line[] {
  if (block.kind === 'changed') {
    return [
      ...a
        .slice(block.a, block.a + block.removed)
        .map((text, index): Line => ({ kind: 'removed', left: block.a + index + 1, text })),
      ...b
        .slice(block.b, block.b + block.added)
        .map((text, index): Line => ({ kind: 'added', right: block.b + index + 1, text })),
    ]
  }
  const line = (index: number): Line => ({
    kind: 'same',
    left: block.a + index + 1,
    right: block.b + index + 1,
    text: b[block.b + index] ?? '',
  })
  const numbers = (from: number, to: number): readonly Line[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, index) => line(from + index))
  const before = isFirst ? 0 : CONTEXT
  const after = isLast ? 0 : CONTEXT
  if (block.count <= before + after + 1) return numbers(0, block.count)
  const hidden = block.count - before - after
  return [
    ...numbers(0, before),
    { kind: 'gap', left: block.a + before + 1, text: `${hidden.toLocaleString('en')} lines are the same` },
    ...numbers(block.count - after, block.count),
  ]
}
