import type { PipelineExecutionSummary } from '@aws-sdk/client-codepipeline'
import { Link } from '../../components/Link.tsx'
import { shortRevision } from '../../graph/model.ts'
import { paths } from '../../paths.ts'
import { Ago, Took } from '../../ui/Ago.tsx'
import { StatusBadge } from '../../ui/StatusBadge.tsx'

/** The newest executions; pointing at one lights its thread on the picture. */
export function ExecutionList(props: {
  pipeline: string
  executions: readonly PipelineExecutionSummary[]
  onPoint: (executionId: string | undefined) => void
}) {
  const { pipeline, executions, onPoint } = props
  return (
    <table className="runs">
      <caption className="runs-caption">Executions</caption>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Execution</th>
          <th scope="col">Revision</th>
          <th scope="col">Started by</th>
          <th scope="col">Started</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        {executions.map((execution) => {
          const {
            pipelineExecutionId: id = '',
            status,
            sourceRevisions,
            trigger,
            startTime,
            lastUpdateTime,
          } = execution
          const isOver = status !== 'InProgress' && status !== 'Stopping'
          const [revision] = sourceRevisions ?? []
          return (
            <tr
              key={id}
              onPointerEnter={() => onPoint(id)}
              onPointerLeave={() => onPoint(undefined)}
              onFocus={() => onPoint(id)}
              onBlur={() => onPoint(undefined)}
            >
              <td>
                <StatusBadge status={status} />
              </td>
              <td>
                <Link to={paths.execution(pipeline, id)}>{id.slice(0, 8)}</Link>
                {execution.executionType === 'ROLLBACK' && <span className="quiet"> rollback</span>}
              </td>
              <td className="runs-revision">
                {revision?.revisionId !== undefined && <code>{shortRevision(revision.revisionId)}</code>}{' '}
                {revision?.revisionSummary?.split('\n')[0]}
              </td>
              <td>{trigger?.triggerType}</td>
              <td>
                <Ago at={startTime} />
              </td>
              <td>
                <Took from={startTime} {...(isOver && { to: lastUpdateTime })} />
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
