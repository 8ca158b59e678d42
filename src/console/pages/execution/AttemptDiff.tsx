/** What two tries of an action said differently. Times and random ids differ always, and are not shown as differences. */
import Select from '@cloudscape-design/components/select'
import Spinner from '@cloudscape-design/components/spinner'
import { useEffect, useMemo, useReducer, useState } from 'react'
import { stripAnsi } from '../../log-view/ansi.ts'
import { diffLines, essence } from '../../log-view/diff.ts'
import type { LogFeed } from '../../log-view/feed.ts'
import { LineDiff, type LineDiffProps } from '../../log-view/LineDiff.tsx'
import { useFeeds } from '../../log-view/use-feeds.ts'
import type { Run } from './attempts.ts'

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
      {found === undefined ? <Spinner /> : <LineDiff {...found} label="Differences of two logs" />}
    </div>
  )
}

function compare(one: LogFeed, other: LogFeed): Omit<LineDiffProps, 'label'> {
  const [a, b] = [linesOf(one), linesOf(other)]
  return { a, b, blocks: diffLines(a.map(essence), b.map(essence)) }
}

const linesOf = ({ buffer }: LogFeed): readonly string[] =>
  Array.from({ length: buffer.count }, (_, line) => stripAnsi(buffer.text(line)))
