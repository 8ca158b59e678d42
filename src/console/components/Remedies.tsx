/** The buttons that unblock what waits. Those that decide something for others ask for a word first. */
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { lazy, Suspense, useState } from 'react'
import type { Reason, Remedy } from '../api/explain-types.ts'
import { isPerformable, perform } from '../api/remedies.ts'
import { noticeFailure, noticeSuccess } from './notices.ts'

const AskModal = lazy(async () => await import('./AskModal.tsx'))

interface Act {
  readonly label: string
  /** how it is told afterwards */
  readonly done: string
  /** asked before it is done */
  readonly ask?: {
    readonly title: string
    readonly field?: string
    readonly extra: (text: string) => Record<string, unknown>
  }
}

const APPROVE: Act = {
  label: 'Approve',
  done: 'Approved.',
  ask: {
    title: 'Approve',
    field: 'Comment (optional)',
    extra: (summary) => ({ result: { status: 'Approved', summary } }),
  },
}
const REJECT: Act = {
  label: 'Reject',
  done: 'Rejected.',
  ask: {
    title: 'Reject',
    field: 'Comment (optional)',
    extra: (summary) => ({ result: { status: 'Rejected', summary } }),
  },
}

const ACTS: Readonly<Record<string, readonly Act[]>> = {
  PutApprovalResult: [APPROVE, REJECT],
  EnableStageTransition: [{ label: 'Open the door', done: 'The transition is enabled.' }],
  RetryStageExecution: [{ label: 'Retry', done: 'The stage is tried again.' }],
  StartPipelineExecution: [{ label: 'Start', done: 'A new execution starts.' }],
  OverrideStageCondition: [
    {
      label: 'Override',
      done: 'The condition is overridden.',
      ask: { title: 'Go on as if the condition were met', extra: () => ({}) },
    },
  ],
  RollbackStage: [
    { label: 'Roll back', done: 'The rollback starts.', ask: { title: 'Roll this stage back', extra: () => ({}) } },
  ],
  StopPipelineExecution: [
    {
      label: 'Stop it',
      done: 'It stops.',
      ask: { title: 'Stop the execution', field: 'Reason', extra: (reason) => (reason === '' ? {} : { reason }) },
    },
  ],
}

/** One button an act; the first is the suggested one. */
export function Remedies({ reason, most = 3 }: { reason: Reason; most?: number }) {
  const [asked, setAsked] = useState<{ remedy: Remedy; act: Act }>()
  const [busy, setBusy] = useState(false)
  const offered = reason.remedies
    .filter(isPerformable)
    .flatMap((remedy) => (ACTS[remedy.operation] ?? []).map((act) => ({ remedy, act })))
    .slice(0, most)

  const run = async ({ remedy, act }: { remedy: Remedy; act: Act }, text: string): Promise<void> => {
    setBusy(true)
    try {
      await perform(remedy, reason.about, act.ask?.extra(text) ?? {})
      noticeSuccess(act.done)
    } catch (error) {
      noticeFailure(act.label, error)
    } finally {
      setBusy(false)
      setAsked(undefined)
    }
  }

  if (offered.length === 0) return <></>
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        {offered.map(({ remedy, act }) => (
          <Button
            key={`${remedy.operation} ${act.label}`}
            disabled={busy}
            ariaLabel={`${act.label}: ${placeOf(reason)}`}
            onClick={() => (act.ask === undefined ? void run({ remedy, act }, '') : setAsked({ remedy, act }))}
          >
            {act.label}
          </Button>
        ))}
      </SpaceBetween>
      {asked?.act.ask !== undefined && (
        <Suspense>
          <AskModal
            title={`${asked.act.ask.title}: ${placeOf(reason)}`}
            field={asked.act.ask.field}
            label={asked.act.label}
            busy={busy}
            onCancel={() => setAsked(undefined)}
            onAnswer={(text) => void run(asked, text)}
          >
            <Box>{asked.remedy.does}.</Box>
          </AskModal>
        </Suspense>
      )}
    </>
  )
}

const placeOf = ({ about }: Reason): string =>
  [about.stageName, about.actionName ?? about.condition].filter((part) => part !== undefined).join(' / ') ||
  (about.pipelineExecutionId?.slice(0, 8) ?? '')
