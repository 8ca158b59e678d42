import { memo } from 'react'
import { Link } from '../../components/Link.tsx'
import { Glyph } from '../../graph/Glyph.tsx'
import { shortRevision } from '../../graph/model.ts'
import { styleOf } from '../../graph/state-style.ts'
import { paths } from '../../paths.ts'
import { Ago, Took } from '../../ui/Ago.tsx'
import type { ExecutionRow } from './execution-rows.ts'

/** The newest executions; pointing at one lights its thread on the picture. */
export const ExecutionList = memo(function ExecutionList(props: {
  pipeline: string
  rows: readonly ExecutionRow[]
  onPoint: (executionId: string | undefined) => void
}) {
  const { pipeline, rows, onPoint } = props
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
      <tbody className="pg-tones">
        {rows.map(({ token, endedAt }) => {
          const { id, look, revisions, trigger, startedAt, isRollback } = token
          const { tone, label } = styleOf(look)
          const [revision] = revisions
          return (
            <tr
              key={id}
              onPointerEnter={() => onPoint(id)}
              onPointerLeave={() => onPoint(undefined)}
              onFocus={() => onPoint(id)}
              onBlur={() => onPoint(undefined)}
            >
              <td>
                <span className="runs-state" data-tone={tone}>
                  <Glyph look={look} size={16} /> {label}
                </span>
              </td>
              <td>
                <Link to={paths.execution(pipeline, id)}>{id.slice(0, 8)}</Link>
                {isRollback && <span className="quiet"> rollback</span>}
              </td>
              <td className="runs-revision">
                {revision !== undefined && <code>{shortRevision(revision.id)}</code>}{' '}
                {revision?.summary?.split('\n')[0]}
              </td>
              <td>{trigger}</td>
              <td>
                <Ago at={startedAt} />
              </td>
              <td>
                <Took from={startedAt} {...(endedAt !== undefined && { to: endedAt })} />
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
})
