/** A new pipeline: choose what it begins with, change it, create it with what it needs. */
import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Tiles from '@cloudscape-design/components/tiles'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { session } from '../../api/session.ts'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { noticeSuccess } from '../../components/notices.ts'
import { usePage } from '../../components/page.ts'
import { paths } from '../../paths.ts'
import { createWithSurroundings } from './create.ts'
import { textOf } from './definition.ts'
import { TEMPLATES } from './templates.ts'
import { useDefinition } from './use-definition.ts'
import { Workbench } from './Workbench.tsx'

const [FIRST] = TEMPLATES

const textFor = (id: string, name: string): string => {
  const { make } = TEMPLATES.find((template) => template.id === id) ?? FIRST!
  return textOf(make({ name, repository: name, branch: 'main', account: session()?.account ?? '' }), 'yaml')
}

export default function NewPipelinePage() {
  const [template, setTemplate] = useState(FIRST?.id ?? '')
  const [name, setName] = useState('my-pipeline')
  usePage({
    title: 'New pipeline',
    crumbs: [{ text: 'Pipelines', href: paths.fleet() }],
    commands: {
      aws: ['aws codepipeline create-pipeline --cli-input-json file://pipeline.json'],
      pipewright: ['pipewright lint pipeline.json'],
    },
  })
  return (
    <NewPipeline
      key={`${template} ${name}`}
      initial={textFor(template, name)}
      choice={
        <SpaceBetween size="m">
          <FormField label="Begin with">
            <Tiles
              value={template}
              items={TEMPLATES.map(({ id, title, description }) => ({ value: id, label: title, description }))}
              onChange={({ detail }) => setTemplate(detail.value)}
            />
          </FormField>
          <NameField name={name} onChange={setName} />
        </SpaceBetween>
      }
    />
  )
}

/** Its name is that of its repository, its role and its bucket too: it is asked for once, and put in all at once. */
function NameField({ name, onChange }: { name: string; onChange: (name: string) => void }) {
  const [typed, setTyped] = useState(name)
  return (
    <FormField label="Name of the pipeline and its repository">
      <Input
        value={typed}
        onChange={({ detail }) => setTyped(detail.value)}
        onBlur={() => onChange(typed)}
        onKeyDown={({ detail }) => detail.key === 'Enter' && onChange(typed)}
      />
    </FormField>
  )
}

function NewPipeline({ initial, choice }: { initial: string; choice: React.ReactNode }) {
  const definition = useDefinition(initial)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { declaration, errors } = definition

  const create = async (): Promise<void> => {
    if (declaration === undefined) return
    setBusy(true)
    setError(undefined)
    try {
      await createWithSurroundings(declaration)
      await Promise.all(
        [['pipelines'], ['fleet']].map(async (queryKey) => await queries.invalidateQueries({ queryKey })),
      )
      noticeSuccess(`${declaration.name ?? ''} is created.`)
      await navigate(paths.pipeline(declaration.name ?? ''))
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }

  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description="Its bucket, its role and its repository are created with it where they are missing."
        actions={
          <Button
            variant="primary"
            loading={busy}
            disabled={errors.length > 0 || declaration === undefined}
            onClick={() => void create()}
          >
            Create pipeline
          </Button>
        }
      >
        New pipeline
      </Header>
      {error !== undefined && <ErrorPanel error={error} />}
      <Workbench definition={definition} isNew>
        {choice}
      </Workbench>
    </SpaceBetween>
  )
}
