/** Commits, artifacts and templates behind an approval, against what is deployed. */
import Box from '@cloudscape-design/components/box'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { archive, archiveText } from '../../api/archives.ts'
import { actionExecutions, executions, pipeline } from '../../api/queries.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { Link } from '../../components/Link.tsx'
import { TextDiff } from '../../log-view/TextDiff.tsx'
import { paths } from '../../paths.ts'
import { counted } from '../../ui/counted.ts'
import {
  artifactPlace,
  artifactsBehind,
  deployedBefore,
  entryChanges,
  isTemplate,
  isText,
  type EntryChange,
  type ObjectPlace,
} from './changes.ts'
import { commitsBetween } from './commits.ts'
import type { OpenApproval } from './use-approvals.ts'

export function WhatWillChange({
  approval: { pipeline: name, executionId, stage, action },
}: {
  approval: OpenApproval
}) {
  const declared = useQuery(pipeline(name))
  const runs = useQuery(executions(name, 30))
  const asked = runs.data?.find(({ pipelineExecutionId }) => pipelineExecutionId === executionId)
  const deployed = deployedBefore(runs.data ?? [], executionId)
  const deployedId = deployed?.pipelineExecutionId ?? ''
  const made = useQuery(actionExecutions(name, executionId))
  const madeBefore = useQuery({ ...actionExecutions(name, deployedId), enabled: deployedId !== '' })
  const declaration = declared.data?.pipeline
  if (declaration === undefined || runs.data === undefined || made.data === undefined) return <Spinner />
  const artifacts = artifactsBehind(declaration, stage, action)
  return (
    <SpaceBetween size="m">
      <Box color="text-body-secondary">
        {deployed === undefined ? (
          'Nothing has been deployed by this pipeline yet: all of it is new.'
        ) : (
          <>
            Against execution <Link to={paths.execution(name, deployedId)}>{deployedId.slice(0, 8)}</Link>, the last
            that succeeded. <Link to={paths.compare(name, deployedId, executionId)}>Compare the two</Link>
          </>
        )}
      </Box>
      {asked?.sourceRevisions?.map(({ actionName = '', revisionId = '', revisionSummary }) => {
        const before = deployed?.sourceRevisions?.find((revision) => revision.actionName === actionName)?.revisionId
        const source = declaration.stages?.[0]?.actions?.find((candidate) => candidate.name === actionName)
        const repository = source?.configuration?.['RepositoryName']
        const isHosted = source?.actionTypeId?.provider === 'CodeCommit' && repository !== undefined
        return before === revisionId ? (
          <Box key={actionName}>
            {actionName}: the same revision <code>{revisionId.slice(0, 8)}</code>
          </Box>
        ) : isHosted ? (
          <Commits key={actionName} repository={repository} from={before} to={revisionId} />
        ) : (
          <Box key={actionName}>
            {actionName}: <code>{before?.slice(0, 12) ?? 'nothing'}</code> → <code>{revisionId.slice(0, 12)}</code>{' '}
            {revisionSummary}
          </Box>
        )
      })}
      {artifacts.map((artifact) => (
        <ArtifactChanges
          key={artifact}
          artifact={artifact}
          before={artifactPlace(madeBefore.data ?? [], artifact)}
          after={artifactPlace(made.data, artifact)}
        />
      ))}
    </SpaceBetween>
  )
}

function Commits({ repository, from, to }: { repository: string; from: string | undefined; to: string }) {
  const { data, error } = useQuery(commitsBetween(repository, from, to))
  if (error !== null) return <ErrorPanel error={error} />
  if (data === undefined) return <Spinner />
  return (
    <div>
      <Box variant="h3">
        {data.complete ? counted(data.commits.length, 'commit') : `${data.commits.length} or more commits`} of{' '}
        {repository}
      </Box>
      <ul className="plain-list">
        {data.commits.map(({ id, message, author }) => (
          <li key={id}>
            <code>{id.slice(0, 8)}</code> {message} <span className="quiet">{author}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function ArtifactChanges(props: { artifact: string; before: ObjectPlace | undefined; after: ObjectPlace | undefined }) {
  const { artifact, before, after } = props
  const nowhere = { bucket: '', key: '' }
  const old = useQuery({ ...archive(before ?? nowhere), enabled: before !== undefined })
  const fresh = useQuery({ ...archive(after ?? nowhere), enabled: after !== undefined })
  const error = old.error ?? fresh.error
  if (after === undefined) return <Box>{artifact}: not made yet</Box>
  if (error !== null) return <ErrorPanel error={error} />
  if (fresh.data === undefined || (before !== undefined && old.data === undefined)) return <Spinner />
  const changes = entryChanges(old.data?.entries ?? [], fresh.data.entries)
  const templates = changes.filter(({ path }) => isTemplate(path))
  return (
    <div>
      <Box variant="h3">
        Artifact {artifact}:{' '}
        {changes.length === 0 ? 'every file is the same' : `${counted(changes.length, 'file')} changed`}
      </Box>
      {[...templates, ...changes.filter(({ path }) => !isTemplate(path))].slice(0, 200).map((change) => (
        <FileChange key={change.path} change={change} before={before} after={after} />
      ))}
      {changes.length > 200 && <Box color="text-body-secondary">and {changes.length - 200} more</Box>}
    </div>
  )
}

const WORDS = { added: '+ new', removed: '− gone', changed: '± changed' } as const

function FileChange(props: { change: EntryChange; before: ObjectPlace | undefined; after: ObjectPlace }) {
  const { change, before, after } = props
  const { path } = change
  const [open, setOpen] = useState(isTemplate(path))
  const title = `${WORDS[change.change]} ${path}`
  if (!isText(path)) return <Box>{title}</Box>
  return (
    <ExpandableSection headerText={title} expanded={open} onChange={({ detail }) => setOpen(detail.expanded)}>
      {open && <FileDiff change={change} before={before} after={after} />}
    </ExpandableSection>
  )
}

function FileDiff({
  change,
  before,
  after,
}: {
  change: EntryChange
  before: ObjectPlace | undefined
  after: ObjectPlace
}) {
  const { path } = change
  const wasThere = before !== undefined && change.before !== undefined
  const isThere = change.after !== undefined
  const old = useQuery({ ...archiveText(before ?? after, path), enabled: wasThere })
  const fresh = useQuery({ ...archiveText(after, path), enabled: isThere })
  const error = old.error ?? fresh.error
  if (error !== null) return <ErrorPanel error={error} />
  if ((wasThere && old.data === undefined) || (isThere && fresh.data === undefined)) return <Spinner />
  return (
    <TextDiff
      before={wasThere ? (old.data ?? '') : ''}
      after={isThere ? (fresh.data ?? '') : ''}
      label={`Changes of ${path}`}
    />
  )
}
