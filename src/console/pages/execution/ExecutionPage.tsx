/** One execution: what it is, why, how it goes, where its time went, what it made, and what to do about it. */
import './execution.css'
import SegmentedControl from '@cloudscape-design/components/segmented-control'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import Tabs from '@cloudscape-design/components/tabs'
import { lazy, Suspense } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import type { Reason } from '../../api/explain-types.ts'
import { prefer, usePreferences, type Preferences } from '../../api/preferences.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { useKeys } from '../../components/keys.ts'
import { Link } from '../../components/Link.tsx'
import { usePage } from '../../components/page.ts'
import { ReasonLine } from '../../components/ReasonLine.tsx'
import { shellWord } from '../../components/shell.ts'
import { paths } from '../../paths.ts'
import { logName } from '../logs/log-choices.ts'
import type { Run } from './attempts.ts'
import { ExecutionHead } from './ExecutionHead.tsx'
import { RunPanel } from './RunPanel.tsx'
import { useExecution, type ExecutionData } from './use-execution.ts'

const GraphView = lazy(async () => await import('./GraphView.tsx'))
const TableView = lazy(async () => await import('./TableView.tsx'))
const WaterfallView = lazy(async () => await import('./WaterfallView.tsx'))
const VariablesTable = lazy(async () => await import('./VariablesTable.tsx'))
const ArtifactList = lazy(async () => await import('./ArtifactList.tsx'))

type View = Preferences['executionView']

const VIEWS: readonly { readonly id: View; readonly text: string }[] = [
  { id: 'graph', text: 'Graph' },
  { id: 'table', text: 'Table' },
  { id: 'waterfall', text: 'Waterfall' },
]

export default function ExecutionPage() {
  const { name = '', id = '' } = useParams()
  const data = useExecution(name, id)
  const navigate = useNavigate()
  const { view, setView, chosen, choose } = useAddress()
  usePage({
    title: `Execution ${id.slice(0, 8)}`,
    crumbs: [
      { text: 'Pipelines', href: paths.fleet() },
      { text: name, href: paths.pipeline(name) },
    ],
    commands: {
      aws: [
        `aws codepipeline get-pipeline-execution --pipeline-name ${shellWord(name)} --pipeline-execution-id ${id}`,
        `aws codepipeline list-action-executions --pipeline-name ${shellWord(name)} --filter pipelineExecutionId=${id}`,
      ],
      pipewright: [
        `pipewright watch ${shellWord(name)} --execution ${id}`,
        `pipewright why ${shellWord(name)} --execution ${id}`,
        `pipewright logs ${shellWord(name)} --execution ${id}`,
      ],
      json: () => ({ execution: data.execution, actions: data.actions, timings: data.time }),
    },
  })
  const nextFailure = (): void => {
    const failed = data.runs.filter(({ status }) => status === 'Failed' || status === 'Abandoned')
    const at = failed.findIndex(({ id }) => id === chosen)
    choose(failed[(at + 1) % Math.max(1, failed.length)]?.id)
  }
  useKeys([
    { keys: 'f', does: 'Next failure', run: nextFailure },
    { keys: 'l', does: 'Logs', run: () => void navigate(paths.logs(name, id)) },
    { keys: '1', does: 'Graph', run: () => setView('graph') },
    { keys: '2', does: 'Table', run: () => setView('table') },
    { keys: '3', does: 'Waterfall', run: () => setView('waterfall') },
    { keys: 'Escape', does: 'Close the panel', run: () => choose(undefined) },
  ])

  if (data.error) return <ErrorPanel error={data.error} retry={data.retry} />
  if (data.execution === undefined || data.actions === undefined) return <Spinner />
  const run = data.runs.find((each) => each.id === chosen)
  return (
    <SpaceBetween size="l">
      <ExecutionHead data={data} execution={data.execution} />
      <Reasons data={data} />
      <section className="execution-views" aria-label="How it went">
        <SegmentedControl
          selectedId={view}
          label="View"
          options={VIEWS.map(({ id, text }) => ({ id, text }))}
          onChange={({ detail }) => setView(detail.selectedId as View)}
        />
        <Suspense fallback={<Spinner />}>
          {view === 'graph' && <GraphView data={data} chosen={run} onChoose={choose} />}
          {view === 'table' && <TableView data={data} chosen={chosen} onChoose={choose} />}
          {view === 'waterfall' && <WaterfallView data={data} chosen={chosen} onChoose={choose} />}
        </Suspense>
      </section>
      {run !== undefined && <RunPanel key={run.key} data={data} run={run} onChoose={choose} />}
      <Tabs
        ariaLabel="What belongs to this execution"
        tabs={[
          {
            id: 'variables',
            label: 'Variables',
            content: (
              <Suspense fallback={<Spinner />}>
                <VariablesTable data={data} execution={data.execution} />
              </Suspense>
            ),
          },
          {
            id: 'artifacts',
            label: 'Artifacts',
            content: (
              <Suspense fallback={<Spinner />}>
                <ArtifactList runs={data.runs} />
              </Suspense>
            ),
          },
        ]}
      />
    </SpaceBetween>
  )
}

/** Why it is where it is; that all is well needs no words. */
function Reasons({ data: { name, id, reasons, runs } }: { data: ExecutionData }) {
  const shown = reasons.filter(({ kind }) => kind !== 'Succeeded' && kind !== 'Running')
  if (shown.length === 0) return <></>
  return (
    <ul className="execution-reasons">
      {shown.map((reason) => (
        <li key={`${reason.kind} ${JSON.stringify(reason.about)}`}>
          <ReasonLine reason={reason} />
          <LogLink name={name} id={id} run={logged(runs, reason)} />
        </li>
      ))}
    </ul>
  )
}

/** The run of the action that the reason is about, when it said something. */
const logged = (runs: readonly Run[], { about: { stageName = '', actionName } }: Reason): Run | undefined =>
  runs.findLast(({ key, log }) => log !== undefined && key === `${stageName}/${actionName ?? ''}`)

function LogLink({ name, id, run }: { name: string; id: string; run: Run | undefined }) {
  if (run === undefined) return <></>
  return (
    <span className="execution-reason-log">
      <Link to={`${paths.logs(name, id)}?action=${encodeURIComponent(logName(run))}`}>What it said</Link>
    </span>
  )
}

/** The view and what is chosen are part of the address; the view is remembered for the next execution. */
function useAddress() {
  const [search, setSearch] = useSearchParams()
  const { executionView } = usePreferences()
  const asked = VIEWS.find(({ id }) => id === search.get('view'))?.id
  const change = (key: string, value: string | undefined): void =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before)
        if (value === undefined) next.delete(key)
        else next.set(key, value)
        return next
      },
      { replace: true, preventScrollReset: true },
    )
  return {
    view: asked ?? executionView,
    setView: (view: View): void => {
      prefer({ executionView: view })
      change('view', view)
    },
    chosen: search.get('run') ?? undefined,
    choose: (run: string | undefined): void => change('run', run),
  }
}
