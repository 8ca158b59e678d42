import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import { session } from '../../api/session.ts'
import { answerApproval } from '../../api/remedies.ts'
import { Link } from '../../components/Link.tsx'
import { noticeFailure, noticeSuccess } from '../../components/notices.ts'
import { paths } from '../../paths.ts'
import { Ago } from '../../ui/Ago.tsx'
import { ForeignLink } from '../../ui/ForeignLink.tsx'
import { useNow } from '../../ui/clock.ts'
import { duration } from '../../ui/time.ts'
import type { OpenApproval } from './use-approvals.ts'
import { WhatWillChange } from './WhatWillChange.tsx'
import { WhoMay } from './WhoMay.tsx'

const LONGEST_COMMENT = 512

/** One question: from whom, since when, until when, about what. */
export function ApprovalCard({ approval }: { approval: OpenApproval }) {
  const { pipeline, executionId, stage, action, since, reason } = approval
  const [comment, setComment] = useState('')
  const [answering, setAnswering] = useState<'Approved' | 'Rejected'>()
  const now = useNow()
  const place = `${pipeline}: ${stage} / ${action}`

  const answer = async (status: 'Approved' | 'Rejected'): Promise<void> => {
    setAnswering(status)
    try {
      await answerApproval(
        { pipelineName: pipeline, pipelineExecutionId: executionId, stageName: stage, actionName: action },
        status,
        comment,
      )
      noticeSuccess(`${status}: ${place}.`)
    } catch (error) {
      noticeFailure(place, error)
    } finally {
      setAnswering(undefined)
    }
  }

  return (
    <section aria-label={place}>
      <Container
        header={
          <Header
            variant="h2"
            description={
              <>
                Execution <Link to={paths.execution(pipeline, executionId)}>{executionId.slice(0, 8)}</Link>, asked{' '}
                <Ago at={since} />, expires in {duration(reason.expiresAt - now)}. You would answer as {session()?.user}
                .
              </>
            }
          >
            <Link to={paths.pipeline(pipeline)} fontSize="heading-m">
              {pipeline}
            </Link>{' '}
            {stage} / {action}
          </Header>
        }
      >
        <SpaceBetween size="m">
          {reason.question !== undefined && <Box fontSize="heading-s">{reason.question}</Box>}
          {reason.reviewUrl !== undefined && <ForeignLink url={reason.reviewUrl} />}
          <ExpandableSection defaultExpanded headerText="What will change">
            <WhatWillChange approval={approval} />
          </ExpandableSection>
          <WhoMay />
          <FormField
            label="Comment"
            errorText={comment.length > LONGEST_COMMENT ? `It may have ${LONGEST_COMMENT} characters.` : undefined}
          >
            <Textarea rows={2} value={comment} onChange={({ detail }) => setComment(detail.value)} />
          </FormField>
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              variant="primary"
              loading={answering === 'Approved'}
              disabled={answering !== undefined || comment.length > LONGEST_COMMENT}
              ariaLabel={`Approve ${place}`}
              onClick={() => void answer('Approved')}
            >
              Approve
            </Button>
            <Button
              loading={answering === 'Rejected'}
              disabled={answering !== undefined || comment.length > LONGEST_COMMENT}
              ariaLabel={`Reject ${place}`}
              onClick={() => void answer('Rejected')}
            >
              Reject
            </Button>
          </SpaceBetween>
        </SpaceBetween>
      </Container>
    </section>
  )
}
