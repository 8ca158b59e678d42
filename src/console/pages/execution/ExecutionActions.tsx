/** What to do about an execution. */
import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown'
import Button from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { RetryStageExecutionCommand, type PipelineExecution } from '@aws-sdk/client-codepipeline'
import { lazy, Suspense, useState } from 'react'
import { useNavigate } from 'react-router'
import { codepipeline } from '../../api/codepipeline.ts'
import { noticeFailure, noticeSuccess } from '../../components/notices.ts'
import { paths } from '../../paths.ts'
import type { ExecutionData } from './use-execution.ts'
import { possible } from './words.ts'

const StartDialog = lazy(async () => await import('../../components/start/StartDialog.tsx'))
const StopDialog = lazy(async () => await import('./StopDialog.tsx'))
const RollbackDialog = lazy(async () => await import('./RollbackDialog.tsx'))

type Asked = { readonly kind: 'start' | 'stop' } | { readonly kind: 'rollback'; readonly stage: string }

export function ExecutionActions({ data, execution }: { data: ExecutionData; execution: PipelineExecution }) {
  const { name, id, runs, stages, summaries } = data
  const [asked, setAsked] = useState<Asked>()
  const [busy, setBusy] = useState(false)
  const navigate = useNavigate()
  const { retries, rollbacks, canStop } = possible(execution, runs, stages)
  const index = summaries.findIndex(({ pipelineExecutionId }) => pipelineExecutionId === id)
  const before = index < 0 ? undefined : summaries[index + 1]?.pipelineExecutionId

  const retry = async (stageName: string, retryMode: 'FAILED_ACTIONS' | 'ALL_ACTIONS'): Promise<void> => {
    setBusy(true)
    try {
      const input = { pipelineName: name, pipelineExecutionId: id, stageName, retryMode }
      await codepipeline().send(new RetryStageExecutionCommand(input))
      noticeSuccess(`${stageName} is tried again.`)
    } catch (error) {
      noticeFailure('Retry', error)
    } finally {
      setBusy(false)
    }
  }
  const more: ButtonDropdownProps.Item[] = [
    ...(before === undefined ? [] : [{ id: 'compare', text: 'Compare with the one before' }]),
    ...summaries
      .filter(({ pipelineExecutionId, status }) => status === 'Succeeded' && pipelineExecutionId !== id)
      .slice(0, 1)
      .map(({ pipelineExecutionId = '' }) => ({
        id: `compare ${pipelineExecutionId}`,
        text: `Compare with the last that succeeded (${pipelineExecutionId.slice(0, 8)})`,
      })),
  ]
  const [only] = retries
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        <Button onClick={() => void navigate(paths.logs(name, id))}>Logs</Button>
        {more.length > 0 && (
          <ButtonDropdown
            items={more}
            onItemClick={({ detail }) =>
              void navigate(paths.compare(name, detail.id === 'compare' ? (before ?? '') : detail.id.slice(8), id))
            }
          >
            Compare
          </ButtonDropdown>
        )}
        {rollbacks.length > 0 && (
          <ButtonDropdown
            items={rollbacks.map((stage) => ({
              id: stage,
              text: stage,
              description: 'Run it again with what it had here',
            }))}
            onItemClick={({ detail }) => setAsked({ kind: 'rollback', stage: detail.id })}
          >
            Roll back to this
          </ButtonDropdown>
        )}
        {execution.executionType !== 'ROLLBACK' && (
          <Button onClick={() => setAsked({ kind: 'start' })}>Start like this, but…</Button>
        )}
        {canStop && <Button onClick={() => setAsked({ kind: 'stop' })}>Stop</Button>}
        {only !== undefined && (
          <ButtonDropdown
            variant="primary"
            loading={busy}
            items={retries.flatMap(({ stage, failed }) => [
              {
                id: `FAILED_ACTIONS ${stage}`,
                text: `${stage}: all actions that failed`,
                description: failed.join(', '),
              },
              { id: `ALL_ACTIONS ${stage}`, text: `${stage}: all actions from the start` },
            ])}
            mainAction={{ text: `Retry ${only.stage}`, onClick: () => void retry(only.stage, 'FAILED_ACTIONS') }}
            ariaLabel="More ways to retry"
            onItemClick={({ detail }) => {
              const [mode = '', ...stage] = detail.id.split(' ')
              void retry(stage.join(' '), mode as 'FAILED_ACTIONS' | 'ALL_ACTIONS')
            }}
          />
        )}
      </SpaceBetween>
      <Suspense>
        {asked?.kind === 'start' && (
          <StartDialog
            name={name}
            like={id}
            onClose={() => setAsked(undefined)}
            onStarted={(started) => void navigate(paths.execution(name, started))}
          />
        )}
        {asked?.kind === 'stop' && <StopDialog name={name} id={id} onClose={() => setAsked(undefined)} />}
        {asked?.kind === 'rollback' && (
          <RollbackDialog name={name} target={id} stage={asked.stage} onClose={() => setAsked(undefined)} />
        )}
      </Suspense>
    </>
  )
}
