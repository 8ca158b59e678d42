/** What is in the artifacts of both executions: which files differ, and how. */
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import Header from '@cloudscape-design/components/header'
import Spinner from '@cloudscape-design/components/spinner'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { archive, archiveText } from '../../api/archives.ts'
import { TextDiff } from '../../log-view/TextDiff.tsx'
import { entryChanges, type EntryChange } from '../approvals/changes.ts'
import { bytes, isText } from '../execution/artifacts.ts'
import type { Pair, StoredObject } from './compare-runs.ts'

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
  const before = useQuery(archive(a))
  const after = useQuery(archive(b))
  const [shown, setShown] = useState<string>()
  const error = before.error ?? after.error
  if (error !== null) return <ErrorPanel error={error} />
  if (before.data === undefined || after.data === undefined) return <Spinner />
  const differences = entryChanges(before.data.entries, after.data.entries)
  if (differences.length === 0) return <p className="quiet">Both have the same files.</p>
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

function sizesOf({ before, after }: EntryChange): string {
  if (before === undefined) return `new, ${bytes(after ?? 0)}`
  if (after === undefined) return `gone, it had ${bytes(before)}`
  return before === after ? `${bytes(before)}, with other content` : `${bytes(before)} → ${bytes(after)}`
}

function Text({ a, b, file }: { a: StoredObject; b: StoredObject; file: EntryChange }) {
  const before = useQuery({ ...archiveText(a, file.path), enabled: file.before !== undefined })
  const after = useQuery({ ...archiveText(b, file.path), enabled: file.after !== undefined })
  const error = before.error ?? after.error
  if (error !== null) return <ErrorPanel error={error} />
  if (before.isLoading || after.isLoading) return <Spinner />
  const [one, other] = [before.data ?? '', after.data ?? '']
  if (!isText(one) || !isText(other)) return <p className="quiet">It is no text.</p>
  return (
    <div className="compare-text">
      <TextDiff before={one} after={other} label={`Differences of ${file.path}`} />
    </div>
  )
}
