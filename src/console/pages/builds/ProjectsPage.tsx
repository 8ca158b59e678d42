/** The build projects. */
import type { Project } from '@aws-sdk/client-codebuild'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useQuery } from '@tanstack/react-query'
import { projects } from '../../api/builds.ts'
import { DataTable } from '../../components/DataTable.tsx'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { Link } from '../../components/Link.tsx'
import { usePage } from '../../components/page.ts'
import { paths } from '../../paths.ts'
import { Ago } from '../../ui/Ago.tsx'

export default function ProjectsPage() {
  const { data, error, isPending, refetch } = useQuery(projects())
  usePage({ title: 'Build projects', commands: { aws: ['aws codebuild list-projects'], json: () => data } })
  return (
    <SpaceBetween size="m">
      <Header variant="h1" counter={data === undefined ? '' : `(${data.length})`}>
        Build projects
      </Header>
      {error !== null && <ErrorPanel error={error} retry={() => void refetch()} />}
      <DataTable
        label="Build projects"
        items={data ?? []}
        keyOf={({ name }) => name ?? ''}
        loading={isPending}
        empty="No project yet. CreateProject makes one; Commands actions need none."
        columns={COLUMNS}
      />
    </SpaceBetween>
  )
}

const COLUMNS = [
  { id: 'name', header: 'Name', cell: ({ name = '' }: Project) => <Link to={paths.project(name)}>{name}</Link> },
  { id: 'source', header: 'Source', cell: ({ source }: Project) => [source?.type, source?.location].join(' ') },
  { id: 'image', header: 'Image', cell: ({ environment }: Project) => environment?.image },
  { id: 'changed', header: 'Changed', cell: ({ lastModified }: Project) => <Ago at={lastModified} /> },
]
