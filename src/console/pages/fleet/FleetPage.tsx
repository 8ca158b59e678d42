/** All pipelines: how each is doing, what it runs, what it waits for. */
import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import { lazy, Suspense, useDeferredValue } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { prefer, usePreferences } from '../../api/preferences.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { useKeys } from '../../components/keys.ts'
import { Link } from '../../components/Link.tsx'
import { usePage } from '../../components/page.ts'
import { useSearchText } from '../../components/search-text.ts'
import { paths } from '../../paths.ts'
import { FleetList } from './FleetList.tsx'
import { arrange, fits, FLEET_STATES, parseFilter, type FleetRow, type Grouping } from './model.ts'
import './fleet.css'
import { useFleet } from './use-fleet.ts'

const WelcomePage = lazy(async () => await import('../welcome/WelcomePage.tsx'))

export default function FleetPage() {
  const [search, setSearch] = useSearchParams()
  const [text, setText] = useSearchText('q')
  const grouping = (search.get('group') ?? 'none') as Grouping
  const { starred } = usePreferences()
  const stars = new Set(starred)
  const filter = parseFilter(useDeferredValue(text))
  const { rows, error, retry } = useFleet()
  const navigate = useNavigate()
  const set = (name: string, value: string): void =>
    setSearch(
      (before) => {
        if (value === '') before.delete(name)
        else before.set(name, value)
        return before
      },
      { replace: true },
    )
  usePage({
    title: 'Pipelines',
    commands: { aws: ['aws codepipeline list-pipelines'], pipewright: ['pipewright watch NAME'], json: () => rows },
  })
  useKeys([
    {
      keys: '/',
      does: 'Filter pipelines',
      run: () => document.querySelector<HTMLInputElement>('.fleet-filter input')?.focus(),
    },
    { keys: 'n', does: 'New pipeline', run: () => void navigate(paths.newPipeline()) },
  ])

  if (error !== null) return <ErrorPanel error={error} retry={retry} />
  if (rows === undefined) return <Spinner size="large" />
  if (rows.length === 0) {
    return (
      <Suspense>
        <WelcomePage />
      </Suspense>
    )
  }
  const shown = rows.filter((row) => fits(row, filter, stars))
  const tagKeys = [...new Set(rows.flatMap(({ tags }) => Object.keys(tags)))].sort()
  const star = (name: string): void =>
    prefer({ starred: stars.has(name) ? starred.filter((other) => other !== name) : [...starred, name] })

  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        counter={`(${shown.length}${shown.length === rows.length ? '' : ` of ${rows.length}`})`}
        actions={
          <Button variant="primary" onClick={() => void navigate(paths.newPipeline())}>
            New pipeline
          </Button>
        }
      >
        Pipelines
      </Header>
      <div className="fleet-tools">
        <div className="fleet-filter">
          <Input
            type="search"
            value={text}
            ariaLabel="Filter pipelines"
            placeholder="Name, message, state:failed, tag:team=web, is:starred"
            onChange={({ detail }) => setText(detail.value)}
          />
        </div>
        <label className="fleet-group">
          Group by{' '}
          <select
            value={grouping}
            onChange={(event) => set('group', event.target.value === 'none' ? '' : event.target.value)}
          >
            <option value="none">nothing</option>
            <option value="state">state</option>
            {tagKeys.map((key) => (
              <option key={key} value={`tag:${key}`}>{`tag ${key}`}</option>
            ))}
          </select>
        </label>
        <SavedFilters rows={rows} stars={stars} current={text} />
      </div>
      <StateCounts rows={rows} onPick={(state) => setText(`state:${state.replace(' ', '-')}`)} />
      <div className="fleet">
        <div className="fleet-head" aria-hidden="true">
          {['Pipeline', 'State', 'Newest revision', 'Last change', 'Durations', 'Success'].map((title) => (
            <span key={title}>{title}</span>
          ))}
        </div>
        <FleetList groups={arrange(shown, grouping, stars)} stars={stars} onStar={star} />
      </div>
    </SpaceBetween>
  )
}

/** How many are in each state; each a filter. */
function StateCounts({ rows, onPick }: { rows: readonly FleetRow[]; onPick: (state: string) => void }) {
  const counts = FLEET_STATES.map((state) => ({ state, count: rows.filter((row) => row.state === state).length }))
  return (
    <div className="fleet-counts">
      {counts
        .filter(({ count }) => count > 0)
        .map(({ state, count }) => (
          <button key={state} type="button" className="chip" data-state={state} onClick={() => onPick(state)}>
            <b>{count}</b> {state}
          </button>
        ))}
    </div>
  )
}

/** Filters somebody keeps: links, with how many they find right now. */
function SavedFilters({
  rows,
  stars,
  current,
}: {
  rows: readonly FleetRow[]
  stars: ReadonlySet<string>
  current: string
}) {
  const { savedFilters } = usePreferences()
  const isNew = current !== '' && savedFilters.every(({ query }) => query !== current)
  return (
    <nav className="fleet-saved" aria-label="Saved filters">
      {savedFilters.map(({ name, query }) => (
        <span key={query}>
          <Link to={`/?q=${encodeURIComponent(query)}`}>{name}</Link>{' '}
          <span className="quiet">({rows.filter((row) => fits(row, parseFilter(query), stars)).length})</span>
          <Button
            variant="inline-icon"
            iconName="close"
            ariaLabel={`Forget the filter ${name}`}
            onClick={() => prefer({ savedFilters: savedFilters.filter((other) => other.query !== query) })}
          />
        </span>
      ))}
      {isNew && (
        <Button
          variant="inline-link"
          onClick={() => prefer({ savedFilters: [...savedFilters, { name: current, query: current }] })}
        >
          Keep this filter
        </Button>
      )}
    </nav>
  )
}
