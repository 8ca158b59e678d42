/** What a run said, where one looks at it; a click on a line's number leads to the whole page of it. */
import { useNavigate } from 'react-router'
import { LogView } from '../../log-view/LogView.tsx'
import { printSelection } from '../../log-view/selection.ts'
import { useFeeds } from '../../log-view/use-feeds.ts'
import { paths } from '../../paths.ts'
import { logName } from '../logs/log-choices.ts'
import type { Run } from './attempts.ts'

export default function RunLog({ name, id, run }: { name: string; id: string; run: Run }) {
  const navigate = useNavigate()
  const feeds = useFeeds(run.log === undefined ? [] : [{ name: logName(run), ...run.log }])
  const address = `${paths.logs(name, id)}?action=${encodeURIComponent(logName(run))}`
  if (feeds.length === 0) return <></>
  return (
    <div className="run-log">
      <LogView
        feeds={feeds}
        label={`Log of ${logName(run)}`}
        selection={undefined}
        onSelect={(selection) => {
          if (selection !== undefined) void navigate(`${address}${printSelection(selection)}`)
        }}
        isOver={run.status !== 'InProgress'}
        fileName={`${name}-${id.slice(0, 8)}-${logName(run)}`}
        hasKeys={false}
      />
    </div>
  )
}
