/** Rolls a stage back to what it had in an execution, after showing what that means. */
import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import { RollbackStageCommand } from '@aws-sdk/client-codepipeline'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { ExtensionOutput, RollbackPreview } from '../../../core/execution/extensions.ts'
import { codepipeline } from '../../api/codepipeline.ts'
import { own } from '../../api/own.ts'
import { aboutPipeline } from '../../api/queries.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { noticeFailure, noticeSuccess } from '../../components/notices.ts'
import { paths } from '../../paths.ts'
import { Dialog } from '../../ui/Dialog.tsx'

export interface RollbackDialogProps {
  readonly name: string
  readonly stage: string
  /** the execution to go back to */
  readonly target: string
  readonly onClose: () => void
}

const preview = ({ name, stage, target }: RollbackDialogProps) =>
  queryOptions({
    queryKey: [...aboutPipeline(name), 'rollback', stage, target],
    queryFn: async ({ signal }) =>
      await own<RollbackPreview>(
        'PreviewRollback',
        { pipelineName: name, stageName: stage, targetPipelineExecutionId: target },
        signal,
      ),
    staleTime: 0,
  })

export default function RollbackDialog(props: RollbackDialogProps) {
  const { name, stage, target, onClose } = props
  const { data, error, refetch } = useQuery(preview(props))
  const [busy, setBusy] = useState(false)
  const navigate = useNavigate()
  const rollBack = async (): Promise<void> => {
    setBusy(true)
    const input = { pipelineName: name, stageName: stage, targetPipelineExecutionId: target }
    try {
      const { pipelineExecutionId } =
        data?.isAcrossVersions === true
          ? await own<ExtensionOutput>('RollbackAcrossVersions', input)
          : await codepipeline().send(new RollbackStageCommand(input))
      noticeSuccess(`${stage} is rolled back.`)
      onClose()
      if (pipelineExecutionId !== undefined) void navigate(paths.execution(name, pipelineExecutionId))
    } catch (error) {
      noticeFailure('Roll back', error)
      setBusy(false)
    }
  }
  return (
    <Dialog
      size="large"
      title={`Roll ${stage} back to execution ${target.slice(0, 8)}`}
      action="Roll back"
      busy={busy}
      disabled={data === undefined || data.refusal !== undefined}
      onCancel={onClose}
      onAction={() => void rollBack()}
    >
      {error !== null ? (
        <ErrorPanel error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Spinner />
      ) : (
        <Preview preview={data} />
      )}
    </Dialog>
  )
}

function Preview({ preview }: { preview: RollbackPreview }) {
  const { actions, removedActions, artifactRevisions, variables, isAcrossVersions, refusal } = preview
  return (
    <SpaceBetween size="m">
      {refusal !== undefined && (
        <Alert type="error" header="It would be refused now">
          {'message' in refusal && typeof refusal.message === 'string' ? refusal.message : JSON.stringify(refusal)}
        </Alert>
      )}
      {isAcrossVersions && (
        <Alert type="warning" header="The pipeline has changed since">
          It ran on version {preview.targetPipelineVersion}; version {preview.pipelineVersion} of the stage would run,
          with what that execution had. AWS would refuse this; Pipewright does it.
        </Alert>
      )}
      <div>
        <Box variant="h3">What would run</Box>
        <ul className="execution-list">
          {actions.map(({ actionName, actionTypeId, inputArtifacts, isNew, changes = [] }) => (
            <li key={actionName}>
              <strong>{actionName}</strong> <span className="quiet">{actionTypeId.provider}</span>
              {isNew === true && <span className="execution-tag">new since</span>}
              {inputArtifacts.map((artifact) => (
                <div key={artifact.name} className="quiet">
                  with {artifact.name}
                  {artifact.revisionSummary === undefined
                    ? ''
                    : `: ${artifact.revisionSummary.split('\n')[0] ?? ''}`}{' '}
                  {artifact.revisionId !== undefined && <code>{artifact.revisionId.slice(0, 12)}</code>}
                </div>
              ))}
              {changes.length > 0 && <div className="quiet">declared otherwise then: {changes.join(', ')}</div>}
            </li>
          ))}
        </ul>
        {removedActions.length > 0 && (
          <p className="quiet">No part of the stage any more: {removedActions.join(', ')}</p>
        )}
      </div>
      {artifactRevisions.length > 0 && (
        <div>
          <Box variant="h3">With the sources of then</Box>
          <ul className="execution-list">
            {artifactRevisions.map(({ name, revisionId, revisionSummary }) => (
              <li key={name}>
                {revisionSummary?.split('\n')[0] ?? name} <code>{revisionId.slice(0, 12)}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
      {variables.length > 0 && (
        <div>
          <Box variant="h3">And these variables</Box>
          <ul className="execution-list">
            {variables.map(({ name, resolvedValue }) => (
              <li key={name}>
                {name} <code>{resolvedValue}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
    </SpaceBetween>
  )
}
