/** The web-hooks there are, and what came in on them with its verdict. */
import { ListWebhooksCommand, type ListWebhookItem } from '@aws-sdk/client-codepipeline'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { codepipeline } from '../../api/codepipeline.ts'
import { webhookDeliveries, type WebhookDelivery } from '../../api/records.ts'
import { DataTable } from '../../components/DataTable.tsx'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { Link } from '../../components/Link.tsx'
import { usePage } from '../../components/page.ts'
import { paths } from '../../paths.ts'
import { Ago } from '../../ui/Ago.tsx'
import { Copyable } from '../../ui/Mono.tsx'
import { StatusBadge } from '../../ui/StatusBadge.tsx'

const webhooks = () =>
  queryOptions({
    queryKey: ['webhooks'],
    queryFn: async ({ signal }) =>
      (await codepipeline().send(new ListWebhooksCommand({}), { abortSignal: signal })).webhooks ?? [],
  })

export default function WebhooksPage() {
  const hooks = useQuery(webhooks())
  const deliveries = useQuery(webhookDeliveries())
  const error = hooks.error ?? deliveries.error
  usePage({
    title: 'Web-hooks',
    commands: {
      aws: ['aws codepipeline list-webhooks'],
      json: () => ({ webhooks: hooks.data, deliveries: deliveries.data }),
    },
  })
  return (
    <SpaceBetween size="l">
      <Header variant="h1">Web-hooks</Header>
      {error !== null && <ErrorPanel error={error} />}
      <Container header={<Header variant="h2">Registered</Header>}>
        <DataTable
          label="Web-hooks"
          items={hooks.data ?? []}
          keyOf={({ arn, url }) => arn ?? url ?? ''}
          loading={hooks.isPending}
          empty="No web-hook is registered. PutWebhook makes one; whoever hosts the source calls its address."
          columns={HOOK_COLUMNS}
        />
      </Container>
      <Container
        header={
          <Header
            variant="h2"
            description="The last 500, also those that were refused."
            actions={<Button iconName="refresh" ariaLabel="Look again" onClick={() => void deliveries.refetch()} />}
          >
            Deliveries
          </Header>
        }
      >
        <DataTable
          label="Deliveries"
          items={deliveries.data ?? []}
          keyOf={({ number }) => String(number)}
          loading={deliveries.isPending}
          empty="Nothing came in yet."
          columns={DELIVERY_COLUMNS}
        />
      </Container>
    </SpaceBetween>
  )
}

const HOOK_COLUMNS = [
  { id: 'name', header: 'Name', cell: ({ definition }: ListWebhookItem) => definition?.name },
  {
    id: 'target',
    header: 'Starts',
    cell: ({ definition }: ListWebhookItem) => (
      <Link to={paths.pipeline(definition?.targetPipeline ?? '')}>{definition?.targetPipeline}</Link>
    ),
  },
  { id: 'proof', header: 'Proof', cell: ({ definition }: ListWebhookItem) => definition?.authentication },
  { id: 'url', header: 'Address', cell: ({ url = '' }: ListWebhookItem) => <Copyable text={url} name="the address" /> },
  { id: 'last', header: 'Last used', cell: ({ lastTriggered }: ListWebhookItem) => <Ago at={lastTriggered} /> },
]

const DELIVERY_COLUMNS = [
  { id: 'time', header: 'When', cell: ({ time }: WebhookDelivery) => <Ago at={time} /> },
  { id: 'hook', header: 'Web-hook', cell: ({ webhook }: WebhookDelivery) => webhook },
  { id: 'event', header: 'Event', cell: ({ event, delivery }: WebhookDelivery) => [event, delivery].join(' ') },
  { id: 'from', header: 'From', cell: ({ sourceAddress }: WebhookDelivery) => sourceAddress },
  {
    id: 'verdict',
    header: 'Verdict',
    cell: ({ verdict, statusCode, reason }: WebhookDelivery) => (
      <>
        <StatusBadge status={verdict === 'accepted' ? 'Succeeded' : 'Failed'} /> {statusCode} {reason}
      </>
    ),
  },
  {
    id: 'began',
    header: 'Began',
    cell: ({ executions, pipeline }: WebhookDelivery) =>
      executions.map((id) => (
        <Link key={id} to={paths.execution(pipeline, id)}>
          {id.slice(0, 8)}
        </Link>
      )),
  },
]
