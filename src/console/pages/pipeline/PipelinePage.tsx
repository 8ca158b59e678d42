/** One pipeline: the picture of it, live or as it was, what is known of the chosen part, and its newest executions. */
import './pipeline.css'
import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { usePreferences } from '../../api/preferences.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { useKeys } from '../../components/keys.ts'
import { usePage } from '../../components/page.ts'
import { shellWord } from '../../components/shell.ts'
import { actionsOf, type ActionLook, type Picture } from '../../graph/model.ts'
import { PipelineGraph, type GraphControls, type Outlook } from '../../graph/PipelineGraph.tsx'
import { paths } from '../../paths.ts'
import { useAddress, type Address } from './address.ts'
import { executionRows } from './execution-rows.ts'
import { ExecutionList } from './ExecutionList.tsx'
import { selectionOf } from './selection.ts'
import type { Snapshot } from './snapshot.ts'
import { TimeSlider } from './TimeSlider.tsx'
import { usePast } from './use-past.ts'
import { usePicture } from './use-picture.ts'
import { WhyPanel } from './WhyPanel.tsx'

const StartDialog = lazy(async () => await import('../../components/start/StartDialog.tsx'))

export default function PipelinePage() {
  const { name = '' } = useParams()
  const navigate = useNavigate()
  const [address, setAddress] = useAddress()
  const { picture, snapshot, error, retry } = usePicture(name)
  const [isSliding, setSliding] = useState(address.at !== undefined)
  const history = usePast(name, snapshot, isSliding || address.at !== undefined ? address.at : undefined, isSliding)
  const [pointedAt, setPointedAt] = useState<string>()
  const [isStarting, setStarting] = useState(false)
  const controls = useRef<GraphControls>(null)
  const { timeZone } = usePreferences()
  // until history has come, what is known is better than nothing
  const shown = address.at === undefined ? picture : (history.picture ?? picture)
  const selection = shown && selectionOf(shown, address.select)

  usePage({
    title: name,
    crumbs: [{ text: 'Pipelines', href: paths.fleet() }],
    commands: {
      aws: [
        `aws codepipeline get-pipeline-state --name ${shellWord(name)}`,
        `aws codepipeline list-pipeline-executions --pipeline-name ${shellWord(name)}`,
        `aws codepipeline start-pipeline-execution --name ${shellWord(name)}`,
      ],
      pipewright: [`pipewright watch ${shellWord(name)}`, `pipewright why ${shellWord(name)}`],
      json: () => snapshot?.answers,
    },
  })
  useKeys([
    { keys: 'f', does: 'Show the whole picture', run: () => controls.current?.fit() },
    { keys: '+', does: 'Larger', run: () => controls.current?.zoom(1.25) },
    { keys: '-', does: 'Smaller', run: () => controls.current?.zoom(0.8) },
    {
      keys: 'n',
      does: 'Next failure or question',
      run: () => goToNext(shown, address.select, controls.current, setAddress),
    },
    { keys: 's', does: 'Start', run: () => setStarting(true) },
    { keys: 'e', does: 'Edit', run: () => void navigate(paths.editor(name)) },
    { keys: 't', does: 'Slide through time', run: () => setSliding((on) => !on) },
    { keys: 'Escape', does: 'Close the panel', run: () => setAddress({ select: undefined }) },
  ])

  const look = useCallback((to: Outlook | undefined) => setAddress({ look: to }), [setAddress])
  const select = useCallback((key: string | undefined) => setAddress({ select: key }), [setAddress])

  return (
    <SpaceBetween size="m">
      <PageHead
        name={name}
        picture={picture}
        type={snapshot?.pipeline.type}
        isSliding={isSliding}
        onSlide={() => {
          if (isSliding) setAddress({ at: undefined })
          setSliding(!isSliding)
        }}
        onStart={() => setStarting(true)}
      />
      {error !== null && error !== undefined && <ErrorPanel error={error} retry={retry} />}
      {shown === undefined ? (
        (error === null || error === undefined) && <Loading />
      ) : (
        <div className="pipeline-picture">
          <PipelineGraph
            key={name}
            picture={shown}
            selected={address.select}
            onSelect={select}
            pointedAt={pointedAt}
            at={address.at}
            outlook={address.look}
            onOutlook={look}
            controls={controls}
            covered={selection === undefined || globalThis.innerWidth < 1000 ? 0 : PANEL_WIDTH}
          />
          {selection !== undefined && (
            <WhyPanel
              pipeline={name}
              picture={shown}
              selection={selection}
              isPast={address.at !== undefined}
              onSelect={select}
            />
          )}
        </div>
      )}
      {(isSliding || address.at !== undefined) && (
        <TimeSlider
          marks={history.marks}
          at={address.at}
          timeZone={timeZone}
          onMove={(at) => {
            if (address.at === undefined) history.refresh()
            setAddress({ at })
          }}
        />
      )}
      {snapshot !== undefined && picture !== undefined && (
        <Executions name={name} snapshot={snapshot} picture={picture} onPoint={setPointedAt} />
      )}
      {isStarting && (
        <Suspense>
          <StartDialog name={name} onClose={() => setStarting(false)} />
        </Suspense>
      )}
    </SpaceBetween>
  )
}

function PageHead(props: {
  name: string
  picture: Picture | undefined
  type: string | undefined
  isSliding: boolean
  onSlide: () => void
  onStart: () => void
}) {
  const { name, picture, type, isSliding, onSlide, onStart } = props
  const navigate = useNavigate()
  return (
    <Header
      variant="h1"
      info={
        picture !== undefined && (
          <span className="quiet pipeline-kind">
            {MODES[picture.mode]} · {type} · version {picture.version}
          </span>
        )
      }
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button iconName="history" ariaExpanded={isSliding} onClick={onSlide}>
            Time
          </Button>
          <Button onClick={() => void navigate(paths.versions(name))}>History</Button>
          <Button onClick={() => void navigate(paths.editor(name))}>Edit</Button>
          <Button variant="primary" onClick={onStart}>
            Start
          </Button>
        </SpaceBetween>
      }
    >
      {name}
    </Header>
  )
}

const MODES = { SUPERSEDED: 'Superseded', QUEUED: 'Queued', PARALLEL: 'Parallel' } as const

/** as the style sheet has it, with its margins */
const PANEL_WIDTH = 392

const Loading = () => (
  <div className="pipeline-loading">
    <Spinner size="large" />
  </div>
)

const LISTED = 25

function Executions(props: {
  name: string
  snapshot: Snapshot
  picture: Picture
  onPoint: (id: string | undefined) => void
}) {
  const { name, snapshot, picture, onPoint } = props
  const rows = useMemo(
    () => executionRows(snapshot.answers.executions, picture, LISTED),
    [snapshot.answers.executions, picture],
  )
  if (rows.length === 0) return <p className="quiet">It has never run. Start it, or push to its source.</p>
  return <ExecutionList pipeline={name} rows={rows} onPoint={onPoint} />
}

const URGENT: ReadonlySet<ActionLook> = new Set(['Failed', 'Errored', 'NeedsApproval'])

/** Round and round through everything that needs somebody. */
function goToNext(
  picture: Picture | undefined,
  from: string | undefined,
  controls: GraphControls | null,
  setAddress: (change: Address) => void,
): void {
  const keys = (picture?.stages ?? []).flatMap((stage) =>
    actionsOf(stage)
      .filter(({ look }) => URGENT.has(look))
      .map(({ name }) => `action:${stage.name}/${name}`),
  )
  const next = keys[(keys.indexOf(from ?? '') + 1) % Math.max(1, keys.length)]
  if (next === undefined) return
  setAddress({ select: next })
  controls?.goTo(next)
}
