import { DisableStageTransitionCommand, EnableStageTransitionCommand } from '@aws-sdk/client-codepipeline'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import { lazy, Suspense, useState } from 'react'
import { codepipeline } from '../../api/codepipeline.ts'
import { noticeFailure, noticeSuccess } from '../../components/notices.ts'
import type { Door } from '../../graph/model.ts'

const AskModal = lazy(async () => await import('../../components/AskModal.tsx'))

/** Closes the way into a stage, with a reason for those who will stand in front of it, or opens it. */
export function DoorControl({ pipeline, stage, door }: { pipeline: string; stage: string; door: Door }) {
  const [isAsking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const where = { pipelineName: pipeline, stageName: stage, transitionType: 'Inbound' as const }

  const change = async (what: string, send: () => Promise<unknown>): Promise<void> => {
    setBusy(true)
    try {
      await send()
      noticeSuccess(what)
    } catch (error) {
      noticeFailure(`The transition into ${stage}`, error)
    } finally {
      setBusy(false)
      setAsking(false)
    }
  }
  const open = (): void =>
    void change(
      `The transition into ${stage} is open.`,
      async () => await codepipeline().send(new EnableStageTransitionCommand(where)),
    )
  const close = (reason: string): void =>
    void change(
      `The transition into ${stage} is closed.`,
      async () =>
        await codepipeline().send(
          new DisableStageTransitionCommand({ ...where, reason: reason || 'Closed in the console' }),
        ),
    )

  return (
    <div className="why-acts">
      {door.isOpen ? (
        <Button iconName="lock-private" onClick={() => setAsking(true)}>
          Close the door
        </Button>
      ) : (
        <Button variant="primary" iconName="unlocked" loading={busy} onClick={open}>
          Open the door
        </Button>
      )}
      {isAsking && (
        <Suspense>
          <AskModal
            title={`Close the transition into ${stage}`}
            field="Reason"
            label="Close the door"
            busy={busy}
            onCancel={() => setAsking(false)}
            onAnswer={close}
          >
            <Box>Executions that come to {stage} wait in front of it until somebody opens it. Those inside go on.</Box>
          </AskModal>
        </Suspense>
      )}
    </div>
  )
}
