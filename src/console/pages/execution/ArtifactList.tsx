/** What the actions made: each archive can be looked into, and everything can be saved. */
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import Spinner from '@cloudscape-design/components/spinner'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { getOwn } from '../../api/session.ts'
import { region } from '../../api/region.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { artifactsOf, bytes, OBJECT_PATH, type Artifact } from './artifacts.ts'
import type { Run } from './attempts.ts'

interface Entries {
  readonly entries: readonly { readonly path: string; readonly size: number; readonly modified: string }[]
  readonly truncated: boolean
}

const entriesOf = (artifact: Artifact) =>
  queryOptions({
    queryKey: ['artifact', artifact.bucket, artifact.key],
    queryFn: async ({ signal }) => await getOwn<Entries>(`artifacts/entries?${place(artifact)}`, signal),
    staleTime: Infinity,
    retry: false,
  })

const place = ({ bucket, key }: Artifact): string => new URLSearchParams({ bucket, key, region: region() }).toString()

export default function ArtifactList({ runs }: { runs: readonly Run[] }) {
  const artifacts = artifactsOf(runs)
  if (artifacts.length === 0) return <p className="quiet">Nothing was made yet.</p>
  return (
    <div className="artifacts">
      {artifacts.map((artifact) => (
        <ArtifactSection key={`${artifact.run.id} ${artifact.name}`} artifact={artifact} />
      ))}
    </div>
  )
}

function ArtifactSection({ artifact }: { artifact: Artifact }) {
  const [isOpen, setOpen] = useState(false)
  const { name, run, bucket, key } = artifact
  return (
    <ExpandableSection
      expanded={isOpen}
      onChange={({ detail }) => setOpen(detail.expanded)}
      headerText={name}
      headerDescription={`made by ${run.stage} / ${run.action}${run.attempt > 1 ? `, try ${run.attempt}` : ''}`}
      headerActions={
        <a className="artifact-save" href={`${OBJECT_PATH}object?${place(artifact)}`} download>
          Download
        </a>
      }
    >
      <div className="quiet artifact-place">
        <code>
          s3://{bucket}/{key}
        </code>
      </div>
      {isOpen && <Files artifact={artifact} />}
    </ExpandableSection>
  )
}

function Files({ artifact }: { artifact: Artifact }) {
  const { data, error, refetch } = useQuery(entriesOf(artifact))
  const [shown, setShown] = useState<string>()
  const [filter, setFilter] = useState('')
  if (error !== null) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (data === undefined) return <Spinner />
  const matching = data.entries.filter(({ path }) => path.toLowerCase().includes(filter.toLowerCase()))
  return (
    <>
      {data.entries.length > 12 && (
        <input
          className="artifact-filter"
          type="search"
          placeholder={`Find in ${data.entries.length} files`}
          aria-label="Find files"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      )}
      <ul className="artifact-files" aria-label={`Files of ${artifact.name}`}>
        {matching.slice(0, MOST_SHOWN).map(({ path, size }) => (
          <li key={path}>
            <button
              type="button"
              className="run-name"
              aria-expanded={shown === path}
              onClick={() => setShown(shown === path ? undefined : path)}
            >
              <code>{path}</code>
            </button>
            <span className="quiet">{bytes(size)}</span>
            <a
              href={`${OBJECT_PATH}file?${place(artifact)}&path=${encodeURIComponent(path)}`}
              download
              aria-label={`Download ${path}`}
            >
              Download
            </a>
            {shown === path && <FileText artifact={artifact} path={path} />}
          </li>
        ))}
      </ul>
      {matching.length > MOST_SHOWN && (
        <p className="quiet">{matching.length - MOST_SHOWN} more files: find some of them above.</p>
      )}
      {data.truncated && <p className="quiet">The archive has more files than are listed; the download has all.</p>}
    </>
  )
}

const MOST_SHOWN = 300

/** The beginning of a file, as text whatever it is. */
function FileText({ artifact, path }: { artifact: Artifact; path: string }) {
  const { data, error } = useQuery({
    queryKey: ['artifact', artifact.bucket, artifact.key, path],
    queryFn: async ({ signal }) => {
      const url = `${OBJECT_PATH}file?${place(artifact)}&path=${encodeURIComponent(path)}&view=text`
      const response = await fetch(url, { credentials: 'same-origin', signal })
      const text = await response.text()
      if (!response.ok) throw new Error(text)
      return text
    },
    staleTime: Infinity,
    retry: false,
  })
  if (error !== null) return <ErrorPanel error={error} />
  if (data === undefined) return <Spinner />
  // oxlint-disable-next-line no-control-regex -- bytes that no text has say that it is none
  if (/[\u0000-\u0008\u000E-\u001A]/.test(data.slice(0, 4000)))
    return <p className="quiet">It is no text. The download has it.</p>
  return <pre className="artifact-text">{data}</pre>
}
