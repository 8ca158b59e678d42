/** How the console looks to this person, and the users and keys of the account. */
import type { User } from '@aws-sdk/client-iam'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SegmentedControl from '@cloudscape-design/components/segmented-control'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useQuery } from '@tanstack/react-query'
import { prefer, usePreferences } from '../../api/preferences.ts'
import { session } from '../../api/session.ts'
import { users } from '../../api/users.ts'
import { DataTable } from '../../components/DataTable.tsx'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { usePage } from '../../components/page.ts'
import { Ago } from '../../ui/Ago.tsx'
import { Copyable } from '../../ui/Mono.tsx'
import { KeysOfUser } from './KeysOfUser.tsx'
import { NewUser } from './NewUser.tsx'

export default function SettingsPage() {
  usePage({
    title: 'Settings',
    commands: {
      aws: ['aws iam list-users', 'aws iam create-access-key --user-name NAME'],
      pipewright: ['pipewright doctor'],
    },
  })
  return (
    <SpaceBetween size="l">
      <Header variant="h1">Settings</Header>
      <Appearance />
      <Server />
      <Users />
    </SpaceBetween>
  )
}

const CHOICES = {
  theme: { label: 'Colours', options: { light: 'Light', dark: 'Dark', system: 'Like the system' } },
  density: { label: 'Density', options: { comfortable: 'Comfortable', compact: 'Compact' } },
  timeZone: { label: 'Times', options: { local: 'Of this browser', UTC: 'UTC' } },
} as const

function Appearance() {
  const preferences = usePreferences()
  return (
    <Container
      header={
        <Header variant="h2" description="Kept in this browser.">
          Appearance
        </Header>
      }
    >
      <SpaceBetween direction="horizontal" size="xl">
        {(Object.keys(CHOICES) as (keyof typeof CHOICES)[]).map((key) => (
          <FormField key={key} label={CHOICES[key].label}>
            <SegmentedControl
              label={CHOICES[key].label}
              selectedId={preferences[key]}
              options={Object.entries(CHOICES[key].options).map(([id, text]) => ({ id, text }))}
              onChange={({ detail }) => prefer({ [key]: detail.selectedId })}
            />
          </FormField>
        ))}
      </SpaceBetween>
    </Container>
  )
}

function Server() {
  const known = session()
  return (
    <Container header={<Header variant="h2">Server</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'Version', value: known?.version ?? '' },
          { label: 'Mode', value: known?.mode === 'dev' ? 'Development, this machine only' : 'Server' },
          { label: 'Extensions', value: known?.strict === true ? 'Off: as AWS, strictly' : 'On' },
          { label: 'Account', value: <Copyable text={known?.account ?? ''} name="the account" /> },
        ]}
      />
    </Container>
  )
}

function Users() {
  const { data, error, isPending } = useQuery(users())
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Who may call the API. Keys work everywhere: AWS CLI, SDKs, git, this console."
          actions={<NewUser />}
        >
          Users and keys
        </Header>
      }
    >
      {error !== null && <ErrorPanel error={error} />}
      <DataTable
        label="Users"
        items={data ?? []}
        keyOf={({ UserName }) => UserName ?? ''}
        loading={isPending}
        empty="No user but the built-in one."
        columns={USER_COLUMNS}
      />
    </Container>
  )
}

const USER_COLUMNS = [
  { id: 'name', header: 'Name', cell: ({ UserName }: User) => UserName },
  { id: 'since', header: 'Since', cell: ({ CreateDate }: User) => <Ago at={CreateDate} /> },
  { id: 'keys', header: 'Keys', cell: ({ UserName = '' }: User) => <KeysOfUser name={UserName} /> },
]
