/** Changes a pipeline: form, text and picture, its problems, and what saving would change. */
import { UpdatePipelineCommand, type PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Spinner from '@cloudscape-design/components/spinner'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { codepipeline } from '../../api/codepipeline.ts'
import { aboutPipeline, pipeline } from '../../api/queries.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { noticeSuccess } from '../../components/notices.ts'
import { usePage } from '../../components/page.ts'
import { shellWord } from '../../components/shell.ts'
import { paths } from '../../paths.ts'
import { textOf } from './definition.ts'
import { ReviewDialog } from './ReviewDialog.tsx'
import { useDefinition } from './use-definition.ts'
import { Workbench } from './Workbench.tsx'

export default function EditorPage() {
  const { name = '' } = useParams()
  const [search] = useSearchParams()
  const version = Number(search.get('restore') ?? Number.NaN)
  const newest = useQuery(pipeline(name))
  const restored = useQuery({ ...pipeline(name, version), enabled: Number.isInteger(version) })
  usePage({
    title: 'Edit',
    crumbs: [
      { text: 'Pipelines', href: paths.fleet() },
      { text: name, href: paths.pipeline(name) },
    ],
    commands: {
      aws: [
        `aws codepipeline get-pipeline --name ${shellWord(name)} --query '{pipeline: pipeline}' > pipeline.json`,
        'aws codepipeline update-pipeline --cli-input-json file://pipeline.json',
      ],
      pipewright: ['pipewright lint pipeline.json'],
    },
  })
  const error = newest.error ?? restored.error
  if (error !== null) return <ErrorPanel error={error} />
  const current = newest.data?.pipeline
  const shown = Number.isInteger(version) ? restored.data?.pipeline : current
  if (current === undefined || shown === undefined) return <Spinner size="large" />
  return <Editor key={shown.version} current={current} shown={shown} />
}

/** @param shown what the text begins with: the current version, or an older one to restore */
function Editor({ current, shown }: { current: PipelineDeclaration; shown: PipelineDeclaration }) {
  const name = current.name ?? ''
  const definition = useDefinition(textOf(shown, 'yaml'))
  const [reviewing, setReviewing] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { declaration, errors, isChanged } = definition
  const isRestore = shown.version !== current.version

  const save = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const { pipeline: saved } = await codepipeline().send(new UpdatePipelineCommand({ pipeline: declaration }))
      await queries.invalidateQueries({ queryKey: aboutPipeline(name) })
      noticeSuccess(`${name} is saved as version ${saved?.version ?? '?'}.`)
      await navigate(paths.pipeline(name))
    } catch (failure) {
      setError(failure)
      setReviewing(false)
    } finally {
      setBusy(false)
    }
  }

  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description={isRestore ? `Version ${shown.version} as a new version` : `Version ${current.version}`}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => void navigate(paths.versions(name))}>Versions</Button>
            <Button
              variant="primary"
              disabled={errors.length > 0 || declaration === undefined || !(isChanged || isRestore)}
              onClick={() => setReviewing(true)}
            >
              Review and save
            </Button>
          </SpaceBetween>
        }
      >
        Edit {name}
      </Header>
      {error !== undefined && <ErrorPanel error={error} />}
      <Workbench definition={definition} isNew={false} />
      {reviewing && declaration !== undefined && (
        <ReviewDialog
          before={current}
          after={declaration}
          busy={busy}
          onCancel={() => setReviewing(false)}
          onSave={() => void save()}
        />
      )}
    </SpaceBetween>
  )
}
