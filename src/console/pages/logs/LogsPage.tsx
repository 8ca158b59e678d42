/** What the actions of an execution said: all of them in the order of time, or one. */
import './logs.css'
import Header from '@cloudscape-design/components/header'
import Spinner from '@cloudscape-design/components/spinner'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useParams, useSearchParams } from 'react-router'
import { actionExecutions, execution } from '../../api/queries.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { Link } from '../../components/Link.tsx'
import { usePage } from '../../components/page.ts'
import { shellWord } from '../../components/shell.ts'
import { LogView } from '../../log-view/LogView.tsx'
import { useFeeds } from '../../log-view/use-feeds.ts'
import { paths } from '../../paths.ts'
import { Took } from '../../ui/Ago.tsx'
import { StatusBadge } from '../../ui/StatusBadge.tsx'
import { runsOf } from '../execution/attempts.ts'
import { chosen, logChoices, placesOf, type LogChoice } from './log-choices.ts'
import { useSelection } from './use-selection.ts'

export default function LogsPage() {
  const { name = '', id = '' } = useParams()
  const [search] = useSearchParams()
  const [selection, select] = useSelection()
  const wanted = search.get('action')
  const actions = useQuery(actionExecutions(name, id))
  const run = useQuery(execution(name, id))
  const choices = useMemo(() => logChoices(runsOf(actions.data ?? [])), [actions.data])
  const shown = chosen(choices, wanted)
  const feeds = useFeeds(placesOf(shown))
  const isOver = run.data !== undefined && run.data.status !== 'InProgress' && run.data.status !== 'Stopping'
  usePage({
    title: wanted === null ? 'Logs' : `Log of ${wanted}`,
    crumbs: [
      { text: 'Pipelines', href: paths.fleet() },
      { text: name, href: paths.pipeline(name) },
      { text: id.slice(0, 8), href: paths.execution(name, id) },
    ],
    commands: {
      aws: shown.flatMap(({ run: { log } }) =>
        log === undefined
          ? []
          : [
              `aws logs get-log-events --log-group-name ${shellWord(log.group)} --log-stream-name ${shellWord(log.stream)} --start-from-head`,
            ],
      ),
      pipewright: [
        `pipewright logs ${shellWord(name)} --execution ${id}${wanted === null ? '' : ` --action ${shellWord(shown[0]?.run.action ?? '')}`} --follow`,
      ],
      json: () => actions.data,
    },
  })

  if (actions.error) return <ErrorPanel error={actions.error} retry={() => void actions.refetch()} />
  if (actions.data === undefined || run.isPending) return <Spinner />
  return (
    <div className="logs">
      <Header variant="h1" actions={<Link to={paths.execution(name, id)}>The execution</Link>}>
        {wanted === null ? 'Logs' : wanted}
      </Header>
      <nav className="logs-choices" aria-label="Logs of this execution">
        <Choice to={paths.logs(name, id)} isCurrent={wanted === null} name="All actions" />
        {choices.map((choice) => (
          <Choice
            key={choice.run.id}
            to={`${paths.logs(name, id)}?action=${encodeURIComponent(choice.name)}`}
            isCurrent={wanted === choice.name}
            name={choice.name}
            choice={choice}
          />
        ))}
      </nav>
      <div className="logs-view">
        {feeds.length === shown.length && feeds.length > 0 ? (
          <LogView
            key={wanted ?? ''}
            feeds={feeds}
            label={wanted === null ? `Logs of ${name}` : `Log of ${wanted}`}
            selection={selection}
            onSelect={select}
            isOver={isOver}
            failed={shown.flatMap(({ run, name }) => (run.status === 'Failed' ? [name] : []))}
            fileName={`${name}-${id.slice(0, 8)}${wanted === null ? '' : `-${wanted}`}`}
            empty="Nothing was said yet."
          />
        ) : (
          <p className="quiet">
            {wanted === null
              ? 'No action of this execution has a log yet: they come with builds and commands.'
              : `No action of this execution is called ${wanted}.`}
          </p>
        )}
      </div>
    </div>
  )
}

function Choice({ to, name, isCurrent, choice }: { to: string; name: string; isCurrent: boolean; choice?: LogChoice }) {
  return (
    <div className="logs-choice" aria-current={isCurrent ? 'page' : undefined}>
      <Link to={to}>{name}</Link>
      {choice !== undefined && (
        <div className="logs-choice-state">
          <StatusBadge status={choice.run.status} />{' '}
          <span className="quiet">
            <Took
              from={choice.run.startedAt}
              {...(choice.run.status !== 'InProgress' && { to: choice.run.updatedAt })}
            />
          </span>
        </div>
      )}
    </div>
  )
}
