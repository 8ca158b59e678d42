import Box from '@cloudscape-design/components/box'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import Spinner from '@cloudscape-design/components/spinner'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { commits, differences, fileText, type HistoryCommit } from '../../api/repositories.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { TextDiff } from '../../log-view/TextDiff.tsx'
import { Ago } from '../../ui/Ago.tsx'
import { ShortId } from '../../ui/Mono.tsx'

/** The commits behind a branch, along first parents. */
export function CommitHistory({ name, head }: { name: string; head: string }) {
  const { data, error } = useQuery(commits(name, head))
  if (error !== null) return <ErrorPanel error={error} />
  if (data === undefined) return <Spinner />
  return (
    <ol className="plain-list">
      {data.map((commit) => (
        <li key={commit.id} className="commit">
          <CommitView name={name} commit={commit} />
        </li>
      ))}
    </ol>
  )
}

function CommitView({ name, commit }: { name: string; commit: HistoryCommit }) {
  const { id, message, author, at, parent } = commit
  const [open, setOpen] = useState(false)
  const [title = '', ...rest] = message.split('\n')
  return (
    <ExpandableSection
      headerText={title === '' ? id.slice(0, 8) : title}
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
    >
      <Box color="text-body-secondary">
        <ShortId id={id} name="the commit's id" /> {author}, <Ago at={at} />
      </Box>
      {rest.join('\n').trim() !== '' && <pre className="document">{rest.join('\n').trim()}</pre>}
      {open && <CommitChanges name={name} before={parent} after={id} />}
    </ExpandableSection>
  )
}

const WORDS: Readonly<Record<string, string>> = { A: '+ new', D: '− gone', M: '± changed' }

function CommitChanges({ name, before, after }: { name: string; before: string | undefined; after: string }) {
  const { data, error } = useQuery(differences(name, before, after))
  if (error !== null) return <ErrorPanel error={error} />
  if (data === undefined) return <Spinner />
  return (
    <ul className="plain-list">
      {data.map(({ changeType = '', beforeBlob, afterBlob }) => {
        const path = afterBlob?.path ?? beforeBlob?.path ?? ''
        return (
          <li key={path}>
            {WORDS[changeType] ?? changeType} {path}
            <FileDiff
              name={name}
              path={path}
              before={changeType === 'A' ? undefined : before}
              after={changeType === 'D' ? undefined : after}
            />
          </li>
        )
      })}
    </ul>
  )
}

function FileDiff(props: { name: string; path: string; before: string | undefined; after: string | undefined }) {
  const { name, path, before, after } = props
  const was = useQuery({ ...fileText(name, before ?? '', path), enabled: before !== undefined })
  const is = useQuery({ ...fileText(name, after ?? '', path), enabled: after !== undefined })
  if ((before !== undefined && was.data === undefined) || (after !== undefined && is.data === undefined))
    return <Spinner />
  const [old, fresh] = [before === undefined ? '' : was.data?.text, after === undefined ? '' : is.data?.text]
  if (old === undefined || fresh === undefined) return <Box color="text-body-secondary">It is no text.</Box>
  return <TextDiff before={old} after={fresh} label={`Changes of ${path}`} />
}
