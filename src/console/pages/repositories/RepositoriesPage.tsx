/** The git repositories that this server hosts. */
import { CreateRepositoryCommand, type RepositoryMetadata } from '@aws-sdk/client-codecommit'
import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { codecommit } from '../../api/codecommit.ts'
import { repositories } from '../../api/repositories.ts'
import { DataTable } from '../../components/DataTable.tsx'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { Link } from '../../components/Link.tsx'
import { usePage } from '../../components/page.ts'
import { paths } from '../../paths.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { Ago } from '../../ui/Ago.tsx'
import { Copyable } from '../../ui/Mono.tsx'

export default function RepositoriesPage() {
  const { data, error, isPending, refetch } = useQuery(repositories())
  usePage({
    title: 'Repositories',
    commands: {
      aws: ['aws codecommit list-repositories', 'aws codecommit create-repository --repository-name NAME'],
      json: () => data,
    },
  })
  return (
    <SpaceBetween size="m">
      <Header variant="h1" counter={data === undefined ? '' : `(${data.length})`} actions={<NewRepository />}>
        Repositories
      </Header>
      {error !== null && <ErrorPanel error={error} retry={() => void refetch()} />}
      <DataTable
        label="Repositories"
        items={data ?? []}
        keyOf={({ repositoryName }) => repositoryName ?? ''}
        loading={isPending}
        empty="No repository yet."
        columns={COLUMNS}
      />
    </SpaceBetween>
  )
}

const COLUMNS = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ repositoryName = '' }: RepositoryMetadata) => (
      <Link to={paths.repository(repositoryName)}>{repositoryName}</Link>
    ),
  },
  {
    id: 'description',
    header: 'Description',
    cell: ({ repositoryDescription }: RepositoryMetadata) => repositoryDescription,
  },
  {
    id: 'changed',
    header: 'Changed',
    cell: ({ lastModifiedDate }: RepositoryMetadata) => <Ago at={lastModifiedDate} />,
  },
  {
    id: 'clone',
    header: 'Clone',
    cell: ({ cloneUrlHttp = '' }: RepositoryMetadata) => (
      <Copyable text={`git clone ${cloneUrlHttp}`} name="the command" />
    ),
  },
]

function NewRepository() {
  const [name, setName] = useState<string>()
  const [error, setError] = useState<unknown>()
  const navigate = useNavigate()
  const create = async (repositoryName: string): Promise<void> => {
    setError(undefined)
    try {
      await codecommit().send(new CreateRepositoryCommand({ repositoryName }))
      await navigate(paths.repository(repositoryName))
    } catch (failure) {
      setError(failure)
    }
  }
  return (
    <>
      <Button variant="primary" onClick={() => setName('')}>
        New repository
      </Button>
      {name !== undefined && (
        <Dialog
          title="New repository"
          action="Create"
          disabled={name === ''}
          onCancel={() => setName(undefined)}
          onAction={() => void create(name)}
        >
          {error !== undefined && <ErrorPanel error={error} />}
          <FormField label="Name">
            <Input value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
        </Dialog>
      )}
    </>
  )
}
