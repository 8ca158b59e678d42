/** Starts a pipeline: which revision of each source, which values of its variables, and what will run. */
import { StartPipelineExecutionCommand, type PipelineExecution } from '@aws-sdk/client-codepipeline'
import Alert from '@cloudscape-design/components/alert'
import Autosuggest from '@cloudscape-design/components/autosuggest'
import Box from '@cloudscape-design/components/box'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Modal from '@cloudscape-design/components/modal'
import Spinner from '@cloudscape-design/components/spinner'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PipelineDeclaration } from '../../../core/pipeline/declaration.ts'
import { codepipeline } from '../../api/codepipeline.ts'
import { execution, executions, pipeline } from '../../api/queries.ts'
import { useNow } from '../../ui/clock.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { relativeTime } from '../../ui/time.ts'
import { ErrorPanel } from '../ErrorPanel.tsx'
import { noticeSuccess } from '../notices.ts'
import { pastRevisions, revisions } from './revisions.ts'
import {
  startForm,
  startInput,
  startProblem,
  variableProblem,
  whatWillRun,
  type SourceChoice,
  type StartForm,
  type VariableChoice,
} from './start-form.ts'

interface StartDialogProps {
  readonly name: string
  /** the execution to be like */
  readonly like?: string
  readonly onClose: () => void
  readonly onStarted?: (executionId: string) => void
}

export default function StartDialog(props: StartDialogProps) {
  const { name, like, onClose } = props
  const declared = useQuery(pipeline(name))
  const earlier = useQuery({ ...execution(name, like ?? ''), enabled: like !== undefined })
  const error = declared.error ?? earlier.error
  const found = declared.data?.pipeline
  if (found !== undefined && (like === undefined || earlier.data !== undefined)) {
    const declaration = withLists(found as PipelineDeclaration)
    return <Loaded {...props} declaration={declaration} earlier={earlier.data} />
  }
  return (
    <Modal visible header={`Start ${name}`} closeAriaLabel="Close" onDismiss={onClose}>
      {error === null ? <Spinner /> : <ErrorPanel error={error} />}
    </Modal>
  )
}

/** The wire leaves empty members out. */
const withLists = (declaration: PipelineDeclaration): PipelineDeclaration => ({
  ...declaration,
  stages: declaration.stages.map((stage) => ({
    ...stage,
    actions: stage.actions.map((action) => ({
      ...action,
      configuration: action.configuration ?? {},
      inputArtifacts: action.inputArtifacts ?? [],
      outputArtifacts: action.outputArtifacts ?? [],
    })),
  })),
})

function Loaded(
  props: StartDialogProps & { declaration: PipelineDeclaration; earlier: PipelineExecution | undefined },
) {
  const { name, like, onClose, onStarted, declaration, earlier } = props
  const [form, setForm] = useState<StartForm>(() => startForm(declaration, earlier))
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const problem = startProblem(declaration, form)
  const isWrong = problem !== undefined || form.variables.some((variable) => variableProblem(variable) !== undefined)

  const start = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const { pipelineExecutionId = '' } = await codepipeline().send(
        new StartPipelineExecutionCommand({ ...startInput(name, form), clientRequestToken: crypto.randomUUID() }),
      )
      noticeSuccess(`${name} started: ${pipelineExecutionId.slice(0, 8)}.`)
      onStarted?.(pipelineExecutionId)
      onClose()
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  const changeSource = (choice: SourceChoice, value: string): void =>
    setForm({ ...form, sources: form.sources.map((other) => (other === choice ? { ...choice, value } : other)) })
  const changeVariable = (choice: VariableChoice, value: string): void =>
    setForm({ ...form, variables: form.variables.map((other) => (other === choice ? { ...choice, value } : other)) })

  return (
    <Dialog
      title={like === undefined ? `Start ${name}` : `Start ${name} like ${like.slice(0, 8)}, but…`}
      action="Start"
      disabled={isWrong}
      busy={busy}
      onCancel={onClose}
      onAction={() => void start()}
    >
      {error !== undefined && <ErrorPanel error={error} />}
      {form.sources.map((choice) => (
        <SourceField
          key={choice.action.name}
          name={name}
          choice={choice}
          onChange={(value) => changeSource(choice, value)}
        />
      ))}
      {form.variables.map((choice) => (
        <FormField
          key={choice.name}
          label={choice.name}
          description={choice.description}
          errorText={choice.value === '' ? undefined : variableProblem(choice)}
          constraintText={choice.defaultValue === undefined ? 'Has no default' : `Default: ${choice.defaultValue}`}
        >
          <Input
            value={choice.value}
            placeholder={choice.defaultValue ?? ''}
            onChange={({ detail }) => changeVariable(choice, detail.value)}
          />
        </FormField>
      ))}
      {problem !== undefined && <Alert type="warning">{problem}</Alert>}
      <Box color="text-body-secondary">{whatWillRun(declaration)}</Box>
    </Dialog>
  )
}

/** One source: a revision from the list, or any other by its id. */
function SourceField(props: { name: string; choice: SourceChoice; onChange: (value: string) => void }) {
  const { name, choice, onChange } = props
  const { action, revisionType, value } = choice
  const hosted = useQuery(revisions(action))
  const ran = useQuery(executions(name))
  const now = useNow()
  const options = (found: readonly { value: string; summary: string; at: Date | undefined }[]) =>
    found.map((revision) => ({
      value: revision.value,
      description: `${revision.summary}${revision.at === undefined ? '' : `, ${relativeTime(Number(revision.at), now)}`}`,
    }))
  return (
    <FormField
      label={`Revision of ${action.name}`}
      description={`${action.actionTypeId.provider} ${Object.values(action.configuration).slice(0, 2).join(', ')}`}
      constraintText={`Empty: the newest. Otherwise a ${REVISION_WORDS[revisionType]}.`}
    >
      <Autosuggest
        value={value}
        placeholder="The newest"
        ariaLabel={`Revision of ${action.name}`}
        enteredTextLabel={(text) => `Use "${text}"`}
        statusType={hosted.isPending ? 'loading' : 'finished'}
        loadingText="Looking at the source"
        onChange={({ detail }) => onChange(detail.value)}
        options={[
          { label: 'Newest', options: options(hosted.data ?? []) },
          { label: 'Ran before', options: options(pastRevisions(action.name, ran.data ?? [])) },
        ]}
      />
    </FormField>
  )
}

const REVISION_WORDS = {
  COMMIT_ID: 'commit id',
  IMAGE_DIGEST: 'digest of an image',
  S3_OBJECT_VERSION_ID: 'version id of the object',
  S3_OBJECT_KEY: 'key in the bucket',
} as const
