/** One run of an action, and the other tries of it beside it: what it was given, what it made, what it said. */
import Button from '@cloudscape-design/components/button'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { Link } from '../../components/Link.tsx'
import { noticeFailure, noticeSuccess } from '../../components/notices.ts'
import { own } from '../../api/own.ts'
import { paths } from '../../paths.ts'
import { useNow } from '../../ui/clock.ts'
import { StatusBadge } from '../../ui/StatusBadge.tsx'
import { duration } from '../../ui/time.ts'
import { logName } from '../logs/log-choices.ts'
import { took, type Run } from './attempts.ts'
import type { ExecutionData } from './use-execution.ts'
import { isOver, possible, whoOf } from './words.ts'

const RunLog = lazy(async () => await import('./RunLog.tsx'))
const AttemptDiff = lazy(async () => await import('./AttemptDiff.tsx'))

export function RunPanel({ data, run, onChoose }: { data: ExecutionData; run: Run; onChoose: (id?: string) => void }) {
  const tries = data.runs.filter(({ key }) => key === run.key)
  const [isComparing, setComparing] = useState(false)
  const panel = useRef<HTMLElement>(null)
  // the picture above may be higher than the screen
  useEffect(() => {
    panel.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  const [isReading, setReading] = useState(run.status === 'Failed')
  const logged = tries.filter(({ log }) => log !== undefined)
  const mayRetry =
    run.isLatest &&
    data.execution !== undefined &&
    isOver(data.execution) &&
    possible(data.execution, data.runs, data.stages).retries.some(
      ({ stage, failed }) => stage === run.stage && failed.includes(run.action),
    )
  return (
    <section ref={panel} className="run-panel" aria-label={`${run.stage} / ${run.action}`}>
      <header className="run-head">
        <h2>
          <span className="quiet">{run.stage} / </span>
          {run.action}
          {tries.length > 1 && <span className="execution-tag">try {run.attempt}</span>}
        </h2>
        <StatusBadge status={run.status} />
        <span className="quiet">
          {run.category} · {run.provider}
        </span>
        <span className="run-tools">
          {logged.length > 1 && (
            <Button onClick={() => setComparing(!isComparing)}>
              {isComparing ? 'Hide the difference' : 'Compare logs'}
            </Button>
          )}
          {run.log !== undefined && (
            <Button onClick={() => setReading(!isReading)} ariaExpanded={isReading}>
              {isReading ? 'Hide the log' : 'Show the log'}
            </Button>
          )}
          {mayRetry && <Button onClick={() => void retryOne(data, run)}>Retry this action</Button>}
          <Button variant="icon" iconName="close" ariaLabel="Close" onClick={() => onChoose(undefined)} />
        </span>
      </header>
      {isReading && run.log !== undefined && (
        <Suspense>
          <RunLog key={run.id} name={data.name} id={data.id} run={run} />
        </Suspense>
      )}
      <div className="run-tries">
        {tries.map((each) => (
          <Try key={each.id} data={data} run={each} isChosen={each.id === run.id} isOnly={tries.length === 1} />
        ))}
      </div>
      {isComparing && (
        <Suspense>
          <AttemptDiff tries={logged} />
        </Suspense>
      )}
    </section>
  )
}

async function retryOne({ name, id }: ExecutionData, { stage, action }: Run): Promise<void> {
  try {
    await own('RetryAction', { pipelineName: name, pipelineExecutionId: id, stageName: stage, actionName: action })
    noticeSuccess(`${action} is tried again.`)
  } catch (error) {
    noticeFailure('Retry', error)
  }
}

function Try({ data, run, isChosen, isOnly }: { data: ExecutionData; run: Run; isChosen: boolean; isOnly: boolean }) {
  const now = useNow()
  const { input, output, updatedBy } = run.detail
  const { errorDetails, externalExecutionSummary, externalExecutionUrl, externalExecutionId } =
    output?.executionResult ?? {}
  return (
    <article className="run-try" data-chosen={(isChosen && !isOnly) || undefined}>
      <div className="run-try-head">
        {!isOnly && <strong>Try {run.attempt}</strong>}
        <StatusBadge status={run.status} />
        <span className="quiet">{duration(took(run, now))}</span>
        {run.log !== undefined && (
          <Link to={`${paths.logs(data.name, data.id)}?action=${encodeURIComponent(logName(run))}`}>Log</Link>
        )}
      </div>
      {errorDetails?.message !== undefined && (
        <p className="run-error">
          <strong>{errorDetails.code}</strong> {errorDetails.message}
        </p>
      )}
      {externalExecutionSummary !== undefined && externalExecutionSummary !== errorDetails?.message && (
        <p className="run-says-all">{externalExecutionSummary}</p>
      )}
      <Values
        title="Configuration"
        values={Object.entries(input?.configuration ?? {}).map(([name, declared]) => ({
          name,
          value: input?.resolvedConfiguration?.[name] ?? declared,
          ...(input?.resolvedConfiguration?.[name] !== declared && { from: declared }),
        }))}
      />
      <Values
        title="Output variables"
        values={Object.entries(output?.outputVariables ?? {}).map(([name, value]) => ({ name, value }))}
      />
      <Values
        title="Besides"
        values={[
          { name: 'Input artifacts', value: namesOf(input?.inputArtifacts) },
          { name: 'Output artifacts', value: namesOf(output?.outputArtifacts) },
          { name: 'Region', value: input?.region ?? '' },
          { name: 'Role', value: input?.roleArn ?? '' },
          { name: 'Answered by', value: updatedBy === undefined ? '' : whoOf(updatedBy) },
          { name: 'Its work', value: externalExecutionId ?? '' },
        ].filter(({ value }) => value !== '')}
      />
      {externalExecutionUrl !== undefined && /^https?:\/\//.test(externalExecutionUrl) && (
        <a href={externalExecutionUrl} rel="noreferrer">
          Where it worked
        </a>
      )}
    </article>
  )
}

const namesOf = (artifacts: readonly { name?: string | undefined }[] = []): string =>
  artifacts.map(({ name = '' }) => name).join(', ')

function Values({
  title,
  values,
}: {
  title: string
  values: readonly { name: string; value: string; from?: string }[]
}) {
  if (values.length === 0) return <></>
  return (
    <>
      <h3>{title}</h3>
      <dl className="run-values">
        {values.map(({ name, value, from }) => (
          <div key={name}>
            <dt className="quiet">{name}</dt>
            <dd>
              <code>{value}</code>
              {from !== undefined && (
                <div className="quiet">
                  out of <code>{from}</code>
                </div>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}
