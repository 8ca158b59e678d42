/** The journal: what happened, as it happens. */
import Button from '@cloudscape-design/components/button'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useLiveEvents } from '../../api/live.ts'
import { journal, type JournalEvent } from '../../api/records.ts'
import { DataTable } from '../../components/DataTable.tsx'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { Link } from '../../components/Link.tsx'
import { usePage } from '../../components/page.ts'
import { useSearchText } from '../../components/search-text.ts'
import { paths } from '../../paths.ts'
import { Ago } from '../../ui/Ago.tsx'

export default function EventsPage() {
  const [pipeline, setPipeline] = useSearchText('pipeline')
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useInfiniteQuery(
    journal({ pipeline: pipeline === '' ? undefined : pipeline }),
  )
  useLiveEvents(pipeline === '' ? undefined : pipeline, () => void refetch())
  const events = data?.pages.flatMap((page) => page.events) ?? []
  usePage({
    title: 'Events',
    commands: { pipewright: [`pipewright watch ${pipeline === '' ? 'NAME' : pipeline}`], json: () => events },
  })
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description="What pipelines tell the event bus, the newest on top.">
        Events
      </Header>
      <Input
        type="search"
        value={pipeline}
        ariaLabel="Of which pipeline"
        placeholder="Name of a pipeline; empty: all"
        onChange={({ detail }) => setPipeline(detail.value)}
      />
      {error !== null && <ErrorPanel error={error} retry={() => void refetch()} />}
      <DataTable
        label="Events"
        items={events}
        keyOf={({ sequence }) => String(sequence)}
        loading={isPending}
        empty="Nothing happened yet."
        columns={COLUMNS}
        footer={
          hasNextPage && (
            <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Older
            </Button>
          )
        }
      />
    </SpaceBetween>
  )
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const COLUMNS = [
  { id: 'time', header: 'When', width: 150, cell: ({ time }: JournalEvent) => <Ago at={time} /> },
  { id: 'type', header: 'What', cell: ({ detailType }: JournalEvent) => detailType.replace('CodePipeline ', '') },
  {
    id: 'pipeline',
    header: 'Pipeline',
    cell: ({ detail }: JournalEvent) => (
      <Link to={paths.pipeline(text(detail['pipeline']))}>{text(detail['pipeline'])}</Link>
    ),
  },
  {
    id: 'where',
    header: 'Where',
    cell: ({ detail }: JournalEvent) =>
      [detail['stage'], detail['action']]
        .map(text)
        .filter((part) => part !== '')
        .join(' / '),
  },
  { id: 'state', header: 'State', cell: ({ detail }: JournalEvent) => text(detail['state']) },
  {
    id: 'execution',
    header: 'Execution',
    cell: ({ detail }: JournalEvent) => {
      const id = text(detail['execution-id'])
      return <Link to={paths.execution(text(detail['pipeline']), id)}>{id.slice(0, 8)}</Link>
    },
  },
  {
    id: 'detail',
    header: 'Whole event',
    cell: (event: JournalEvent) => (
      <ExpandableSection headerText="Show" headerAriaLabel="Show the whole event">
        <pre className="document">{JSON.stringify(event, undefined, 2)}</pre>
      </ExpandableSection>
    ),
  },
]
