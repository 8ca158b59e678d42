import Header from '@cloudscape-design/components/header'
import type { PipelineExecution } from '@aws-sdk/client-codepipeline'
import type { ReactNode } from 'react'
import { Link } from '../../components/Link.tsx'
import { paths } from '../../paths.ts'
import { Ago, Took } from '../../ui/Ago.tsx'
import { ShortId } from '../../ui/Mono.tsx'
import { revisionMessage } from '../../ui/revision.ts'
import { StatusBadge } from '../../ui/StatusBadge.tsx'
import { ExecutionActions } from './ExecutionActions.tsx'
import type { ExecutionData } from './use-execution.ts'
import { isOver, whoOf, whyOf } from './words.ts'

/** What it is: state, why and by whom, what it carries, when and how long. */
export function ExecutionHead({ data, execution }: { data: ExecutionData; execution: PipelineExecution }) {
  const { name, id, time, summaries } = data
  const { why, who } = whyOf(execution.trigger)
  const summary = summaries.find(({ pipelineExecutionId }) => pipelineExecutionId === id)
  const startedAt = time?.startedAt ?? summary?.startTime
  const endedAt = time?.endedAt ?? summary?.lastUpdateTime
  const target = execution.rollbackMetadata?.rollbackTargetPipelineExecutionId
  return (
    <div className="execution-head">
      <Header variant="h1" actions={<ExecutionActions data={data} execution={execution} />}>
        <span className="execution-title">
          <StatusBadge status={execution.status} />
          <span>{execution.executionType === 'ROLLBACK' ? 'Rollback' : 'Execution'}</span>
          <ShortId id={id} name="execution id" />
        </span>
      </Header>
      <Revisions execution={execution} />
      <dl className="execution-facts">
        <Fact name="Why">
          {why}
          {who !== undefined && <span className="quiet"> {who}</span>}
        </Fact>
        <Fact name="Started">
          <Ago at={startedAt} />
        </Fact>
        <Fact name={isOver(execution) ? 'Took' : 'Takes'}>
          <Took from={startedAt} {...(isOver(execution) && endedAt !== undefined && { to: endedAt })} />
        </Fact>
        <Fact name="Pipeline">
          <Link to={paths.pipeline(name)}>{name}</Link>{' '}
          <span className="quiet">
            version {execution.pipelineVersion}, {(execution.executionMode ?? 'SUPERSEDED').toLowerCase()}
          </span>
        </Fact>
        {target !== undefined && (
          <Fact name="Back to">
            <Link to={paths.execution(name, target)}>{target.slice(0, 8)}</Link>
          </Fact>
        )}
        {summary?.stopTrigger?.reason !== undefined && (
          <Fact name="Stopped because">{whoOf(summary.stopTrigger.reason)}</Fact>
        )}
        {execution.statusSummary !== undefined && data.reasons.length === 0 && (
          <Fact name="Says">{execution.statusSummary}</Fact>
        )}
      </dl>
    </div>
  )
}

function Revisions({ execution }: { execution: PipelineExecution }) {
  const artifactRevisions = execution.artifactRevisions ?? []
  if (artifactRevisions.length === 0) return <p className="quiet execution-revision">It has fetched no source yet.</p>
  return (
    <ul className="execution-revisions" aria-label="Source revisions">
      {artifactRevisions.map(({ name = '', revisionId = '', revisionSummary, revisionUrl, created }) => (
        <li key={name} className="execution-revision">
          <span className="execution-message">{revisionMessage(revisionSummary) ?? revisionId}</span>
          <span className="quiet">
            {name} ·{' '}
            {/^https?:\/\//.test(revisionUrl ?? '') ? (
              <a href={revisionUrl}>{revisionId.slice(0, 12)}</a>
            ) : (
              <code>{revisionId.slice(0, 12)}</code>
            )}
            {created !== undefined && (
              <>
                {' · '}
                <Ago at={created} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt className="quiet">{name}</dt>
    <dd>{children}</dd>
  </div>
)
