/** One build: its phases, and its log while it grows. */
import { StopBuildCommand, type BuildPhase } from '@aws-sdk/client-codebuild'
import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useMemo } from 'react'
import { useLocation, useNavigate, useParams } from 'react-router'
import { build } from '../../api/builds.ts'
import { codebuild } from '../../api/codebuild.ts'
import { DataTable } from '../../components/DataTable.tsx'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { noticeFailure } from '../../components/notices.ts'
import { usePage } from '../../components/page.ts'
import { shellWord } from '../../components/shell.ts'
import type { LogFeed } from '../../log-view/feed.ts'
import { LogView } from '../../log-view/LogView.tsx'
import { parseSelection, printSelection } from '../../log-view/selection.ts'
import { useFeeds } from '../../log-view/use-feeds.ts'
import { paths } from '../../paths.ts'
import { Ago, Took } from '../../ui/Ago.tsx'
import { ShortId } from '../../ui/Mono.tsx'
import { StatusBadge } from '../../ui/StatusBadge.tsx'
import { duration } from '../../ui/time.ts'
import './builds.css'
import { statusOf } from './statuses.ts'

export default function BuildPage() {
  const { name = '', id = '' } = useParams()
  const { data, error, refetch } = useQuery(build(id))
  usePage({
    title: `Build ${data?.buildNumber ?? ''}`,
    crumbs: [
      { text: 'Build projects', href: paths.projects() },
      { text: name, href: paths.project(name) },
    ],
    commands: { aws: [`aws codebuild batch-get-builds --ids ${shellWord(id)}`], json: () => data },
  })
  if (error !== null) return <ErrorPanel error={error} retry={() => void refetch()} />
  if (data === undefined) return <Spinner size="large" />
  if (data === null) return <p>There is no build {id}.</p>
  const stop = async (): Promise<void> => {
    try {
      await codebuild().send(new StopBuildCommand({ id }))
      await refetch()
    } catch (failure) {
      noticeFailure('Stop build', failure)
    }
  }
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        actions={data.buildStatus === 'IN_PROGRESS' && <Button onClick={() => void stop()}>Stop</Button>}
      >
        {name} #{data.buildNumber} <StatusBadge status={statusOf(data.buildStatus)} />
      </Header>
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'Started by', value: data.initiator ?? '–' },
          { label: 'Started', value: <Ago at={data.startTime} /> },
          { label: 'Took', value: <Took from={data.startTime} {...(data.endTime && { to: data.endTime })} /> },
          { label: 'Revision', value: <ShortId id={data.resolvedSourceVersion ?? '–'} name="the revision" /> },
        ]}
      />
      <DataTable
        label="Phases"
        items={data.phases ?? []}
        keyOf={({ phaseType }) => phaseType ?? ''}
        empty="No phase began yet."
        columns={PHASE_COLUMNS}
      />
      <BuildLog
        group={data.logs?.groupName}
        stream={data.logs?.streamName}
        isOver={data.buildStatus !== 'IN_PROGRESS'}
        name={name}
        onProgress={() => void refetch()}
      />
    </SpaceBetween>
  )
}

function BuildLog(props: {
  group: string | undefined
  stream: string | undefined
  isOver: boolean
  name: string
  /** a phase began or ended, or the build did */
  onProgress: () => void
}) {
  const { group, stream, isOver, name, onProgress } = props
  const { hash } = useLocation()
  const navigate = useNavigate()
  const places = useMemo(
    () => (group === undefined || stream === undefined ? [] : [{ name, group, stream }]),
    [group, stream, name],
  )
  const feeds = useFeeds(places)
  useProgress(feeds, onProgress)
  return (
    <div className="build-log">
      <LogView
        feeds={feeds}
        label={`Log of ${name}`}
        fileName={name}
        isOver={isOver}
        selection={parseSelection(hash)}
        onSelect={(selection) =>
          void navigate(
            { hash: selection === undefined ? '' : printSelection(selection) },
            { replace: true, preventScrollReset: true },
          )
        }
      />
    </div>
  )
}

/** The log tells of phases the moment they happen; the API is asked only then. */
function useProgress(feeds: readonly LogFeed[], onProgress: () => void): void {
  const tell = useEffectEvent(onProgress)
  useEffect(() => {
    const [feed] = feeds
    if (feed === undefined) return undefined
    const place = (): string => `${feed.status === 'complete'} ${feed.folds.list.length}`
    let last = place()
    return feed.subscribe(() => {
      if (place() === last) return
      last = place()
      tell()
    })
  }, [feeds])
}

const PHASE_COLUMNS = [
  { id: 'phase', header: 'Phase', cell: ({ phaseType }: BuildPhase) => phaseType },
  {
    id: 'state',
    header: 'State',
    cell: ({ phaseStatus }: BuildPhase) => (
      <StatusBadge status={phaseStatus === undefined ? 'InProgress' : statusOf(phaseStatus)} />
    ),
  },
  {
    id: 'took',
    header: 'Took',
    cell: ({ startTime, endTime }: BuildPhase) =>
      startTime === undefined || endTime === undefined ? '–' : duration(Number(endTime) - Number(startTime)),
  },
  {
    id: 'why',
    header: 'Message',
    cell: ({ contexts = [] }: BuildPhase) => contexts.map(({ message }) => message).join(' '),
  },
]
