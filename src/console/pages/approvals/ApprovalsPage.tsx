/** The inbox: every approval that waits, what it would let through, and the answer. */
import Box from '@cloudscape-design/components/box'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { usePage } from '../../components/page.ts'
import { ApprovalCard } from './ApprovalCard.tsx'
import { useApprovals } from './use-approvals.ts'

export default function ApprovalsPage() {
  const { approvals, loading, error } = useApprovals()
  usePage({
    title: 'Approvals',
    commands: {
      aws: [
        'aws codepipeline put-approval-result --pipeline-name NAME --stage-name STAGE --action-name ACTION --token TOKEN --result status=Approved,summary=…',
      ],
      pipewright: ['pipewright approve NAME', 'pipewright reject NAME'],
      json: () => approvals,
    },
  })
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        counter={`(${approvals.length})`}
        description="What waits for a person, the one that expires first on top."
      >
        Approvals
      </Header>
      {error !== undefined && error !== null && <ErrorPanel error={error} />}
      {approvals.map((approval) => (
        <ApprovalCard key={`${approval.executionId} ${approval.stage} ${approval.action}`} approval={approval} />
      ))}
      {approvals.length === 0 &&
        (loading ? <Spinner /> : <Box color="text-body-secondary">Nothing waits for approval.</Box>)}
    </SpaceBetween>
  )
}
