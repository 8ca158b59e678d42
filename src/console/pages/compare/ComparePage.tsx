/** Two executions beside each other: what came in, what was made of it, how long it took, and what was declared otherwise. */
import './compare.css'
import Header from '@cloudscape-design/components/header'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import Toggle from '@cloudscape-design/components/toggle'
import { useQuery } from '@tanstack/react-query'
import type { PipelineExecutionSummary } from '@aws-sdk/client-codepipeline'
import { useMemo, useState, type ReactNode } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { actionExecutions, execution, executions, pipeline } from '../../api/queries.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { Link } from '../../components/Link.tsx'
import { usePage } from '../../components/page.ts'
import { shellWord } from '../../components/shell.ts'
import { paths } from '../../paths.ts'
import { useNow } from '../../ui/clock.ts'
import { StatusBadge } from '../../ui/StatusBadge.tsx'
import { duration, relativeTime } from '../../ui/time.ts'
import { ArtifactDifferences } from './ArtifactDifferences.tsx'
import {
  compareRuns,
  type ComparedSide,
  type Comparison,
  type Pair,
  type ShownAction,
  type ShownRevision,
} from './compare-runs.ts'
import type { Difference } from './declaration-diff.ts'
import { RevisionCommits } from './RevisionCommits.tsx'

export default function ComparePage() {
  const { name = '' } = useParams()
  const [search] = useSearchParams()
  const [a, b] = [search.get('a') ?? '', search.get('b') ?? '']
  const navigate = useNavigate()
  const list = useQuery(executions(name))
  const one = useSide(name, a)
  const other = useSide(name, b)
  const [isAll, setAll] = useState(false)
  usePage({
    title: 'Compare',
    crumbs: [
      { text: 'Pipelines', href: paths.fleet() },
      { text: name, href: paths.pipeline(name) },
    ],
    commands: {
      aws: [a, b].map(
        (id) =>
          `aws codepipeline list-action-executions --pipeline-name ${shellWord(name)} --filter pipelineExecutionId=${shellWord(id)}`,
      ),
      json: () => ({ a: one.side, b: other.side }),
    },
  })
  const known = list.data ?? []
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <Toggle checked={isAll} onChange={({ detail }) => setAll(detail.checked)}>
            Show what is the same
          </Toggle>
        }
      >
        Compare two executions
      </Header>
      <div className="compare-choice">
        <Choice
          label="First execution"
          known={known}
          id={a}
          onChoose={(id) => void navigate(paths.compare(name, id, b), { replace: true })}
        />
        <button
          type="button"
          className="compare-swap"
          aria-label="Change sides"
          onClick={() => void navigate(paths.compare(name, b, a), { replace: true })}
        >
          ⇄
        </button>
        <Choice
          label="Second execution"
          known={known}
          id={b}
          onChoose={(id) => void navigate(paths.compare(name, a, id), { replace: true })}
        />
      </div>
      {[one, other].map(({ error, retry }, index) =>
        error === null ? undefined : <ErrorPanel key={index === 0 ? 'a' : 'b'} error={error} retry={retry} />,
      )}
      {one.side !== undefined && other.side !== undefined ? (
        <Compared name={name} a={one.side} b={other.side} isAll={isAll} />
      ) : (
        one.error === null &&
        other.error === null &&
        (a === '' || b === '' ? <p className="quiet">Choose two executions.</p> : <Spinner />)
      )}
    </SpaceBetween>
  )
}

function useSide(name: string, id: string) {
  const about = useQuery({ ...execution(name, id), enabled: id !== '' })
  const actions = useQuery({ ...actionExecutions(name, id), enabled: id !== '' })
  const version = about.data?.pipelineVersion
  const declaration = useQuery({ ...pipeline(name, version), enabled: version !== undefined })
  const isComplete = about.data !== undefined && actions.data !== undefined && !declaration.isPending
  const side: ComparedSide | undefined = useMemo(
    () =>
      isComplete && about.data !== undefined && actions.data !== undefined
        ? { execution: about.data, actions: actions.data, declaration: declaration.data?.pipeline }
        : undefined,
    [isComplete, about.data, actions.data, declaration.data],
  )
  return {
    side,
    error: about.error ?? actions.error,
    retry: () => {
      void about.refetch()
      void actions.refetch()
    },
  }
}

function Choice(props: {
  label: string
  known: readonly PipelineExecutionSummary[]
  id: string
  onChoose: (id: string) => void
}) {
  const { label, known, id, onChoose } = props
  const now = useNow()
  const options = known.map(({ pipelineExecutionId = '', status = '', startTime, sourceRevisions }) => ({
    value: pipelineExecutionId,
    label: `${pipelineExecutionId.slice(0, 8)} · ${status}`,
    description: [
      startTime === undefined ? '' : relativeTime(Math.min(startTime.getTime(), now), now),
      sourceRevisions?.[0]?.revisionSummary?.split('\n')[0] ?? '',
    ]
      .filter((part) => part !== '')
      .join(' · '),
  }))
  const chosen = options.find(({ value }) => value === id) ?? (id === '' ? null : { value: id, label: id.slice(0, 8) })
  return (
    <div className="compare-side">
      <Select
        ariaLabel={label}
        placeholder={label}
        filteringType="auto"
        options={options}
        selectedOption={chosen}
        triggerVariant="option"
        onChange={({ detail }) => onChoose(detail.selectedOption.value ?? '')}
      />
    </div>
  )
}

function Compared({ name, a, b, isAll }: { name: string; a: ComparedSide; b: ComparedSide; isAll: boolean }) {
  const now = useNow()
  const found: Comparison = compareRuns(a, b, now)
  const shown = <Value,>(pairs: readonly Pair<Value>[]): readonly Pair<Value>[] =>
    isAll ? pairs : pairs.filter(({ isSame }) => !isSame)
  const slowest = Math.max(1, ...found.timings.flatMap(({ a, b }) => [a?.ms ?? 0, b?.ms ?? 0]))
  const idOf = ({ execution: { pipelineExecutionId = '' } }: ComparedSide): string => pipelineExecutionId
  return (
    <SpaceBetween size="l">
      <table className="compare-table">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">What</span>
            </th>
            {[a, b].map((side, index) => (
              <th key={index === 0 ? 'a' : 'b'} scope="col">
                <Link to={paths.execution(name, idOf(side))}>{idOf(side).slice(0, 8)}</Link>{' '}
                <StatusBadge status={side.execution.status} />
              </th>
            ))}
          </tr>
        </thead>
        <Section title="Source revisions" pairs={shown(found.revisions)} all={found.revisions.length}>
          {(revision) => <Revision revision={revision} />}
        </Section>
        <Section title="Variables" pairs={shown(found.variables)} all={found.variables.length}>
          {(value) => <code>{value === '' ? '(empty)' : value}</code>}
        </Section>
        <Section title="Time" pairs={shown(found.timings)} all={found.timings.length}>
          {(action) => <Time action={action} slowest={slowest} />}
        </Section>
        <Section title="Artifacts" pairs={shown(found.artifacts)} all={found.artifacts.length}>
          {({ bucket, key }) => (
            <code>
              {bucket}/{key}
            </code>
          )}
        </Section>
      </table>
      <RevisionCommits revisions={found.revisions} declaration={b.declaration} />
      <ArtifactDifferences pairs={found.artifacts} />
      <Declarations a={a} b={b} differences={found.declaration} />
    </SpaceBetween>
  )
}

function Section<Value>(props: {
  title: string
  pairs: readonly Pair<Value>[]
  /** how many there are, those that are the same included */
  all: number
  children: (value: Value) => ReactNode
}) {
  const { title, pairs, all, children } = props
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={3} className="compare-title">
          {title}
          {pairs.length === 0 && <span className="quiet"> {all === 0 ? 'There are none.' : 'Nothing differs.'}</span>}
        </th>
      </tr>
      {pairs.map(({ name, a, b, isSame }) => (
        <tr key={name} data-same={isSame || undefined}>
          <th scope="row">{name}</th>
          <td data-side="a">{a === undefined ? <Missing /> : children(a)}</td>
          <td data-side="b">{b === undefined ? <Missing /> : children(b)}</td>
        </tr>
      ))}
    </tbody>
  )
}

const Missing = () => <span className="quiet">–</span>

function Revision({ revision: { id, summary, url } }: { revision: ShownRevision }) {
  const short = <code>{id.slice(0, 12)}</code>
  return (
    <>
      <div>{summary.split('\n')[0]}</div>
      {/^https?:\/\//.test(url) ? <a href={url}>{short}</a> : short}
    </>
  )
}

function Time({ action: { run, ms }, slowest }: { action: ShownAction; slowest: number }) {
  return (
    <div className="compare-time">
      <span className="compare-ms">{duration(ms)}</span>
      <i className="compare-bar" data-status={run.status} style={{ width: `${(ms / slowest) * 100}%` }} />
      {run.status !== 'Succeeded' && <StatusBadge status={run.status} />}
    </div>
  )
}

const KINDS = { added: 'added', removed: 'removed', changed: 'changed', moved: 'in another order' } as const

function Declarations({ a, b, differences }: { a: ComparedSide; b: ComparedSide; differences: readonly Difference[] }) {
  const versions = [a, b].map(({ execution }) => execution.pipelineVersion ?? 0)
  const isUnknown = a.declaration === undefined || b.declaration === undefined
  return (
    <section aria-label="The pipeline itself">
      <Header variant="h2">The pipeline itself</Header>
      {versions[0] === versions[1] ? (
        <p className="quiet">Both ran version {versions[0]}.</p>
      ) : (
        <p>
          Version {versions[0]} and version {versions[1]}
          {isUnknown && ': one of them is no longer known.'}
          {!isUnknown && differences.length === 0 && ' declare the same.'}
        </p>
      )}
      <ul className="compare-differences">
        {differences.map(({ kind, where, before, after }) => (
          <li key={`${kind} ${where}`} data-kind={kind}>
            <span className="compare-kind">{KINDS[kind]}</span>
            <strong>{where === '' ? 'Stages' : where}</strong>
            {before !== undefined && before !== '' && <del>{before}</del>}
            {after !== undefined && after !== '' && <ins>{after}</ins>}
          </li>
        ))}
      </ul>
    </section>
  )
}
