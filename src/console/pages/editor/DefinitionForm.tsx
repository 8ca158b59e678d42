/** The definition as a form: what most people change, without knowing where it stands in the text. */
import type { ActionDeclaration, StageDeclaration } from '@aws-sdk/client-codepipeline'
import Button from '@cloudscape-design/components/button'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { ActionForm } from './ActionForm.tsx'
import { freeName, moved } from './definition.ts'
import type { Definition } from './use-definition.ts'

const MODES = ['SUPERSEDED', 'QUEUED', 'PARALLEL'].map((value) => ({ value, label: value }))
const TYPES = ['V1', 'V2'].map((value) => ({ value, label: value }))

const NEW_ACTION: ActionDeclaration = {
  name: 'Commands',
  actionTypeId: { category: 'Compute', owner: 'AWS', provider: 'Commands', version: '1' },
  commands: ['echo hello'],
  inputArtifacts: [{ name: 'Code' }],
}

export function DefinitionForm({ definition, isNew }: { definition: Definition; isNew: boolean }) {
  const { declaration, edit } = definition
  if (declaration === undefined) return <p>The text cannot be read; mend it, and the form comes back.</p>
  const stages = declaration.stages ?? []
  return (
    <SpaceBetween size="m">
      <div className="form-row">
        <FormField label="Name">
          <Input
            value={declaration.name ?? ''}
            disabled={!isNew}
            onChange={({ detail }) => edit(['name'], detail.value)}
          />
        </FormField>
        <FormField label="Mode">
          <Select
            selectedOption={MODES.find(({ value }) => value === declaration.executionMode) ?? MODES[0] ?? null}
            options={MODES}
            onChange={({ detail }) => edit(['executionMode'], detail.selectedOption.value)}
          />
        </FormField>
        <FormField label="Type">
          <Select
            selectedOption={TYPES.find(({ value }) => value === declaration.pipelineType) ?? TYPES[0] ?? null}
            options={TYPES}
            onChange={({ detail }) => edit(['pipelineType'], detail.selectedOption.value)}
          />
        </FormField>
      </div>
      <FormField label="Role" description="Every action is done with this role's permissions.">
        <Input value={declaration.roleArn ?? ''} onChange={({ detail }) => edit(['roleArn'], detail.value)} />
      </FormField>
      {stages.map((stage, index) => (
        // a stage has no other identity than its place while its name is typed
        // oxlint-disable-next-line react/no-array-index-key
        <StageForm key={index} stages={stages} index={index} stage={stage} edit={edit} />
      ))}
      <Button
        iconName="add-plus"
        onClick={() => {
          const name = freeName(
            'Stage',
            stages.map((stage) => stage.name),
          )
          edit(['stages'], [...stages, { name, actions: [NEW_ACTION] }])
        }}
      >
        Add a stage
      </Button>
    </SpaceBetween>
  )
}

interface StageFormProps {
  readonly stages: readonly StageDeclaration[]
  readonly index: number
  readonly stage: StageDeclaration
  readonly edit: Definition['edit']
}

function StageForm({ stages, index, stage, edit }: StageFormProps) {
  const actions = stage.actions ?? []
  const { name = '' } = stage
  return (
    <section className="stage-form" aria-label={`Stage ${name}`}>
      <Header
        variant="h3"
        headingTagOverride="h2"
        actions={
          <SpaceBetween direction="horizontal" size="xxs">
            <Button
              variant="icon"
              iconName="angle-up"
              disabled={index === 0}
              ariaLabel={`Move ${name} earlier`}
              onClick={() => edit(['stages'], moved(stages, index, index - 1))}
            />
            <Button
              variant="icon"
              iconName="angle-down"
              disabled={index === stages.length - 1}
              ariaLabel={`Move ${name} later`}
              onClick={() => edit(['stages'], moved(stages, index, index + 1))}
            />
            <Button
              variant="icon"
              iconName="remove"
              ariaLabel={`Remove the stage ${name}`}
              onClick={() => edit(['stages', index], undefined)}
            />
          </SpaceBetween>
        }
      >
        <Input
          value={name}
          ariaLabel={`Name of stage ${index + 1}`}
          onChange={({ detail }) => edit(['stages', index, 'name'], detail.value)}
        />
      </Header>
      {actions.map((action, at) => (
        // oxlint-disable-next-line react/no-array-index-key
        <ExpandableSection key={at} headerText={`${action.name ?? ''} · ${action.actionTypeId?.provider ?? ''}`}>
          <ActionForm path={['stages', index, 'actions', at]} action={action} edit={edit} />
        </ExpandableSection>
      ))}
      <Button
        variant="inline-link"
        iconName="add-plus"
        ariaLabel={`Add an action to ${name}`}
        onClick={() => {
          const free = freeName(
            'Commands',
            actions.map((action) => action.name),
          )
          edit(['stages', index, 'actions'], [...actions, { ...NEW_ACTION, name: free }])
        }}
      >
        Add an action
      </Button>
    </section>
  )
}
