/** What is in the artifacts of both executions: which files differ, and how. */
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import Header from '@cloudscape-design/components/header'
import Spinner from '@cloudscape-design/components/spinner'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { diffLines } from '../../log-view/diff.ts'
import { LineDiff } from '../../log-view/LineDiff.tsx'
import { entriesOf, textOf, type StoredObject } from '../execution/artifact-queries.ts'
import { bytes } from '../execution/artifacts.ts'
import { diffFiles, type FileDifference } from './artifact-files.ts'
import type { Pair } from './compare-runs.ts'

const MOST_SHOWN = 200

export function ArtifactDifferences({ pairs }: { pairs: readonly Pair<StoredObject>[] }) {
  const both = pairs.flatMap(({ name, a, b, isSame }) =>
    a === undefined || b === undefined || isSame ? [] : [{ name, a, b }],
  )
  if (both.length === 0) return <></>
  return (
    <section aria-label="Inside the artifacts">
      <Header variant="h2">Inside the artifacts</Header>
      {both.map((pair) => (
        <Archive key={pair.name} {...pair} />
      ))}
    </section>
  )
}

interface Both {
  readonly name: string
  readonly a: StoredObject
  readonly b: StoredObject
}

function Archive({ name, a, b }: Both) {
  const [isOpen, setOpen] = useState(false)
  return (
    <ExpandableSection headerText={name} expanded={isOpen} onChange={({ detail }) => setOpen(detail.expanded)}>
      {isOpen && <Files name={name} a={a} b={b} />}
    </ExpandableSection>
  )
}

function Files({ name, a, b }: Both) {
  const before = useQuery(entriesOf(a))
  const after = useQuery(entriesOf(b))
  const [shown, setShown] = useState<string>()
  const error = before.error ?? after.error
  if (error !== null) return <ErrorPanel error={error} />
  if (before.data === undefined || after.data === undefined) return <Spinner />
  const differences = diffFiles(before.data.entries, after.data.entries)
  if (differences.length === 0) return <p className="quiet">Both have the same files, of the same sizes.</p>
  return (
    <>
      <ul className="compare-files" aria-label={`Files that differ in ${name}`}>
        {differences.slice(0, MOST_SHOWN).map((file) => (
          <li key={file.path}>
            <button
              type="button"
              className="compare-file"
              aria-expanded={shown === file.path}
              onClick={() => setShown(shown === file.path ? undefined : file.path)}
            >
              <code>{file.path}</code>
            </button>
            <span className="quiet">{sizesOf(file)}</span>
            {shown === file.path && <Text a={a} b={b} file={file} />}
          </li>
        ))}
      </ul>
      {differences.length > MOST_SHOWN && <p className="quiet">{differences.length - MOST_SHOWN} more files differ.</p>}
    </>
  )
}

function sizesOf({ a, b }: FileDifference): string {
  if (a === undefined) return `new, ${bytes(b ?? 0)}`
  if (b === undefined) return `gone, it had ${bytes(a)}`
  return `${bytes(a)} → ${bytes(b)}`
}

function Text({ a, b, file }: { a: StoredObject; b: StoredObject; file: FileDifference }) {
  const before = useQuery({ ...textOf(a, file.path), enabled: file.a !== undefined })
  const after = useQuery({ ...textOf(b, file.path), enabled: file.b !== undefined })
  const error = before.error ?? after.error
  if (error !== null) return <ErrorPanel error={error} />
  if ((file.a !== undefined && before.isPending) || (file.b !== undefined && after.isPending)) return <Spinner />
  if (before.data === null || after.data === null) return <p className="quiet">It is no text.</p>
  const [one, other] = [before.data?.split('\n') ?? [], after.data?.split('\n') ?? []]
  return (
    <div className="compare-text">
      <LineDiff a={one} b={other} blocks={diffLines(one, other)} label={`Differences of ${file.path}`} />
    </div>
  )
}
