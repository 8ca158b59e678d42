/** Who changed what, when and from where. */
import Button from '@cloudscape-design/components/button'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue } from 'react'
import { audit, type AuditedCall } from '../../api/records.ts'
import { DataTable } from '../../components/DataTable.tsx'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { usePage } from '../../components/page.ts'
import { useSearchText } from '../../components/search-text.ts'
import { Ago } from '../../ui/Ago.tsx'
import { StatusBadge } from '../../ui/StatusBadge.tsx'

export default function AuditPage() {
  const [text, setText] = useSearchText('q')
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useInfiniteQuery(
    audit(useDeferredValue(text)),
  )
  const calls = data?.pages.flatMap((page) => page.calls) ?? []
  usePage({ title: 'Audit trail', commands: { json: () => calls } })
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description="Calls that changed something, and calls that were denied. Secrets are left out."
        actions={<Button iconName="refresh" ariaLabel="Look again" onClick={() => void refetch()} />}
      >
        Audit trail
      </Header>
      <Input
        type="search"
        value={text}
        ariaLabel="Filter calls"
        placeholder="Who, what, from where: every word must be in the record"
        onChange={({ detail }) => setText(detail.value)}
      />
      {error !== null && <ErrorPanel error={error} retry={() => void refetch()} />}
      <DataTable
        label="Calls"
        items={calls}
        keyOf={({ number }) => String(number)}
        loading={isPending}
        empty="No call fits."
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

const COLUMNS = [
  { id: 'time', header: 'When', width: 140, cell: ({ time }: AuditedCall) => <Ago at={time} /> },
  {
    id: 'who',
    header: 'Who',
    cell: ({ principal, sourceAddress }: AuditedCall) => (
      <>
        {principal.arn.replace(/^arn:aws:(?:iam|sts)::\d+:/, '')} <span className="quiet">{sourceAddress}</span>
      </>
    ),
  },
  { id: 'what', header: 'What', cell: ({ service, operation }: AuditedCall) => `${service} ${operation}` },
  {
    id: 'outcome',
    header: 'Outcome',
    cell: ({ errorCode, errorMessage }: AuditedCall) =>
      errorCode === undefined ? (
        <StatusBadge status="Succeeded" />
      ) : (
        <>
          <StatusBadge status="Failed" /> {errorCode}: {errorMessage}
        </>
      ),
  },
  {
    id: 'input',
    header: 'Input',
    cell: ({ input, userAgent, requestId }: AuditedCall) => (
      <ExpandableSection headerText="Show" headerAriaLabel="Show the input">
        <pre className="document">{JSON.stringify({ input, userAgent, requestId }, undefined, 2)}</pre>
      </ExpandableSection>
    ),
  },
]
