import { Link } from '../../components/Link.tsx'
import { paths } from '../../paths.ts'
import { Ago, Took } from '../../ui/Ago.tsx'
import { StatusBadge } from '../../ui/StatusBadge.tsx'
import { duration } from '../../ui/time.ts'
import { took, type Run } from './attempts.ts'
import { logName } from '../logs/log-choices.ts'
import type { ExecutionData } from './use-execution.ts'

/** Every action run as a line, by stage. */
export default function TableView(props: {
  data: ExecutionData
  chosen: string | undefined
  onChoose: (run: string | undefined) => void
}) {
  const { data, chosen, onChoose } = props
  const stages = Map.groupBy(data.runs, ({ stage }) => stage)
  if (data.runs.length === 0) return <p className="quiet">No action has begun yet.</p>
  return (
    <table className="run-table">
      <thead>
        <tr>
          <th scope="col">Action</th>
          <th scope="col">State</th>
          <th scope="col">Began</th>
          <th scope="col">Took</th>
          <th scope="col">Says</th>
          <th scope="col">Log</th>
        </tr>
      </thead>
      {Array.from(stages, ([stage, runs]) => (
        <tbody key={stage}>
          <tr>
            <th className="run-stage" scope="rowgroup" colSpan={6}>
              {stage}
            </th>
          </tr>
          {runs.map((run) => (
            <Line
              key={run.id}
              name={data.name}
              id={data.id}
              run={run}
              isChosen={run.id === chosen}
              onChoose={onChoose}
            />
          ))}
        </tbody>
      ))}
    </table>
  )
}

function Line(props: {
  name: string
  id: string
  run: Run
  isChosen: boolean
  onChoose: (run: string | undefined) => void
}) {
  const { name, id, run, isChosen, onChoose } = props
  const { errorDetails, externalExecutionSummary } = run.detail.output?.executionResult ?? {}
  return (
    <tr data-chosen={isChosen || undefined}>
      <td>
        <button
          type="button"
          className="run-name"
          aria-pressed={isChosen}
          onClick={() => onChoose(isChosen ? undefined : run.id)}
        >
          {run.action}
        </button>
        {run.attempt > 1 && <span className="execution-tag">try {run.attempt}</span>}
        <div className="quiet">
          {run.category} · {run.provider}
        </div>
      </td>
      <td>
        <StatusBadge status={run.status} />
      </td>
      <td>
        <Ago at={run.startedAt} />
      </td>
      <td className="run-number">
        {run.status === 'InProgress' ? <Took from={run.startedAt} /> : duration(took(run, 0))}
      </td>
      <td className="run-says">{errorDetails?.message ?? externalExecutionSummary ?? ''}</td>
      <td>
        {run.log !== undefined && (
          <Link to={`${paths.logs(name, id)}?action=${encodeURIComponent(logName(run))}`}>Log</Link>
        )}
      </td>
    </tr>
  )
}
