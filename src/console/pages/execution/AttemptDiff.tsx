/** What two tries of an action said differently. Times and random ids differ always, and are not shown as differences. */
import Select from '@cloudscape-design/components/select'
import Spinner from '@cloudscape-design/components/spinner'
import { useEffect, useMemo, useReducer, useState } from 'react'
import { stripAnsi } from '../../log-view/ansi.ts'
import { diffLines, essence, type DiffBlock } from '../../log-view/diff.ts'
import type { LogFeed } from '../../log-view/feed.ts'
import { useFeeds } from '../../log-view/use-feeds.ts'
import type { Run } from './attempts.ts'

const CONTEXT = 3
/** lines that are drawn at first */
const MOST_LINES = 1500

export default function AttemptDiff({ tries }: { tries: readonly Run[] }) {
  const [left, setLeft] = useState(tries.at(-2)?.id)
  const [right, setRight] = useState(tries.at(-1)?.id)
  const chosen = [left, right].flatMap((id) => tries.find((run) => run.id === id) ?? [])
  const feeds = useFeeds(
    chosen.flatMap(({ id, log }, index) => (log === undefined ? [] : [{ name: `${index} ${id}`, ...log }])),
  )
  const [version, look] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const stops = feeds.map((feed) => feed.subscribe(look))
    return () => {
      for (const stop of stops) stop()
    }
  }, [feeds])
  const [a, b] = feeds
  const isComplete = a?.status === 'complete' && b?.status === 'complete'
  const found = useMemo(
    () => (isComplete && a !== undefined && b !== undefined ? { version, ...compare(a, b) } : undefined),
    [isComplete, a, b, version],
  )
  const options = tries.map(({ id, attempt, status }) => ({ value: id, label: `Try ${attempt}: ${status}` }))
  return (
    <div className="attempt-diff">
      <div className="attempt-choice">
        <Select
          ariaLabel="First try"
          options={options}
          selectedOption={options.find(({ value }) => value === left) ?? null}
          onChange={({ detail }) => setLeft(detail.selectedOption.value)}
        />
        <span>and</span>
        <Select
          ariaLabel="Second try"
          options={options}
          selectedOption={options.find(({ value }) => value === right) ?? null}
          onChange={({ detail }) => setRight(detail.selectedOption.value)}
        />
      </div>
      {found === undefined ? <Spinner /> : <Lines {...found} />}
    </div>
  )
}

interface Compared {
  readonly a: readonly string[]
  readonly b: readonly string[]
  readonly blocks: readonly DiffBlock[]
}

function compare(one: LogFeed, other: LogFeed): Compared {
  const [a, b] = [linesOf(one), linesOf(other)]
  return { a, b, blocks: diffLines(a.map(essence), b.map(essence)) }
}

const linesOf = ({ buffer }: LogFeed): readonly string[] =>
  Array.from({ length: buffer.count }, (_, line) => stripAnsi(buffer.text(line)))

function Lines({ a, b, blocks }: Compared) {
  const [most, setMost] = useState(MOST_LINES)
  if (blocks.every(({ kind }) => kind === 'same')) return <p className="quiet">Both said the same.</p>
  const lines = blocks.flatMap((block, index) => linesOfBlock(block, a, b, index === 0, index === blocks.length - 1))
  return (
    <div className="attempt-lines" role="table" aria-label="Differences of two logs">
      {lines.slice(0, most).map(({ kind, left, right, text }) => (
        <div key={`${kind} ${left ?? ''} ${right ?? ''}`} role="row" className="attempt-line" data-kind={kind}>
          <span role="cell" className="attempt-number">
            {left}
          </span>
          <span role="cell" className="attempt-number">
            {right}
          </span>
          <span role="cell" className="attempt-mark">
            {MARKS[kind]}
          </span>
          <span role="cell" className="attempt-text">
            {text}
          </span>
        </div>
      ))}
      {lines.length > most && (
        <button type="button" className="run-name" onClick={() => setMost(most * 4)}>
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
