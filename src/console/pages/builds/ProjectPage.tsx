/** One project: how long its builds take, and what became of them. */
import { StartBuildCommand, type Build } from '@aws-sdk/client-codebuild'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from 'react-router'
import { buildsOf, project } from '../../api/builds.ts'
import { codebuild } from '../../api/codebuild.ts'
import { DataTable } from '../../components/DataTable.tsx'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { Link } from '../../components/Link.tsx'
import { noticeFailure } from '../../components/notices.ts'
import { usePage } from '../../components/page.ts'
import { shellWord } from '../../components/shell.ts'
import { paths } from '../../paths.ts'
import { Ago, Took } from '../../ui/Ago.tsx'
import { StatusBadge } from '../../ui/StatusBadge.tsx'
import './builds.css'
import { statusOf } from './statuses.ts'
import { trendOf } from './trend.ts'
import { TrendChart } from './TrendChart.tsx'

export default function ProjectPage() {
  const { name = '' } = useParams()
  const about = useQuery(project(name))
  const builds = useQuery(buildsOf(name))
  const navigate = useNavigate()
  const error = about.error ?? builds.error
  usePage({
    title: name,
    crumbs: [{ text: 'Build projects', href: paths.projects() }],
    commands: {
      aws: [
        `aws codebuild list-builds-for-project --project-name ${shellWord(name)}`,
        `aws codebuild start-build --project-name ${shellWord(name)}`,
      ],
      json: () => builds.data,
    },
  })
  const start = async (): Promise<void> => {
    try {
      const { build } = await codebuild().send(new StartBuildCommand({ projectName: name }))
      await navigate(paths.build(name, build?.id ?? ''))
    } catch (failure) {
      noticeFailure('Start build', failure)
    }
  }
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={about.data?.description}
        actions={
          <Button
            variant="primary"
            disabled={about.data?.source?.type === 'CODEPIPELINE'}
            disabledReason="Its source comes from a pipeline: start that."
            onClick={() => void start()}
          >
            Start build
          </Button>
        }
      >
        {name}
      </Header>
      {error !== null && <ErrorPanel error={error} />}
      <Container header={<Header variant="h2">Durations</Header>}>
        <TrendChart project={name} trend={trendOf(builds.data ?? [])} />
      </Container>
      <DataTable
        label="Builds"
        items={builds.data ?? []}
        keyOf={({ id }) => id ?? ''}
        loading={builds.isPending}
        empty="No build yet."
        columns={columns(name)}
      />
    </SpaceBetween>
  )
}

const columns = (project: string) => [
  {
    id: 'number',
    header: 'Build',
    cell: ({ id = '', buildNumber }: Build) => <Link to={paths.build(project, id)}>{`#${buildNumber ?? ''}`}</Link>,
  },
  { id: 'status', header: 'State', cell: ({ buildStatus }: Build) => <StatusBadge status={statusOf(buildStatus)} /> },
  { id: 'who', header: 'Started by', cell: ({ initiator }: Build) => initiator },
  { id: 'source', header: 'Revision', cell: ({ resolvedSourceVersion }: Build) => resolvedSourceVersion?.slice(0, 12) },
  { id: 'when', header: 'Started', cell: ({ startTime }: Build) => <Ago at={startTime} /> },
  { id: 'took', header: 'Took', cell: ({ startTime, endTime }: Build) => <Took from={startTime} to={endTime} /> },
]
