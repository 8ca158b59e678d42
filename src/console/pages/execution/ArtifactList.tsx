/** What the actions made: each archive can be looked into, and everything can be saved. */
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import Spinner from '@cloudscape-design/components/spinner'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { archive, archiveFileUrl, archiveText, archiveUrl } from '../../api/archives.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { artifactsOf, bytes, isText, type Artifact } from './artifacts.ts'
import type { Run } from './attempts.ts'

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
  const { name, run, place } = artifact
  return (
    <ExpandableSection
      expanded={isOpen}
      onChange={({ detail }) => setOpen(detail.expanded)}
      headerText={name}
      headerDescription={`made by ${run.stage} / ${run.action}${run.attempt > 1 ? `, try ${run.attempt}` : ''}`}
      headerActions={
        <a className="artifact-save" href={archiveUrl(artifact.place)} download>
          Download
        </a>
      }
    >
      <div className="quiet artifact-place">
        <code>
          s3://{place.bucket}/{place.key}
        </code>
      </div>
      {isOpen && <Files artifact={artifact} />}
    </ExpandableSection>
  )
}

function Files({ artifact }: { artifact: Artifact }) {
  const { data, error, refetch } = useQuery(archive(artifact.place))
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
            <a href={archiveFileUrl(artifact.place, path)} download aria-label={`Download ${path}`}>
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

function FileText({ artifact, path }: { artifact: Artifact; path: string }) {
  const { data, error } = useQuery(archiveText(artifact.place, path))
  if (error !== null) return <ErrorPanel error={error} />
  if (data === undefined) return <Spinner />
  if (!isText(data)) return <p className="quiet">It is no text. The download has it.</p>
  return <pre className="artifact-text">{data}</pre>
}
