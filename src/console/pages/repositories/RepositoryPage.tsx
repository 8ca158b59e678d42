/** One repository: its files at a branch or commit, its commits, its branches. */
import Header from '@cloudscape-design/components/header'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import Tabs from '@cloudscape-design/components/tabs'
import { useQuery } from '@tanstack/react-query'
import { useParams, useSearchParams } from 'react-router'
import { branches, repository } from '../../api/repositories.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { usePage } from '../../components/page.ts'
import { shellWord } from '../../components/shell.ts'
import { paths } from '../../paths.ts'
import { Copyable } from '../../ui/Mono.tsx'
import { BranchList } from './BranchList.tsx'
import { CommitHistory } from './CommitHistory.tsx'
import { Files } from './Files.tsx'
import './repositories.css'

export default function RepositoryPage() {
  const { name = '' } = useParams()
  const [search, setSearch] = useSearchParams()
  const about = useQuery(repository(name))
  const heads = useQuery(branches(name))
  const at = search.get('at') ?? about.data?.defaultBranch ?? 'main'
  const path = search.get('path') ?? ''
  const view = search.get('view') ?? 'files'
  const show = (change: Readonly<Record<string, string>>): void => setSearch({ at, path, view, ...change })
  usePage({
    title: name,
    crumbs: [{ text: 'Repositories', href: paths.repositories() }],
    commands: {
      aws: [
        `aws codecommit get-folder --repository-name ${shellWord(name)} --commit-specifier ${shellWord(at)} --folder-path ${shellWord(path === '' ? '/' : path)}`,
        `aws codecommit list-branches --repository-name ${shellWord(name)}`,
      ],
    },
  })
  const error = about.error ?? heads.error
  if (error !== null) return <ErrorPanel error={error} />
  if (about.data === undefined || heads.data === undefined) return <Spinner size="large" />
  const clone = `git clone ${about.data.cloneUrlHttp ?? ''}`
  const commitId = heads.data.find((branch) => branch.name === at)?.commitId ?? at
  const options = heads.data.map((branch) => ({
    value: branch.name,
    label: branch.name,
    description: branch.commitId.slice(0, 8),
  }))
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description={about.data.repositoryDescription}
        actions={
          <Select
            ariaLabel="Branch"
            selectedOption={options.find(({ value }) => value === at) ?? { value: at, label: at.slice(0, 12) }}
            options={options}
            empty="No branch yet"
            onChange={({ detail }) => show({ at: detail.selectedOption.value ?? at })}
          />
        }
      >
        {name}
      </Header>
      <Copyable text={clone} name="the command" />
      {heads.data.length === 0 ? (
        <p>
          Nothing was pushed yet.{' '}
          <Copyable text={`git push ${about.data.cloneUrlHttp ?? ''} HEAD:main`} name="the command" />
        </p>
      ) : (
        <Tabs
          activeTabId={view}
          onChange={({ detail }) => show({ view: detail.activeTabId })}
          tabs={[
            {
              id: 'files',
              label: 'Files',
              content: <Files name={name} at={at} path={path} onOpen={(next) => show({ path: next })} />,
            },
            { id: 'commits', label: 'Commits', content: <CommitHistory name={name} head={commitId} /> },
            {
              id: 'branches',
              label: `Branches (${heads.data.length})`,
              content: (
                <BranchList branches={heads.data} onOpen={(branch) => show({ at: branch, view: 'files', path: '' })} />
              ),
            },
          ]}
        />
      )}
    </SpaceBetween>
  )
}
