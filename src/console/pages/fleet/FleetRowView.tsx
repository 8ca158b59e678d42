import Button from '@cloudscape-design/components/button'
import { memo } from 'react'
import { Link } from '../../components/Link.tsx'
import { ReasonLine } from '../../components/ReasonLine.tsx'
import { paths } from '../../paths.ts'
import { Ago, Took } from '../../ui/Ago.tsx'
import { StatusBadge } from '../../ui/StatusBadge.tsx'
import { duration } from '../../ui/time.ts'
import { usualMs, type FleetRow } from './model.ts'
import { Sparkline } from './Sparkline.tsx'

/** Rows of other pipelines do not draw themselves anew when one changes. */
export const FleetRowView = memo(FleetRowInner)

function FleetRowInner(props: { row: FleetRow; starred: boolean; onStar: (name: string) => void }) {
  const { row, starred, onStar } = props
  const { name, latest, message, running, past, successRate, reason, state, moved } = row
  const revision = latest?.revisionId
  return (
    <div className="fleet-row" data-state={state}>
      <span className="fleet-name">
        <Button
          variant="icon"
          iconName={starred ? 'star-filled' : 'star'}
          ariaLabel={starred ? `Remove the star of ${name}` : `Star ${name}`}
          onClick={() => onStar(name)}
        />
        <span>
          <Link to={paths.pipeline(name)} fontSize="heading-s">
            {name}
          </Link>
          <span className="quiet fleet-small">
            {row.mode.toLowerCase()}
            {running > 1 && `, ${running} in progress`}
          </span>
        </span>
      </span>
      <span>
        {latest === undefined ? (
          <StatusBadge status="NotStarted" detail="" />
        ) : (
          <Link to={paths.execution(name, latest.id)}>
            <StatusBadge status={state === 'blocked' ? 'Waiting' : latest.status} />
          </Link>
        )}
        <Progress row={row} />
      </span>
      <span className="fleet-message">
        {message ?? revision?.slice(0, 12) ?? <span className="quiet">–</span>}
        {message !== undefined && revision !== undefined && (
          <code className="quiet fleet-small">{revision.slice(0, 8)}</code>
        )}
      </span>
      <span>
        <Ago at={moved} />
      </span>
      <span>
        <Sparkline past={past} name={name} />
      </span>
      <span>{successRate === undefined ? '–' : `${Math.round(successRate * 100)} %`}</span>
      {reason !== undefined && (
        <div className="fleet-reason">
          <ReasonLine reason={reason} most={2} />
        </div>
      )}
    </div>
  )
}

/** Of a run in progress: how long it takes so far, and how long it usually does. */
function Progress({ row: { latest, past, state } }: { row: FleetRow }) {
  if (latest === undefined || (state !== 'running' && state !== 'blocked')) return <></>
  const usual = usualMs(past)
  return (
    <span className="quiet fleet-small">
      <Took from={latest.started} />
      {usual !== undefined && `, usually ${duration(usual)}`}
    </span>
  )
}
